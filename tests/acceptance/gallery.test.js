// Thumbnails, galleries and what a camera wrote, in a running server: seen by whoever sees the file, and gone when it goes.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventually } from './lib/deadline.js';
import { brings, fetches, isIn, listed, onDisk, pdf, png, sendsFiles } from './lib/files.js';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';
import { fetchAny } from './lib/tls.js';

const own = process.env.PARLEY_PLUGIN_FILES ?? fileURLToPath(new URL('../../build/debug/plugins', import.meta.url));
const others = process.env.PARLEY_SDK_PLUGINS ?? fileURLToPath(new URL('../../build/debug/tests/sdk/plugins', import.meta.url));

// 96 x 48, red and blue.
const jpeg = Buffer.from(
    '/9j/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKT/wAARCAAwAGADASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwChRRRXGfSBRRRQAUUUUAUaKKK+wPlQooooAKKKKAL1FFFfHn1QUUUUAFFFFAFGiiivsD5UKKKKACiiigC9RRRXx59UFFFFABRRRQBRooor7A+VCiiigAooooA//9k=',
    'base64',
);
// What a camera writes: its make, a quarter turn, and where it was.
function photo() {
    const entry = (tag, type, count, value) => {
        const made = Buffer.alloc(12);
        made.writeUInt16LE(tag, 0);
        made.writeUInt16LE(type, 2);
        made.writeUInt32LE(count, 4);
        if (typeof value === 'number') made.writeUInt32LE(value, 8);
        else Buffer.from(value).copy(made, 8);
        return made;
    };
    const directory = (...all) => Buffer.concat([Buffer.from([all.length, 0]), ...all, Buffer.alloc(4)]);
    const ratios = (...all) => Buffer.concat(all.map((one) => Buffer.from(Uint32Array.of(one, 1).buffer)));
    const tiff = Buffer.alloc(300);
    Buffer.from('II*\0\x08\0\0\0', 'latin1').copy(tiff);
    directory(entry(0x010f, 2, 7, 100), entry(0x0112, 3, 1, 6), entry(0x8825, 4, 1, 120)).copy(tiff, 8);
    tiff.write('Kamera\0', 100);
    directory(entry(1, 2, 2, 'N\0'), entry(2, 5, 3, 200), entry(3, 2, 2, 'E\0'), entry(4, 5, 3, 224)).copy(tiff, 120);
    ratios(48, 8, 15).copy(tiff, 200);
    ratios(11, 34, 30).copy(tiff, 224);
    const says = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
    const head = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, 0]);
    head.writeUInt16BE(says.length + 2, 4);
    return Buffer.concat([head, says, jpeg.subarray(2)]);
}
// A PDF of one page, with the table of where things stand.
function page() {
    const objects = ['<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Kids[3 0 R]/Count 1>>', '<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 300]/Contents 4 0 R>>', '<</Length 27>>stream\n1 0 0 rg 0 0 100 300 re f  \nendstream'];
    let text = '%PDF-1.4\n';
    const places = objects.map((one, i) => {
        const at = text.length;
        text += `${i + 1} 0 obj${one}endobj\n`;
        return at;
    });
    const table = text.length;
    text += `xref\n0 5\n0000000000 65535 f \n${places.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('')}trailer<</Root 1 0 R/Size 5>>\nstartxref\n${table}\n%%EOF\n`;
    return Buffer.from(text, 'latin1');
}

const on = { enable: ['attachments', 'gallery', 'gate'] };
const tenants = {
    acme: { people: { ann: 'admin', bob: 'member', gus: 'guest', sue: 'staff' }, settings: { hosts: ['acme.test'], plugins: on } },
    calm: { people: { cat: 'admin' }, settings: { hosts: ['calm.test'], plugins: on } },
};
const settings = { plugins: { folders: [own, others], load: ['attachments', 'gallery', 'gate'] } };

async function thumbnail(who, file, size = 150, headers = {}, method = 'GET') {
    const response = await fetchAny(`${who.url}/api/v1/files/${file.file ?? file}/thumbnails/${size}`, { method, headers: { authorization: `Bearer ${who.token}`, ...headers } });
    return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
}
const hasThumbnail = (who, file, size) =>
    eventually(async () => {
        const got = await thumbnail(who, file, size);
        return got.status === 200 ? got : undefined;
    }, `a thumbnail of ${file.file}`, 60_000);
