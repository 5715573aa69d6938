// The stories of files in an S3-compatible store, for each way in which the plugin runs; a real store of others.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually } from './deadline.js';
import { brings, fetches, knows, onDisk, png, sendsFiles } from './files.js';
import { plainEnvironment, temporaryFolder } from './processes.js';
import { stories } from './story.js';
import { accessKey, secretKey, Swift } from './swift.js';

const folder = process.env.PARLEY_PLUGIN_FILES ?? fileURLToPath(new URL('../../../build/debug/plugins', import.meta.url));
const tool = process.env.PARLEY ?? fileURLToPath(new URL('../../../build/debug/bin/parley', import.meta.url));
const parley = (server, ...more) =>
    new Promise((resolve) => {
        execFile(tool, ['--config', path.join(server.folder, 'parley.yaml'), ...more], { env: plainEnvironment(), timeout: 100_000 }, (why, stdout, stderr) =>
            resolve({ code: why?.code ?? 0, stdout, stderr }),
        );
    });

const secretFile = path.join(temporaryFolder('secret'), 's3');
writeFileSync(secretFile, `${secretKey}\n`, { mode: 0o600 });
const plugins = { enable: ['attachments'] };
const tenants = {
    acme: { people: { ann: 'admin', bob: 'member' }, settings: { hosts: ['acme.test'], plugins, attachments: { storage: 's3', s3_serve: 'redirect', s3_url_seconds: 600 } } },
    hall: { people: { tom: 'admin' }, settings: { hosts: ['hall.test'], plugins, attachments: { storage: 's3' } } },
    late: { people: { eve: 'admin' }, settings: { hosts: ['late.test'], plugins, attachments: { s3_serve: 'redirect' } } },
};
const settings = (swift, more = {}) => ({
    plugins: { folders: [folder], load: ['attachments'] },
    attachments: {
        s3_endpoint: swift.endpoint,
        s3_bucket: swift.bucket,
        s3_prefix: 'chat',
        s3_access_key: accessKey,
        s3_secret_key: { secret: { file: secretFile } },
        s3_part_bytes: 5 * 1024 * 1024,
        ...more,
    },
});

// What misses its turn comes with the job's next minute.
const patience = 150_000;

const swift = await Swift.start();
after(() => swift.stop());

const ofFile = (keys, file) => keys.filter((key) => key.split('/').at(-1).startsWith(`${file.file}-`));
const isThere = (file) => eventually(async () => ofFile(await swift.keys(), file)[0], `file ${file.file} to be in the store`, patience);
const blobs = (server) => onDisk(server).filter((one) => one.includes('/blobs/'));
const setTenant = async (server, name, change) => {
    const file = path.join(server.folder, 'tenants', `${name}.yaml`);
    const now = JSON.parse(readFileSync(file, 'utf8'));
    Object.assign(now.attachments ??= {}, change);
    writeFileSync(file, JSON.stringify(now));
    const said = await parley(server, 'config', 'reload');
    assert.equal(said.code, 0, said.stderr);
};

