// Files through a plugin: written to disk as they come, sent from there, within limits and rights.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually, within } from './lib/deadline.js';
import { askRaw } from './lib/http.js';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';

const folder = process.env.PARLEY_SDK_PLUGINS ?? fileURLToPath(new URL('../../build/debug/tests/sdk/plugins', import.meta.url));
const most = 300_000_000;
const tenants = {
    acme: {
        people: { ann: 'admin', bob: 'member', gus: 'guest' },
        settings: { hosts: ['acme.test'], plugins: { enable: ['depot'] }, depot: { most_bytes: most } },
    },
    tiny: {
        people: { tom: 'member' },
        settings: { hosts: ['tiny.test'], plugins: { enable: ['depot'] }, depot: { most_bytes: 1000 } },
    },
    calm: { people: { cat: 'admin' }, settings: { hosts: ['calm.test'] } },
};

const bytes = { 'content-type': 'application/octet-stream' };
const put = (who, name, body, headers = {}) => who.request('PUT', `/api/v1/depot/${name}`, body, { headers: { ...bytes, ...headers } });
const get = (who, name, headers = {}) => who.request('GET', `/api/v1/depot/${name}`, undefined, { headers });
const told = async (who) => (await who.get('/api/v1/depot-told')).body;

function form(parts, boundary = 'xyz') {
    const texts = parts.map(({ field = 'file', name, text, type }) =>
        `--${boundary}\r\nContent-Disposition: form-data; name="${field}"${name === undefined ? '' : `; filename="${name}"`}\r\n` +
        `${type ? `Content-Type: ${type}\r\n` : ''}\r\n${text}\r\n`);
    return `${texts.join('')}--${boundary}--\r\n`;
}
const add = (who, body, type = 'multipart/form-data; boundary=xyz') =>
    who.request('POST', '/api/v1/depot', body, { headers: { 'content-type': type } });

// Sends this much and says when the server has said or ended something.
function rawUpload(who, head, send) {
    const { hostname, port } = new URL(who.url);
    const socket = net.connect({ host: hostname, port: Number(port) });
    let text = '';
    let sent = 0;
    const ended = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => {});
    socket.setEncoding('utf8');
    socket.on('data', (more) => (text += more));
    socket.write(`${head}\r\nHost: x\r\nAuthorization: Bearer ${who.token}\r\n\r\n`);
    if (send) {
        const more = () => {
            while (!socket.destroyed && sent < send.most) {
                sent += send.piece.length;
                if (!socket.write(send.piece)) return socket.once('drain', more);
            }
        };
        more();
    }
    return { socket, ended, get text() { return text; }, get sent() { return sent; } };
}