const facts = async (who, file) => (await who.get(`/api/v1/files/${file.file}/picture`)).body;
const becomes = (who, file, state) => eventually(async () => ((await facts(who, file))?.state === state ? true : undefined), `the picture to be ${state}`, 60_000);
const gallery = async (who, conversation, query = '') => {
    const answer = await who.get(`${who.pathOf(conversation)}/gallery${query}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.body.items;
};
const inGallery = (who, conversation, count) =>
    eventually(async () => ((await gallery(who, conversation)).length === count ? true : undefined), `${count} files in the gallery`, 60_000);
const isSilent = (bytes) => {
    for (const word of ['Kamera', 'GPS', 'II*\0']) assert.equal(bytes.includes(Buffer.from(word, 'latin1')), false, word);
};
// A file that everybody in the conversation sees.
const shows = async (who, conversation, name, bytes) => {
    const file = await brings(who, conversation, name, bytes);
    await sendsFiles(who, conversation, [file]);
    await eventually(async () => ((await listed(who, conversation)).some((one) => one.file === file.file) ? true : undefined), `${name} to be listed`, 60_000);
    return file;
};

for (const isolation of ['in_process', 'process'])
stories(`a gallery, ${isolation}`, { tenants, settings: { ...settings, gallery: { isolation } } }, (story) => {
    story('a photo gets thumbnails, and nobody is told where it was taken but who may know', async ({ ann, bob, gus, sue }) => {
        await ann.creates('channel', 'photos');
        for (const one of [bob, gus, sue]) await ann.adds('photos', one);
        const file = await shows(gus, 'photos', 'pass.jpg', photo());
        const small = await hasThumbnail(bob, file);
        assert.equal(small.headers.get('content-type'), 'image/jpeg');
        assert.match(small.headers.get('cache-control'), /private/);
        assert.equal(small.headers.get('x-content-type-options'), 'nosniff');
        assert.match(small.headers.get('content-security-policy'), /sandbox/);
        assert.equal((await thumbnail(bob, file, 150, { 'if-none-match': small.headers.get('etag') })).status, 304);
        isSilent(small.bytes);
        for (const who of [ann, bob, gus, sue]) {
            const whole = await fetches(who, file);
            assert.equal(whole.status, 200);
            isSilent(Buffer.from(whole.bytes.subarray(0, 24)));
            for (const word of ['Kamera', 'II*\0']) assert.equal(whole.bytes.includes(Buffer.from(word, 'latin1')), false, word);
            assert.ok(whole.bytes.subarray(-100).equals(jpeg.subarray(-100)), 'pixels stay as they were');
        }
        await becomes(bob, file, 'done');
        const { width, height } = await facts(bob, file);
        assert.deepEqual([width, height], [48, 96], 'turned as the camera was');
        for (const who of [bob, gus]) assertRefused(await who.get(`/api/v1/files/${file.file}/camera`), 403);
        const { camera } = (await sue.get(`/api/v1/files/${file.file}/camera`)).body;
        assert.equal(camera.make, 'Kamera');
        assert.ok(Math.abs(camera.place.latitude - 48.1375) < 1e-6, JSON.stringify(camera));
    });

    story('documents and pictures stand in the gallery by day, and are found', async ({ ann, bob, sue }) => {
        await ann.creates('channel', 'mixed');
        for (const one of [bob, sue]) await ann.adds('mixed', one);
        const picture = await shows(bob, 'mixed', 'pass-harbour.png', png);
        const plan = await shows(bob, 'mixed', 'pass-plan.pdf', page());
        const broken = await shows(bob, 'mixed', 'pass-broken.pdf', pdf);
        await inGallery(sue, 'mixed', 3);
        await hasThumbnail(sue, plan, 800);
        await becomes(sue, broken, 'failed');
        await becomes(sue, picture, 'done');
        const all = await gallery(sue, 'mixed', '?offset_minutes=60');
        assert.deepEqual(all.map((one) => one.file), [broken, plan, picture].map((one) => one.file));
        assert.equal(all[1].pages, 1);
        for (const one of all) assert.equal(one.day, new Date(one.created_at + 3_600_000).toISOString().slice(0, 10));
        assert.deepEqual((await gallery(sue, 'mixed', '?q=HARB')).map((one) => one.file), [picture.file]);
        assert.deepEqual((await gallery(sue, 'mixed', '?category=image')).map((one) => one.file), [picture.file]);
        assert.deepEqual((await gallery(sue, 'mixed', `?limit=1&before=${broken.file}`)).map((one) => one.file), [plan.file]);

        assertRefused(await bob.put(`/api/v1/files/${plan.file}/labels/menu`, {}), 403);
        assert.equal((await sue.put(`/api/v1/files/${plan.file}/labels/menu`, {})).status, 200);
        assert.equal((await sue.post(`/api/v1/files/${plan.file}/relabel`, { from: 'menu', to: 'plans' })).status, 200);
        assert.deepEqual((await gallery(bob, 'mixed', '?label=plans')).map((one) => one.file), [plan.file]);
        assert.deepEqual((await bob.get(`${bob.pathOf('mixed')}/gallery-labels`)).body.labels, ['plans']);
        assert.equal((await sue.put(`/api/v1/files/${picture.file}/place`, { to: 'portfolio' })).status, 200);
        assert.deepEqual((await gallery(bob, 'mixed', '?from=portfolio')).map((one) => one.file), [picture.file]);
        assert.equal((await gallery(bob, 'mixed', '?from=client')).length, 2);
        assert.equal((await sue.delete(`/api/v1/files/${plan.file}/labels/plans`)).status, 200);
        assert.deepEqual((await bob.get(`${bob.pathOf('mixed')}/gallery-labels`)).body.labels, []);
    });

    story('what is pending, another conversation\'s or another tenant\'s has no thumbnail', async ({ ann, bob, gus, sue, cat }) => {
        await ann.creates('channel', 'closed', { visibility: 'private' });
        await ann.adds('closed', gus);
        const seen = await shows(gus, 'closed', 'pass.png', png);
        await hasThumbnail(gus, seen);
        const pending = await brings(gus, 'closed', 'wait.png', png);
        await sendsFiles(gus, 'closed', [pending]);
        await isIn(gus, pending, 'waiting');
        const unknown = await thumbnail(ann, '99');
        assert.equal(unknown.status, 404);
        for (const [who, file] of [[gus, pending], [ann, pending], [bob, pending], [bob, seen], [sue, seen], [cat, seen], [cat, pending]]) {
            for (const method of ['GET', 'HEAD']) {
                const got = await thumbnail(who, file, 150, {}, method);
                assert.equal(got.status, 404, `${who.name} ${method}`);
                if (method === 'GET') assert.equal(JSON.parse(got.bytes).code, JSON.parse(unknown.bytes).code);
            }
            for (const route of ['picture', 'camera']) assert.ok([403, 404].includes((await who.get(`/api/v1/files/${file.file}/${route}`)).status));
        }
        assert.deepEqual((await gallery(gus, 'closed')).map((one) => one.file), [seen.file]);
        for (const who of [bob, cat]) assertRefused(await who.get(`/api/v1/conversations/${ann.idOf('closed')}/gallery`), 404);
        // Found bad later: it is gone from everywhere at once.
        assert.equal((await ann.post(`/api/v1/gate/${seen.file}`, { verdict: 'quarantine', reason: 'no' })).status, 200);
        assert.equal((await thumbnail(gus, seen)).status, 404);
        assert.deepEqual(await gallery(gus, 'closed'), []);
    });

    story('with a message its pictures go, everywhere', async ({ ann, bob, world }) => {
        await ann.creates('channel', 'gone');
        await bob.joins('gone');
        const before = onDisk(world.server, 'gallery').length;
        const file = await brings(bob, 'gone', 'pass.jpg', photo());
        const sent = await sendsFiles(bob, 'gone', [file]);
        await hasThumbnail(ann, file);
        assert.ok(onDisk(world.server, 'gallery').length > before);
        await bob.deletes(sent);
        await eventually(async () => ((await thumbnail(ann, file)).status === 404 ? true : undefined), 'the thumbnail to be gone');
        await eventually(() => (onDisk(world.server, 'gallery').length === before ? true : undefined), 'nothing to be left on the disk');
        assert.equal((await thumbnail(bob, file)).status, 404);
        const verified = await ann.post('/api/v1/gallery-verification', {});
        assert.equal(verified.status, 200, verified.text);
        for (const fault of ['without_file', 'without_pictures', 'orphans']) assert.equal(verified.body[fault], 0, verified.text);
    });
});

// The processes of a server's plugins, by what they are called on their command line or in their environment: only children of that server.
const childrenOf = (pid) => readdirSync('/proc').filter((one) => /^\d+$/.test(one)).filter((one) => {
    try {
        return readFileSync(`/proc/${one}/stat`, 'utf8').replace(/^.*\) /, '').split(' ')[1] === String(pid);
    } catch {
        return false;
    }
}).map(Number);

stories('a gallery that is killed', { tenants, settings: { ...settings, attachments: { isolation: 'in_process' }, gallery: { isolation: 'process' } } }, (story) => {
    story('goes on where it was', async ({ ann, bob, world }) => {
        await ann.creates('channel', 'killed');
        await bob.joins('killed');
        const files = [];
        for (let i = 0; i < 12; ++i) {
            files.push(await brings(bob, 'killed', `pass-${i}.jpg`, photo()));
            if (i === 5) for (const one of childrenOf(world.server.process.pid)) process.kill(one, 'SIGKILL');
        }
        await sendsFiles(bob, 'killed', files);
        for (const one of childrenOf(world.server.process.pid)) process.kill(one, 'SIGKILL');
        for (const file of files) await eventually(async () => ((await thumbnail(ann, file)).status === 200 ? true : undefined), `a thumbnail of ${file.file}`, 150_000);
        for (const file of files) isSilent((await fetches(ann, file)).bytes.subarray(0, 24));
        world.server.logs = world.server.logs.filter((line) => !['warning', 'error'].includes(line.level));
    });
});
