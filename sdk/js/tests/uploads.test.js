// Files are brought by the SDK: in one request, in pieces, over cables that are cut, and not when nobody wants them any more.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { eventually } from '../../../tests/acceptance/lib/deadline.js';
import { stories } from '../../../tests/acceptance/lib/story.js';
import { memoryStorage } from '../dist/index.js';
import { lay } from './lib/cable.js';
import { clientAt, clientOf, roomOf, until } from './lib/clients.js';

const folder = process.env.PARLEY_PLUGIN_FILES ?? fileURLToPath(new URL('../../../build/debug/plugins', import.meta.url));
const acme = { people: { ann: 'admin', bob: 'member' }, settings: { attachments: { max_file_size: 8 * 1024 * 1024 } } };
const settings = { plugins: { folders: [folder], load: ['attachments'], enable: ['attachments'] } };

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
// The plugin hears after everybody else that a message with a file is there.
const bytesOf = (who, file) =>
    eventually(async () => {
        const answer = await fetch(`${who.url}/api/v1/files/${file}/content`, { headers: { authorization: `Bearer ${who.token}` } });
        const bytes = Buffer.from(await answer.arrayBuffer());
        assert.ok([200, 404].includes(answer.status), bytes.toString());
        return answer.status === 200 ? bytes : undefined;
    }, 'the file to be there');
const text = (length) => Buffer.from('All work and no play makes Jack a dull boy.\n'.repeat(Math.ceil(length / 44))).subarray(0, length);

stories('uploads by the SDK', { tenants: { acme }, settings }, (story) => {
    story('a small one goes in one request and comes with its message', async ({ ann, bob }) => {
        await ann.creates('channel', 'small', { members: [bob] });
        const id = ann.idOf('small');
        const [client, other] = [await clientOf(ann), await clientOf(bob)];
        await other.load(id);
        const seen = [];
        const file = await client.upload(id, new Blob([text(1000)], { type: 'text/plain' }), { name: 'häuser & höfe.txt', onProgress: (...how) => seen.push(how) });
        assert.deepEqual([file.name, file.bytes, file.conversation], ['häuser & höfe.txt', 1000, id]);
        assert.deepEqual(seen, [[0, 1000], [1000, 1000]]);
        await client.send(id, { type: 'file', text: 'Here', data: { files: [{ file: file.file }] } }).stored;
        const [message] = await until(other, () => roomOf(other, id).messages.length > 0 && roomOf(other, id).messages);
        assert.equal(message.data.files[0].file, file.file);
        assert.deepEqual(await bytesOf(bob, file.file), text(1000));
        const got = await other.download(file.file);
        assert.deepEqual([got.type, Buffer.from(await got.arrayBuffer())], ['text/plain', text(1000)]);
        await assert.rejects(other.download('1'), { code: 'file_unknown', status: 404 });
    });

    story('a large one goes in pieces, also over a cable that is cut', async ({ ann, world, t }) => {
        await ann.creates('channel', 'large');
        const id = ann.idOf('large');
        const cable = await lay(world.server.port);
        t.after(cable.remove);
        const client = await clientOf(ann, { url: cable.url });
        const bytes = text(5_000_000);
        const seen = [];
        const file = await client.upload(id, new Blob([bytes]), {
            name: 'large.txt',
            onProgress(sent, total) {
                seen.push(sent);
                assert.equal(total, bytes.length);
                if (sent > 0 && sent < total) cable.cut();
            },
        });
        assert.ok(seen.length >= 4, String(seen));
        assert.deepEqual([...seen].sort((one, other) => one - other), seen, 'it never goes back');
        assert.equal(seen.at(-1), bytes.length);
        const done = await eventually(async () => ((await ann.get(`/api/v1/files/${file.file}`)).body.state === 'ready' ? true : undefined), 'the file to be ready');
        assert.ok(done);
        assert.equal(sha256(await bytesOf(ann, file.file)), sha256(bytes));
    });

    story('what was broken off is gone on with by the next program that has the same storage', async ({ ann, world, t }) => {
        await ann.creates('channel', 'broken');
        const id = ann.idOf('broken');
        const storage = memoryStorage();
        const cable = await lay(world.server.port);
        t.after(cable.remove);
        const bytes = text(3_000_000);
        const first = clientAt(world, { url: cable.url, storage, timing: { firstBackOff: 1, longestBackOff: 1 } });
        await first.useToken(ann.token);
        const broken = first.upload(id, new Blob([bytes]), {
            name: 'broken.txt',
            onProgress(sent) {
                if (sent === 0) return;
                cable.isDown = true;
                cable.cut();
            },
        });
        await assert.rejects(broken, { code: 'network' });
        cable.isDown = false;
        const second = clientAt(world, { url: cable.url, storage });
        await second.useToken(ann.token);
        const seen = [];
        const file = await second.upload(id, new Blob([bytes]), { name: 'broken.txt', onProgress: (sent) => seen.push(sent) });
        assert.ok(seen.find((sent) => sent > 0) > 0 && seen[1] > 0, `it began anew: ${seen}`);
        assert.equal(sha256(await bytesOf(ann, file.file)), sha256(bytes));
        assert.deepEqual(await storage.keys('parley/'), []);
    });

    story('what nobody wants any more leaves nothing, and what is refused says why', async ({ ann }) => {
        await ann.creates('channel', 'unwanted');
        const id = ann.idOf('unwanted');
        const storage = memoryStorage();
        const client = await clientOf(ann, { storage });
        const used = () => client.call('file.usage');
        const before = await used();
        assert.ok(Object.keys(before).length > 0);
        const ends = new AbortController();
        const aborted = client.upload(id, new Blob([text(4_000_000)]), { name: 'x.txt', signal: ends.signal, onProgress: (sent) => sent > 0 && ends.abort() });
        await assert.rejects(aborted, { code: 'aborted' });
        assert.deepEqual(await used(), before);
        await assert.rejects(client.upload(id, new Blob([text(1000)]), { name: 'x.txt', signal: AbortSignal.abort() }), { code: 'aborted' });
        await assert.rejects(client.upload(id, new Blob([text(9 * 1024 * 1024)]), { name: 'huge.txt' }), (why) => why.status === 413 && why.code === 'file_too_large');
        const program = new Blob(['#!/bin/sh\n', text(600_000)]);
        await assert.rejects(client.upload(id, program, { name: 'program' }), (why) => why.status >= 400 && why.status < 500 && why.code !== 'http');
        await assert.rejects(client.upload('1', new Blob([text(10)]), { name: 'x.txt' }), { status: 404 });
        assert.deepEqual(await storage.keys('parley/'), []);
        assert.deepEqual(await used(), before);
    });
});