const resident = (server) => {
    const status = readFileSync(`/proc/${server.process.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) * 1024;
};

for (const isolation of ['in_process', 'process'])
stories(`transfers, ${isolation}`, { tenants, settings: { plugins: { folders: [folder], load: ['depot'] }, depot: { isolation } } }, (story) => {
    story('what is put is there, whole and in parts', async ({ bob, ann }) => {
        const made = await put(bob, 'letters.png', 'abcdefghij');
        assert.deepEqual([made.status, made.body], [201, { name: 'letters.png', bytes: 10 }], made.text);
        const whole = await get(ann, 'letters.png');
        assert.equal(whole.text, 'abcdefghij');
        assert.equal(whole.headers.get('content-type'), 'image/png');
        assert.equal(whole.headers.get('content-disposition'), `attachment; filename="letters.png"; filename*=UTF-8''letters.png`);
        assert.equal(whole.headers.get('x-content-type-options'), 'nosniff');
        assert.match(whole.headers.get('content-security-policy'), /sandbox/);
        const tag = whole.headers.get('etag');
        assert.equal((await get(ann, 'letters.png', { 'if-none-match': tag })).status, 304);
        for (const [range, status, text, said] of [
            ['bytes=2-4', 206, 'cde', 'bytes 2-4/10'], ['bytes=7-', 206, 'hij', 'bytes 7-9/10'], ['bytes=-2', 206, 'ij', 'bytes 8-9/10'],
            ['bytes=5-999', 206, 'fghij', 'bytes 5-9/10'], ['bytes=10-', 416, '', 'bytes */10'], ['bytes=-0', 416, '', 'bytes */10'],
            ['bytes=4-2', 200, 'abcdefghij', null], ['bytes=0-1,3-4', 200, 'abcdefghij', null], ['lines=1-2', 200, 'abcdefghij', null],
            ['bytes=99999999999999999999-', 200, 'abcdefghij', null],
        ]) {
            const part = await get(ann, 'letters.png', { range });
            assert.deepEqual([part.status, status === 416 ? '' : part.text, part.headers.get('content-range')], [status, text, said], range);
        }
        assert.equal((await get(ann, 'letters.png', { range: 'bytes=2-4', 'if-range': '"old"' })).text, 'abcdefghij');
        const head = await ann.request('HEAD', '/api/v1/depot/letters.png');
        assert.deepEqual([head.status, head.text, head.headers.get('content-length')], [200, '', '10']);
    });

    story('an empty file is a file', async ({ bob }) => {
        assert.equal((await put(bob, 'empty', '')).status, 201);
        const got = await get(bob, 'empty');
        assert.deepEqual([got.status, got.text], [200, '']);
    });

    story('too much is refused from the head, and without a length in the middle', async ({ tom }) => {
        const before = await told(tom);
        assertRefused(await put(tom, 'big', 'x'.repeat(1001)), 413, 'body_too_large');
        assert.equal((await put(tom, 'fits', 'x'.repeat(1000))).status, 201);
        // Five gigabytes: said, and none of them sent.
        const said = await askRaw(tom.url, `PUT /api/v1/depot/huge HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${tom.token}\r\nContent-Length: 5368709120\r\nExpect: 100-continue\r\n\r\n`);
        assert.equal(said.status, 413);
        // Endless, in chunks.
        const endless = rawUpload(tom, 'PUT /api/v1/depot/huge HTTP/1.1\r\nTransfer-Encoding: chunked', { piece: `10000\r\n${'x'.repeat(65536)}\r\n`, most: 5e9 });
        await within(endless.ended, 'the end of an endless body');
        assert.match(endless.text, /^HTTP\/1.1 413 /);
        assert.ok(endless.sent < 64e6, `${endless.sent} bytes went out`);
        const after = await told(tom);
        assert.deepEqual([after.admitted - before.admitted, after.broken - before.broken, after.complete - before.complete], [4, 3, 1]);
        assert.equal(after.left, 0, 'nothing of them is on the disk');
        assert.equal((await get(tom, 'huge')).status, 404);
    });

    story('a form brings several files and fields', async ({ bob, tom }) => {
        const sent = form([{ field: 'note', text: 'für dich' }, { name: 'a.txt', text: 'one' }, { name: 'b.txt', text: '', type: 'text/plain' }]);
        const made = await add(bob, sent);
        assert.deepEqual([made.status, made.body], [201, { files: [{ name: 'a.txt', bytes: 3 }, { name: 'b.txt', bytes: 0 }], fields: { note: 'für dich' } }], made.text);
        assert.equal((await get(bob, 'a.txt')).text, 'one');

        const before = await told(tom);
        const file = (name, size) => ({ name, text: 'x'.repeat(size) });
        assertRefused(await add(tom, form([file('a', 1001)])), 413, 'body_too_large');
        assertRefused(await add(tom, form([file('a', 1), file('b', 1), file('c', 1), file('d', 1)])), 413, 'too_many_parts');
        assertRefused(await add(tom, form([file('a', 10)]).slice(0, -8)), 400, 'multipart_incomplete');
        assertRefused(await add(tom, 'nothing of the kind'), 400, 'multipart_malformed');
        assertRefused(await add(tom, '{}', 'application/json'), 400, 'not_multipart');
        const after = await told(tom);
        assert.equal(after.broken - before.broken, 5);
        assert.equal(after.left, 0);
    });

    story('what broke off goes on where it ended', async ({ bob }) => {
        const part = (offset, body) => bob.request('PATCH', '/api/v1/depot/long', body, { headers: { ...bytes, 'upload-offset': String(offset) } });
        const first = await part(0, 'hello ');
        assert.deepEqual([first.status, first.headers.get('upload-offset')], [204, '6'], first.text);
        assertRefused(await part(0, 'again'), 409, 'offset_conflict');
        assertRefused(await part(7, 'gap'), 409, 'offset_conflict');
        assertRefused(await part(-1, 'x'), 400, 'field_range');
        assertRefused(await bob.request('PATCH', '/api/v1/depot/long', 'x', { headers: bytes }), 400, 'field_missing');
        // The connection breaks after five of a thousand bytes.
        const { broken } = await told(bob);
        const cut = rawUpload(bob, 'PATCH /api/v1/depot/long HTTP/1.1\r\nContent-Length: 1000\r\nUpload-Offset: 6');
        cut.socket.end('world');
        const after = await eventually(async () => [await told(bob)].find((one) => one.broken > broken), 'the plugin to hear that it broke off');
        assert.equal(after.why, 'body_broken');
        assert.equal((await get(bob, 'long')).text, 'hello world');
        assert.equal((await part(11, '!')).status, 204);
        assert.equal((await get(bob, 'long')).text, 'hello world!');
    });

    story('who may not is told so before anything is read', async ({ ann, bob, gus, cat, tom }) => {
        await ann.creates('channel', 'secret', { visibility: 'private' });
        const inside = (who) => who.request('POST', `${ann.pathOf('secret')}/depot`, 'text', { headers: { 'content-type': 'text/plain' } });
        const { admitted } = await told(bob);
        assert.equal((await askRaw(bob.url, 'PUT /api/v1/depot/x HTTP/1.1\r\nHost: acme.test\r\nContent-Length: 1\r\n\r\nx')).status, 401);
        assertRefused(await put(gus, 'x', 'x'), 403, 'permission_missing');
        assertRefused(await inside(bob), 404, 'not_found');
        assertRefused(await inside(tom), 404, 'not_found');
        assert.equal((await put(cat, 'x', 'x')).status, 404);
        assert.equal((await get(cat, 'x')).status, 404);
        const unread = rawUpload(gus, 'PUT /api/v1/depot/x HTTP/1.1\r\nContent-Length: 1000000000');
        await within(unread.ended, 'the refusal');
        assert.match(unread.text, /^HTTP\/1.1 403 /);
        assert.equal((await told(bob)).admitted, admitted);
        assert.equal((await inside(ann)).status, 201);
        assertRefused(await ann.request('POST', `${ann.pathOf('secret')}/depot`, 'x', { headers: { 'content-type': 'image/png' } }), 400, 'not_text');
        await ann.connects();
        assert.equal((await ann.asks('depot.put', { name: 'x' })).status, 404, 'there is no such command of the WebSocket');
    });

    story('names lead nowhere else', async ({ bob, tom }) => {
        assert.equal((await put(tom, 'mine', 'of tiny')).status, 201);
        assert.equal((await get(bob, 'mine')).status, 404);
        for (const name of ['..', '%2e%2e', '..%2f..%2fdepot.db', '%2fetc%2fpasswd', '.', 'a%00b', 'x%2fy'])
            for (const path of [`/api/v1/depot/${name}`, `/depot/assets/${name}`]) {
                const answer = await askRaw(bob.url, `GET ${path} HTTP/1.1\r\nHost: acme.test\r\nAuthorization: Bearer ${bob.token}\r\n\r\n`);
                assert.ok([400, 404].includes(answer.status), path);
            }
    });

    story('another plugin\'s files are sent where that was agreed, and no others', async ({ bob, world }) => {
        for (const whose of ['library', 'vault']) {
            const at = path.join(world.server.folder, 'var/plugins', whose, 'files');
            mkdirSync(at, { recursive: true });
            writeFileSync(path.join(at, 'book'), `of ${whose}`);
        }
        const sent = await bob.request('GET', '/api/v1/depot-lent/book');
        assert.deepEqual([sent.status, sent.text], [200, 'of library']);
        assert.equal((await bob.request('GET', '/api/v1/depot-lent/none')).status, 404);
        for (const name of ['..%2ffiles%2fbook', '%2e%2e%2f%2e%2e%2fvault%2ffiles%2fbook'])
            assert.ok([400, 404].includes((await bob.request('GET', `/api/v1/depot-lent/${name}`)).status), name);
        const foreign = await askRaw(bob.url, `GET /api/v1/depot-foreign/book HTTP/1.1\r\nHost: acme.test\r\nAuthorization: Bearer ${bob.token}\r\n\r\n`);
        assert.deepEqual([foreign.status, foreign.text.includes('of vault')], [500, false]);
    });

    story('pages are for everybody, and headers that are not theirs are refused', async ({ bob, world }) => {
        const open = (path, host = 'acme.test') => askRaw(bob.url, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
        const root = await open('/');
        assert.deepEqual([root.status, root.headers.get('location')], [302, '/depot/page']);
        const page = await open('/depot/page');
        assert.deepEqual([page.status, page.type, page.text], [200, 'text/html; charset=utf-8', '<!doctype html><title>acme</title>']);
        assert.equal(page.headers.get('content-security-policy'), "default-src 'self'");
        const asset = await open('/depot/assets/app.js');
        assert.deepEqual([asset.status, asset.text], [200, '// What the depot brings along to be sent.\nconsole.log("depot");\n']);
        assert.match(asset.headers.get('cache-control'), /immutable/);
        assert.equal((await open('/depot/assets/none.js')).status, 404);
        const wrong = await open('/depot/wrong');
        assert.deepEqual([wrong.status, wrong.headers.get('set-cookie')], [500, null]);
        const visit = (name, more = '', method = 'GET') => askRaw(bob.url, `${method} /depot/visit/${name} HTTP/1.1\r\nHost: acme.test\r\n${more}\r\n`);
        const first = await visit('blue.1');
        const nowhereElse = { content_host: '', granted: '', comes_back: false };
        assert.deepEqual(first.body, { ...nowhereElse, address: '127.0.0.1', method: 'GET', range: '', cookie: '', languages: '' });
        assert.equal(first.headers.get('set-cookie'), 'parley_depot=blue.1; Max-Age=60; Path=/depot/visit; HttpOnly; SameSite=Strict');
        const second = await visit('green', `Cookie: x=1; parley_depot=blue.1; parley_depots=2\r\nRange: bytes=3-\r\nAccept-Language: de, ${'x'.repeat(300)}\r\n`);
        assert.deepEqual(second.body, { ...nowhereElse, address: '127.0.0.1', method: 'GET', range: 'bytes=3-', cookie: 'blue.1', languages: `de, ${'x'.repeat(252)}` });
        for (const name of ['elsewhere', 'wild', 'a%20b', 'a%0d%0ab']) {
            const refused = await visit(name);
            assert.deepEqual([[400, 404, 500].includes(refused.status), refused.headers.get('set-cookie')], [true, null], name);
        }
        await eventually(() => (world.server.logs.filter((line) => line.path === '/depot/visit/***').length >= 6 ? true : undefined), 'the log to have the visits');
        assert.equal(world.server.logs.some((line) => /visit\/(blue|green|wild)/.test(line.path)), false, 'a secret is in no log');
        // And where it is off, nobody is shown anything.
        for (const path of ['/', '/depot/page', '/depot/assets/app.js']) assert.equal((await open(path, 'calm.test')).status, 404, path);
    });

    story('a large file costs no memory', async ({ bob }) => {
        const { server } = bob.world;
        const piece = Buffer.alloc(1 << 20, 'x');
        const count = 256;
        await put(bob, 'warm', piece);
        await get(bob, 'warm');
        const before = resident(server);
        let peak = before;
        const watch = setInterval(() => (peak = Math.max(peak, resident(server))), 5);
        let left = count;
        const stream = new ReadableStream({ pull: (to) => (left-- > 0 ? to.enqueue(piece) : to.close()) });
        const sent = await fetch(`${bob.url}/api/v1/depot/large`, { method: 'PUT', body: stream, duplex: 'half', headers: { ...bytes, authorization: `Bearer ${bob.token}` } });
        assert.deepEqual([sent.status, (await sent.json()).bytes], [201, count * piece.length]);
        let size = 0;
        const got = await fetch(`${bob.url}/api/v1/depot/large`, { headers: { authorization: `Bearer ${bob.token}` } });
        for await (const chunk of got.body) size += chunk.length;
        clearInterval(watch);
        assert.equal(size, count * piece.length);
        assert.ok(peak - before < 8 << 20, `grew by ${peak - before} bytes`);
    });
});

stories('taking files away', { tenants, settings: { plugins: { folders: [folder], load: ['depot'] } } }, (story) => {
    story('with the plugin go its files, as was chosen', async ({ bob, world }) => {
        const { server } = world;
        assert.equal((await put(bob, 'left', 'hello')).status, 201);
        writeFileSync(path.join(server.folder, 'parley.yaml'), JSON.stringify({ ...JSON.parse(readFileSync(path.join(server.folder, 'parley.yaml'), 'utf8')), plugins: { load: [] } }));
        for (const name of ['acme', 'tiny', 'calm']) writeFileSync(path.join(server.folder, `tenants/${name}.yaml`), JSON.stringify({ hosts: [`${name}.test`] }));
        await server.stop();
        const removes = (how) => server.cli('plugin', 'remove', 'depot', how, '--yes');
        const stay = await removes('--keep');
        assert.match(stay, /Its 1 files of 5 bytes in \S+ stay where they are/);
        const aside = /Its files are in (\S+)\./.exec(await removes('--archive'))[1];
        assert.ok(existsSync(aside));
        assert.match(await removes('--purge'), /It keeps no files/);
        renameSync(aside, aside.replace(/\.1$/, ''));
        assert.match(await removes('--purge'), /Its 1 files of 5 bytes in \S+ are deleted for good/);
        assert.ok(!existsSync(aside.replace(/\.1$/, '')));
        await server.start();
    });
});