export const tellOfS3 = (isolation) =>
    stories(`files in S3, ${isolation}`, { tenants, settings: settings(swift, { isolation }) }, (story) => {
        story('a file goes to the store, and who may have it is sent there', async ({ ann, bob, world }) => {
            await ann.creates('channel', 'stored');
            await bob.joins('stored');
            const file = await brings(ann, 'stored', 'Größe.png', png);
            await sendsFiles(ann, 'stored', [file]);
            const key = await isThere(file);
            assert.match(key, /^chat\/blobs\//);
            await eventually(() => (blobs(world.server).some((one) => one.includes(file.file)) ? undefined : true), 'the disk to be empty of it', patience);
            const sent = await eventually(async () => {
                const answer = await fetches(bob, file);
                return answer.status === 302 ? answer : undefined;
            }, 'the redirect', patience);
            assert.match(sent.headers.get('cache-control'), /no-store/);
            const address = sent.headers.get('location');
            // An address is good for the way in which it was asked for.
            const looked = await fetches(bob, file, { method: 'HEAD' });
            assert.equal(looked.status, 302);
            const head = await fetch(looked.headers.get('location'), { method: 'HEAD' });
            assert.deepEqual([head.status, Number(head.headers.get('content-length'))], [200, png.length]);
            assert.ok(address.startsWith(`${swift.endpoint}/files/chat/`), address);
            assert.ok(!address.includes(secretKey));
            const got = await fetch(address, { headers: { range: 'bytes=1-3' } });
            assert.equal(got.status, 206);
            assert.equal(await got.text(), 'PNG');
            const whole = await fetch(address);
            assert.deepEqual(Buffer.from(await whole.arrayBuffer()), png);
            assert.equal(whole.headers.get('content-type'), 'image/png');
            assert.match(whole.headers.get('content-disposition'), /^inline; .*filename\*=UTF-8''Gr%C3%B6%C3%9Fe\.png/);
            // What is signed is this and nothing else.
            for (const other of [address.replace('image%2Fpng', 'text%2Fhtml'), address.replace(/X-Amz-Expires=\d+/, 'X-Amz-Expires=3600'), address.replace(file.file, '1')])
                assert.equal((await fetch(other)).status, 403, other);
            assert.equal((await fetches({ url: bob.url, token: 'x' }, file)).status, 401);
            const report = await parley(world.server, 'files', 'verify', '--tenant', 'acme', '--deep');
            assert.equal(report.code, 0, report.stdout + report.stderr);
        });

        story('a large file goes in parts, and through the server where that is wished', async ({ tom, world }) => {
            await tom.creates('channel', 'large');
            const bytes = Buffer.alloc(12 * 1024 * 1024 + 7);
            for (let i = 0; i < bytes.length; i += 4096) bytes.writeUInt32LE(i, i);
            const file = await brings(tom, 'large', 'large.bin', bytes);
            await isThere(file);
            await eventually(() => (blobs(world.server).some((one) => one.includes(file.file)) ? undefined : true), 'the disk to be empty of it', patience);
            const got = await fetches(tom, file);
            assert.equal(got.status, 200);
            assert.ok(got.bytes.equals(bytes));
            assert.equal((await fetches(tom, file, { headers: { range: 'bytes=5-9' } })).status, 206);
            const report = await parley(world.server, 'files', 'verify', '--tenant', 'hall', '--deep');
            assert.equal(report.code, 0, report.stdout + report.stderr);
        });

        story('what is deleted is gone there, too', async ({ ann, bob, tom, world }) => {
            await ann.creates('channel', 'gone');
            await bob.joins('gone');
            const file = await brings(bob, 'gone', 'a.png', png);
            const message = await sendsFiles(bob, 'gone', [file]);
            await isThere(file);
            const sent = await eventually(async () => ((await fetches(bob, file)).headers.get('location') ?? undefined), 'the redirect', patience);
            await ann.purges(message);
            await eventually(async () => (ofFile(await swift.keys(), file).length === 0 ? true : undefined), 'the object to be gone', patience);
            assert.equal((await fetch(sent)).status, 404, 'an address that was signed before');
            assert.equal((await fetches(bob, file)).status, 404);
            // And the copy that the server brought.
            await tom.creates('channel', 'copied');
            const copied = await brings(tom, 'copied', 'b.png', png);
            await isThere(copied);
            await eventually(async () => {
                await fetches(tom, copied);
                return onDisk(world.server).some((one) => one.includes('/cache/') && one.includes(copied.file)) ? true : undefined;
            }, 'a copy', patience);
            assert.equal((await tom.delete(`/api/v1/files/${copied.file}`)).status, 200);
            await eventually(async () => (ofFile(await swift.keys(), copied).length === 0 ? true : undefined), 'the object to be gone', patience);
            await eventually(() => (onDisk(world.server).some((one) => one.includes(copied.file)) ? undefined : true), 'the copy to be gone', patience);
        });

        story('verify finds an object that is gone and one that nobody knows, and mends both', async ({ ann, world }) => {
            await ann.creates('channel', 'broken');
            const file = await brings(ann, 'broken', 'a.txt', 'to be lost');
            const kept = await brings(ann, 'broken', 'b.txt', 'to be kept');
            const key = await isThere(file);
            await isThere(kept);
            await swift.remove(key);
            const stray = key.replace(/[^/]+$/, 'stray');
            await swift.put(stray, 'nobody knows me');
            const found = await parley(world.server, 'files', 'verify', '--tenant', 'acme');
            assert.equal(found.code, 1, found.stdout + found.stderr);
            assert.match(found.stdout, /1 files without their content/);
            assert.match(found.stdout, /1 contents without a file/);
            const mended = await parley(world.server, 'files', 'verify', '--tenant', 'acme', '--repair');
            assert.equal(mended.code, 0, mended.stdout + mended.stderr);
            assert.equal(await knows(ann, file), undefined);
            assert.ok(await knows(ann, kept));
            assert.ok(!(await swift.keys()).includes(stray));
        });

        story('a tenant moves there and back, also after a crash in the middle', async ({ eve, world }) => {
            const { server } = world;
            await eve.creates('channel', 'moving');
            const all = [];
            for (let i = 0; i < 12; i += 1) all.push(await brings(eve, 'moving', `${i}.txt`, `text ${i}`));
            const mine = async () => (await swift.keys()).filter((key) => all.some((one) => key.split('/').at(-1).startsWith(`${one.file}-`)));
            const early = await parley(server, 'files', 'move', '--tenant', 'late', '--to', 's3');
            assert.equal(early.code, 1);
            assert.match(early.stderr, /attachments\.storage says otherwise/);
            assert.deepEqual(await mine(), []);

            await setTenant(server, 'late', { storage: 's3' });
            const first = parley(server, 'files', 'move', '--tenant', 'late', '--to', 's3');
            await eventually(async () => ((await mine()).length > 0 ? true : undefined), 'the first to be there', patience);
            await server.kill();
            await first;
            await server.start();
            const second = await eventually(async () => {
                const said = await parley(server, 'files', 'move', '--tenant', 'late', '--to', 's3');
                return said.code === 0 ? said : undefined;
            }, 'the rest to be moved', patience);
            assert.match(second.stdout, /Everything is in s3/);
            for (const [i, one] of all.entries()) {
                const sent = await fetches(eve, one);
                assert.equal(sent.status, 302);
                assert.equal(await (await fetch(sent.headers.get('location'))).text(), `text ${i}`);
            }
            await eventually(async () => ((await mine()).length === 12 ? true : undefined), 'one object for each', patience);
            await eventually(() => (blobs(server).some((one) => all.some((file) => one.includes(file.file))) ? undefined : true), 'the disk to be empty of them', patience);

            await setTenant(server, 'late', { storage: 'local' });
            const back = await parley(server, 'files', 'move', '--tenant', 'late', '--to', 'local');
            assert.equal(back.code, 0, back.stderr);
            for (const [i, one] of all.entries()) assert.equal((await fetches(eve, one)).bytes.toString(), `text ${i}`);
            await eventually(async () => ((await mine()).length === 0 ? true : undefined), 'the store to be empty of them', patience);
            const report = await parley(server, 'files', 'verify', '--tenant', 'late', '--deep');
            assert.equal(report.code, 0, report.stdout + report.stderr);
        });
    });

export const tellOfWrongSecret = () =>
    stories('files in S3 with a wrong secret', { tenants: { acme: tenants.acme }, settings: settings(swift, { s3_secret_key: 'wrong' }) }, (story) => {
        story('nothing goes there, and the file is served from the disk', async ({ ann, world }) => {
            await ann.creates('channel', 'refused');
            const file = await brings(ann, 'refused', 'a.png', png);
            await eventually(() => world.server.logs.some((line) => /S3 store/.test(line.message) && /403 SignatureDoesNotMatch/.test(line.fields)) || undefined, 'the store to refuse', patience);
            assert.deepEqual(ofFile(await swift.keys(), file), []);
            assert.deepEqual((await fetches(ann, file)).bytes, png);
            assert.ok(!JSON.stringify(world.server.logs).includes(secretKey));
        });
    });
