// Thumbnails, galleries and what a camera wrote, in a running server: seen by whoever sees the file, and gone when it goes.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { eventually } from './lib/deadline.js';
import { brings, fetches, isIn, listed, onDisk, pdf, png, sendsFiles } from './lib/files.js';
import { assertRefused } from './lib/person.js';
import { hasThumbnail, isSilent, jpeg, photo, thumbnail } from './lib/photos.js';
import { stories } from './lib/story.js';

const own = process.env.PARLEY_PLUGIN_FILES ?? fileURLToPath(new URL('../../build/debug/plugins', import.meta.url));
const others = process.env.PARLEY_SDK_PLUGINS ?? fileURLToPath(new URL('../../build/debug/tests/sdk/plugins', import.meta.url));

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

const facts = async (who, file) => (await who.get(`/api/v1/files/${file.file}/picture`)).body;
const becomes = (who, file, state) => eventually(async () => ((await facts(who, file))?.state === state ? true : undefined), `the picture to be ${state}`, 60_000);
const gallery = async (who, conversation, query = '') => {
    const answer = await who.get(`${who.pathOf(conversation)}/gallery${query}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.body.items;
};
const inGallery = (who, conversation, count) =>
    eventually(async () => ((await gallery(who, conversation)).length === count ? true : undefined), `${count} files in the gallery`, 60_000);
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
