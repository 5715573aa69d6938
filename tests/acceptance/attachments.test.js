// Files in a running server: brought, sent, fetched, refused, counted and gone.
import assert from 'node:assert/strict';
import { File } from 'node:buffer';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import Uppy from '@uppy/core';
import UppyTus from '@uppy/tus';
import UppyForm from '@uppy/xhr-upload';
import * as tus from 'tus-js-client';
import { eventually, within } from './lib/deadline.js';
import { brings, bytesOf, curl, fetches, form, isIn, knows, listed, onDisk, pdf, png, sendsFiles, uploads } from './lib/files.js';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';

// Uppy asks for what a browser has; Node.js 18, which Debian 12 has, does not show it to everybody yet.
globalThis.File ??= File;

const folder = process.env.PARLEY_PLUGIN_FILES ?? fileURLToPath(new URL('../../build/debug/plugins', import.meta.url));
const tenants = {
    acme: {
        people: { ann: 'admin', bob: 'member', gus: 'guest' },
        settings: { hosts: ['acme.test'], plugins: { enable: ['attachments'] }, attachments: { max_file_size: 10_000_000, user_quota: 60_000_000 } },
    },
    tight: {
        people: { tom: 'member', tim: 'admin' },
        settings: { hosts: ['tight.test'], plugins: { enable: ['attachments'] }, attachments: { storage_quota: 100_000, max_concurrent_uploads: 1000 } },
    },
    calm: { people: { cat: 'admin' }, settings: { hosts: ['calm.test'] } },
};
const settings = { plugins: { folders: [folder], load: ['attachments'] } };

// A resumable upload by tus-js-client; `more` are its options.
function resumable(who, conversation, bytes, more = {}) {
    const made = {};
    made.done = new Promise((resolve, reject) => {
        made.upload = new tus.Upload(bytes, {
            endpoint: `${who.url}${who.pathOf(conversation)}/uploads`,
            headers: { authorization: `Bearer ${who.token}` },
            metadata: { filename: 'big.bin' },
            retryDelays: [10, 50, 100, 500],
            onError: reject,
            onSuccess: () => resolve(made.upload.url.split('/').at(-1)),
            ...more,
        });
    });
    return made;
}

// What of a browser's XMLHttpRequest a form needs: Uppy's uploader by forms has nothing else to go by.
class FormRequest {
    upload = {};
    #headers = {};
    #stopped = new AbortController();
    open(method, url) {
        Object.assign(this, { method, url, readyState: 1 });
    }
    setRequestHeader(name, value) {
        this.#headers[name] = value;
    }
    getResponseHeader(name) {
        return this.response_headers?.get(name) ?? null;
    }
    abort() {
        this.#stopped.abort();
    }
    async send(body) {
        try {
            const answer = await fetch(this.url, { method: this.method, headers: this.#headers, body, signal: this.#stopped.signal });
            this.responseText = this.response = await answer.text();
            Object.assign(this, { status: answer.status, statusText: answer.statusText, response_headers: answer.headers, readyState: 4 });
            this.onload?.({ target: this });
        } catch (why) {
            this.onerror?.(why);
        }
    }
}

// Outside of a browser its resumable uploader takes buffers, and forms take blobs.
const asBuffer = (bytes) => Object.assign(Buffer.from(bytes), { size: Buffer.byteLength(bytes) });
const asBlob = (bytes) => new Blob([bytes]);

// What Uppy brought: {successful, failed}; `use` is one of its uploaders with its options.
async function byUppy(files, as, use, options) {
    const uppy = new Uppy({ autoProceed: false }).use(use, options);
    for (const [name, bytes] of Object.entries(files)) uppy.addFile({ name, type: 'application/octet-stream', data: as(bytes) });
    const made = await within(uppy.upload(), 'Uppy');
    uppy.destroy();
    return made;
}

async function verifies(who, { repair = false } = {}) {
    const answer = await who.post('/api/v1/file-verification', { deep: true, repair });
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
}
const isSound = (report) =>
    assert.deepEqual([report.lost, report.changed, report.orphans, report.wrong_tallies], [0, 0, 0, 0], JSON.stringify(report));

for (const isolation of ['in_process', 'process'])
stories(`attachments, ${isolation}`, { tenants, settings: { ...settings, attachments: { isolation } } }, (story) => {
    story('a guest sends photos, everybody in the conversation has them', async ({ ann, gus, bob }) => {
        await ann.creates('channel', 'desk');
        await ann.adds('desk', gus);
        const photo = await brings(gus, 'desk', 'photo.png', png);
        assert.deepEqual([photo.type, photo.category, photo.state, photo.mine], ['image/png', 'image', 'ready', true]);
        assert.equal((await fetches(ann, photo)).status, 404, 'nobody else sees what is not sent yet');
        const both = await uploads(gus, 'desk', [{ name: 'a.txt', bytes: 'words' }, { name: 'b.pdf', bytes: pdf }]);
        assert.equal(both.body.files.length, 2, both.text);
        const sent = await sendsFiles(gus, 'desk', [photo, ...both.body.files]);
        assert.deepEqual(sent.data.files.map((one) => [one.name, one.type]), [['photo.png', 'image/png'], ['a.txt', 'text/plain'], ['b.pdf', 'application/pdf']]);
        assert.equal(sent.state, 'published');

        await eventually(async () => ((await fetches(ann, photo)).status === 200 ? true : undefined), 'the photo to be seen');
        const got = await fetches(ann, photo);
        assert.deepEqual(got.bytes, png);
        assert.match(got.headers.get('content-disposition'), /^inline; filename/);
        assert.equal(got.headers.get('x-content-type-options'), 'nosniff');
        assert.match(got.headers.get('content-security-policy'), /sandbox/);
        const part = await fetches(ann, photo, { headers: { range: 'bytes=0-7' } });
        assert.deepEqual([part.status, part.bytes], [206, png.subarray(0, 8)]);
        assert.equal((await fetches(ann, photo, { headers: { 'if-none-match': got.headers.get('etag') } })).status, 304);
        assert.equal((await fetches(ann, photo, { method: 'HEAD' })).bytes.length, 0);
        assert.match((await fetches(ann, photo, { query: '?download=true' })).headers.get('content-disposition'), /^attachment/);

        assert.deepEqual((await listed(ann, 'desk')).map((one) => one.name), ['b.pdf', 'a.txt', 'photo.png']);
        assert.deepEqual((await listed(ann, 'desk', '?category=image')).map((one) => one.name), ['photo.png']);
        assert.equal((await listed(ann, 'desk', '?mine=true')).length, 0);
        // bob is not in the conversation, which is public: what he sees of its messages he sees of its files.
        const seen = (await bob.get(`/api/v1/messages/${sent.id}`)).status;
        assert.equal((await fetches(bob, photo)).status, seen);
    });

    story('nothing of it in a conversation or a tenant that one does not see', async ({ ann, bob, cat }) => {
        await ann.creates('channel', 'secret', { visibility: 'private' });
        const file = await brings(ann, 'secret', 'a.png', png);
        await sendsFiles(ann, 'secret', [file]);
        await isIn(ann, file, 'ready');
        for (const one of [bob, cat]) {
            assertRefused(await one.get(`/api/v1/files/${file.file}`), 404);
            assert.equal((await fetches(one, file)).status, 404);
            assertRefused(await one.get(`/api/v1/conversations/${ann.idOf('secret')}/files`), 404);
            assert.equal((await one.request('POST', `/api/v1/conversations/${ann.idOf('secret')}/files`, form([{ name: 'a.png', bytes: png }]), {
                headers: { 'content-type': 'multipart/form-data; boundary=xyz' },
            })).status, 404);
        }
        assertRefused(await cat.post(`/api/v1/file-verification`, {}), 404);
    });

    story('names are for show', async ({ ann, world }) => {
        await ann.creates('channel', 'names');
        const names = {
            '../../../etc/passwd.png': 'passwd.png',
            '/etc/a.png': 'a.png',
            'C:\\\\windows\\\\b.png': 'b.png',
            '-rf.png': 'rf.png',
            '..png': 'png',
            'photo\u202Egnp.png': 'photognp.png',
            'a\u2215b\uFF0Fc.png': 'a_b_c.png',
        };
        for (const [given, shown] of Object.entries(names)) assert.equal((await brings(ann, 'names', given, png)).name, shown, given);
        const long = await brings(ann, 'names', `${'ü'.repeat(400)}.png`, png);
        assert.ok(Buffer.byteLength(long.name) <= 255 && long.name.endsWith('.png'), long.name);
        const file = await brings(ann, 'names', 'Zürich “2026”.png', png);
        const head = (await fetches(ann, file)).headers.get('content-disposition');
        assert.match(head, /filename\*=UTF-8''Z%C3%BCrich/);
        for (const one of onDisk(world.server)) assert.match(one, /\/blobs\/\d+\/\d+\/[a-z]+\/\d{4}-\d\d-\d\d\/\d+$/);
    });

    story('nothing that runs runs in our origin', async ({ ann }) => {
        await ann.creates('channel', 'scripts');
        const html = '<!DOCTYPE html><html><body><script>alert(1)</script></body></html>';
        const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
        for (const [name, bytes] of [['a.jpg', html], ['a.png', svg], ['a.jpg', 'alert(1)'], ['a.png.html', png], ['a.pdf', png]])
            assertRefused(await uploads(ann, 'scripts', [{ name, bytes, type: 'image/png' }]), 400);
        assertRefused(await uploads(ann, 'scripts', [{ name: 'a.exe', bytes: 'MZ' + '\0'.repeat(300) }]), 400, 'type_refused');
        for (const [name, bytes] of [['a.html', html], ['a.svg', svg], ['a.js', 'alert(1)'], ['a.xml', '<?xml version="1.0"?><a/>'], ['notes.txt', html]]) {
            const file = await brings(ann, 'scripts', name, bytes);
            const got = await fetches(ann, file);
            assert.equal(got.status, 200);
            assert.match(got.headers.get('content-disposition'), /^attachment/, name);
            assert.equal(got.headers.get('content-type'), 'application/octet-stream', name);
            assert.match(got.headers.get('content-security-policy'), /sandbox/);
            assert.equal(got.headers.get('x-content-type-options'), 'nosniff');
        }
        // Both at once: an image for those who look at its beginning, and a page for those who do not.
        const polyglot = await brings(ann, 'scripts', 'both.png', Buffer.concat([png, Buffer.from(html)]));
        assert.equal((await fetches(ann, polyglot)).headers.get('content-type'), 'image/png');
    });

    story('resumable uploads, by a client that others wrote', async ({ ann, bob, world }) => {
        await ann.creates('channel', 'resumed');
        await bob.joins('resumed');
        const before = onDisk(world.server).length;
        const bytes = Buffer.alloc(3_000_000, 'abc');
        const whole = resumable(ann, 'resumed', bytes);
        whole.upload.start();
        const first = await within(whole.done, 'the upload');
        assert.equal((await knows(ann, first)).bytes, bytes.length);

        // Broken off in the middle by the client, found again by its address.
        let sent = 0;
        const broken = resumable(ann, 'resumed', bytes, { chunkSize: 500_000, onChunkComplete: (_, soFar) => { sent = soFar; if (soFar >= 1_000_000) broken.upload.abort(); } });
        broken.upload.start();
        await eventually(() => (sent >= 1_000_000 ? true : undefined), 'two pieces');
        const place = broken.upload.url;
        assert.equal((await ann.get(`${new URL(place).pathname}`)).status, 412, 'without Tus-Resumable');
        // Nobody else goes on with it, or ends it.
        const headers = { 'tus-resumable': '1.0.0' };
        for (const [method, more] of [['GET', {}], ['PATCH', { 'upload-offset': '1000000', 'content-type': 'application/offset+octet-stream' }], ['DELETE', {}]])
            assertRefused(await bob.request(method, new URL(place).pathname, method === 'PATCH' ? 'x' : undefined, { headers: { ...headers, ...more } }), 404);
        // Overlapping pieces and pieces beyond the end.
        const piece = (offset, body) => ann.request('PATCH', new URL(place).pathname, body, { headers: { ...headers, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' } });
        assertRefused(await piece(0, 'x'), 409);
        assertRefused(await piece(2_999_999, 'x'), 409);
        const again = resumable(ann, 'resumed', bytes, { uploadUrl: place });
        again.upload.start();
        const second = await within(again.done, 'the rest');
        assert.equal((await knows(ann, second)).sha256, (await knows(ann, first)).sha256);
        assert.deepEqual((await fetches(ann, second)).bytes, bytes);

        // Ended: nothing of it stays.
        let pieces = 0;
        const ended = resumable(ann, 'resumed', bytes, { chunkSize: 500_000, onChunkComplete: () => { pieces += 1; ended.upload.abort(); } });
        ended.upload.start();
        await eventually(() => (pieces > 0 ? true : undefined), 'a piece');
        assert.ok(onDisk(world.server).some((one) => one.includes('/incoming/')));
        await ended.upload.abort(true);
        await eventually(() => (onDisk(world.server).length === before + 2 ? true : undefined), 'nothing to be left');

        // All of it with its creation, and nothing at all.
        const small = resumable(ann, 'resumed', Buffer.from('hello'), { uploadDataDuringCreation: true, metadata: { filename: 'a.txt' } });
        small.upload.start();
        assert.equal((await knows(ann, await small.done)).bytes, 5);
        const empty = resumable(ann, 'resumed', Buffer.alloc(0), { metadata: { filename: 'empty.txt' } });
        empty.upload.start();
        assert.equal((await knows(ann, await empty.done)).bytes, 0);
        // Longer than a file may be.
        const huge = await ann.request('POST', `${ann.pathOf('resumed')}/uploads`, undefined, { headers: { ...headers, 'upload-length': String(5 * 2 ** 30) } });
        assertRefused(huge, 413);
    });

    story('uploads by Uppy, resumable and as a form', async ({ ann }) => {
        await ann.creates('channel', 'uppy');
        const headers = { authorization: `Bearer ${ann.token}` };
        const bytes = Buffer.alloc(2_500_000, 'xyz');
        const resumed = await byUppy({ 'one.bin': bytes, 'two.txt': 'hello' }, asBuffer, UppyTus, {
            endpoint: `${ann.url}${ann.pathOf('uppy')}/uploads`,
            headers,
            chunkSize: 1_000_000,
            allowedMetaFields: ['name'],
        });
        assert.deepEqual([resumed.successful.length, resumed.failed.length], [2, 0], JSON.stringify(resumed.failed));
        for (const one of resumed.successful) {
            const file = await knows(ann, one.uploadURL.split('/').at(-1));
            assert.deepEqual([file.name, file.bytes], [one.name, one.size]);
        }
        const one = resumed.successful.find((file) => file.name === 'one.bin');
        assert.deepEqual((await fetches(ann, one.uploadURL.split('/').at(-1))).bytes, bytes);

        const before = globalThis.XMLHttpRequest;
        globalThis.XMLHttpRequest = FormRequest;
        try {
            const options = { endpoint: `${ann.url}${ann.pathOf('uppy')}/files`, headers, fieldName: 'file', allowedMetaFields: [] };
            const form = await byUppy({ 'a.png': png, 'b.pdf': pdf }, asBlob, UppyForm, options);
            assert.deepEqual([form.successful.length, form.failed.length], [2, 0], JSON.stringify(form.failed));
            for (const each of form.successful) assert.equal(each.response.body.files[0].state, 'ready');
            const bundle = await byUppy({ 'c.png': png, 'd.pdf': pdf }, asBlob, UppyForm, { ...options, bundle: true });
            assert.deepEqual([bundle.successful.length, bundle.failed.length], [2, 0], JSON.stringify(bundle.failed));
        } finally {
            globalThis.XMLHttpRequest = before;
        }
        const names = (await listed(ann, 'uppy', '?mine=true')).map((file) => file.name).sort();
        assert.deepEqual(names, ['a.png', 'b.pdf', 'c.png', 'd.pdf', 'one.bin', 'two.txt']);
    });

    story('tus says what it speaks, and refuses what it does not', async ({ ann, world }) => {
        await ann.creates('channel', 'spoken');
        const said = await ann.request('OPTIONS', `${ann.pathOf('spoken')}/uploads`);
        assert.equal(said.status, 204, said.text);
        assert.equal(said.headers.get('tus-version'), '1.0.0');
        assert.match(said.headers.get('tus-extension'), /creation-with-upload/);
        assert.equal(said.headers.get('tus-max-size'), '10000000');
        const other = await ann.request('POST', `${ann.pathOf('spoken')}/uploads`, undefined, { headers: { 'tus-resumable': '0.2.2', 'upload-length': '5' } });
        assert.equal(other.status, 412, other.text);
        assert.equal(other.headers.get('tus-version'), '1.0.0');
        // Who sends a piece has the upload to himself until it is there.
        const headers = { authorization: `Bearer ${ann.token}`, 'tus-resumable': '1.0.0' };
        const made = await ann.request('POST', `${ann.pathOf('spoken')}/uploads`, undefined, { headers: { 'tus-resumable': '1.0.0', 'upload-length': '1000000', 'upload-metadata': `filename ${btoa('a.bin')}` } });
        const place = ann.url + made.headers.get('location');
        let end;
        const slow = fetch(place, {
            method: 'PATCH',
            duplex: 'half',
            headers: { ...headers, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
            body: new ReadableStream({
                start(to) {
                    to.enqueue(Buffer.alloc(400_000));
                    end = () => {
                        to.enqueue(Buffer.alloc(600_000));
                        to.close();
                    };
                },
            }),
        });
        const upload = place.split('/').at(-1);
        await eventually(() => {
            const growing = onDisk(world.server).find((one) => one.endsWith(`/incoming/${upload}`));
            return growing !== undefined && bytesOf([growing]) > 0 ? true : undefined;
        }, 'the piece to be on its way');
        const second = await ann.request('PATCH', new URL(place).pathname, 'x', { headers: { 'tus-resumable': '1.0.0', 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' } });
        assertRefused(second, 423, 'upload_locked');
        end();
        assert.equal((await slow).status, 204);
    });

    story('5 GiB against 10 MB: refused from the headers, or in the middle', async ({ ann, world }) => {
        await ann.creates('channel', 'flood');
        const place = mkdtempSync(path.join(os.tmpdir(), 'parley-flood-'));
        const file = path.join(place, 'big.bin');
        try {
            execFileSync('truncate', ['-s', '5G', file]);
            const resident = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${world.server.process.pid}/status`, 'utf8'))[1]) / 1024;
            await brings(ann, 'flood', 'warm.bin', Buffer.alloc(9_000_000, 1));
            const [had, stored] = [resident(), onDisk(world.server).length];
            const target = `${ann.url}${ann.pathOf('flood')}/files`;
            const token = ['-H', `Authorization: Bearer ${ann.token}`];
            const said = await curl(...token, '-F', `file=@${file}`, target);
            assert.equal(said.status, 413, said.text + said.problems);
            const streamed = await curl(...token, '-H', 'Transfer-Encoding: chunked', '-F', `file=@${file}`, target);
            // It may have been cut off while it was still sending.
            assert.ok(streamed.status === 413 || [52, 55, 56].includes(streamed.code), `${streamed.status} ${streamed.code} ${streamed.problems}`);
            await eventually(() => (onDisk(world.server).length === stored ? true : undefined), 'nothing to be left on the disk');
            // Of five gigabytes, twice; what is left is for what allocators and sanitizers keep.
            assert.ok(resident() - had < 96, `${resident() - had} MiB more`);
            const usage = async () => (await ann.get('/api/v1/file-usage')).body.user;
            await eventually(async () => ((await usage()).bytes === (await listedBytes(ann)) ? true : undefined), 'nothing to be reserved');
        } finally {
            rmSync(place, { recursive: true });
        }
    });

    story('a hundred uploads at 99 % of the quota do not go over it', async ({ tom, tim }) => {
        await tim.creates('channel', 'full');
        await tom.joins('full');
        await brings(tom, 'full', 'a.bin', Buffer.alloc(99_000, 1));
        const all = await Promise.all(Array.from({ length: 100 }, (_, i) => uploads(tom, 'full', [{ name: `${i}.bin`, bytes: Buffer.alloc(400, 1) }])));
        const taken = all.filter((one) => one.status === 201).length;
        assert.ok(taken >= 1 && taken <= 2, `${taken} were taken`);
        for (const one of all.filter((answer) => answer.status !== 201)) assertRefused(one, 413);
        const usage = (await tim.get('/api/v1/file-usage/all')).body.tenant;
        assert.deepEqual([usage.bytes, usage.most_bytes, usage.warning], [99_000 + 400 * taken, 100_000, true]);
        isSound(await verifies(tim));
    });

    story('deletion leaves nothing', async ({ ann, bob, world }) => {
        await ann.creates('channel', 'gone');
        await bob.joins('gone');
        const before = onDisk(world.server).length;
        const files = [];
        for (const name of ['a.png', 'b.png', 'c.png']) files.push(await brings(bob, 'gone', name, png));
        const deleted = await sendsFiles(bob, 'gone', [files[0]]);
        const purged = await sendsFiles(bob, 'gone', [files[1]]);
        const kept = await sendsFiles(bob, 'gone', [files[2]]);
        await eventually(async () => ((await listed(ann, 'gone')).length === 3 ? true : undefined), 'the files to be listed');
        const version = await brings(bob, 'gone', 'a.png', png, `?version_of=${files[0].file}`);
        assert.deepEqual([version.version, version.message], [2, deleted.id]);
        assert.equal((await fetches(ann, version)).status, 200);
        await ann.connects();
        await bob.deletes(deleted);
        await ann.purges(purged);
        assert.equal((await bob.delete(`/api/v1/files/${files[2].file}`)).status, 200);
        assertRefused(await bob.delete(`/api/v1/files/${files[2].file}/any`), 403);
        await eventually(() => (onDisk(world.server).length === before ? true : undefined), 'nothing to be left');
        for (const one of [...files, version])
            for (const who of [ann, bob]) {
                assert.equal((await fetches(who, one)).status, 404);
                assert.equal(await knows(who, one), undefined);
            }
        await ann.receives('file.removed', { file: files[2].file });
        assert.equal((await ann.get(`/api/v1/messages/${kept.id}`)).status, 200);
        assert.deepEqual(await listed(ann, 'gone'), []);
        isSound(await verifies(ann));
    });

    story('a conversation takes its files along', async ({ ann, bob, world }) => {
        await ann.creates('channel', 'closing');
        await bob.joins('closing');
        const before = onDisk(world.server).length;
        const sent = await brings(bob, 'closing', 'a.png', png);
        await sendsFiles(bob, 'closing', [sent]);
        const unsent = await brings(bob, 'closing', 'b.png', png);
        const ended = await ann.delete(ann.pathOf('closing'));
        assert.ok([200, 204].includes(ended.status), ended.text);
        await eventually(() => (onDisk(world.server).length === before ? true : undefined), 'nothing to be left');
        for (const one of [sent, unsent]) assert.equal((await fetches(bob, one)).status, 404);
        isSound(await verifies(ann));
    });

    story('an edit changes no files, and a file is sent once', async ({ ann }) => {
        await ann.creates('channel', 'edits');
        const [one, other] = [await brings(ann, 'edits', 'a.png', png), await brings(ann, 'edits', 'b.png', png)];
        const sent = await sendsFiles(ann, 'edits', [one]);
        await eventually(async () => ((await listed(ann, 'edits')).length === 1 ? true : undefined), 'the file to be listed');
        const edited = await ann.patch(`/api/v1/messages/${sent.id}`, { text: 'see', data: { files: [{ file: other.file }] } });
        assert.equal(edited.status, 200, edited.text);
        assert.deepEqual(edited.body.data.files.map((file) => file.file), [one.file]);
        assertRefused(await ann.post(`${ann.pathOf('edits')}/messages`, { text: 'again', data: { files: [{ file: one.file }] } }), 403, 'file_sent');
        assertRefused(await ann.post(`${ann.pathOf('edits')}/messages`, { text: 'x', data: { files: [{ file: '1' }] } }), 403, 'file_unknown');
    });

    story('what an operator broke is found and mended', async ({ ann, world }) => {
        await ann.creates('channel', 'mended');
        const file = await brings(ann, 'mended', 'a.txt', 'to be lost');
        const blob = onDisk(world.server).find((one) => one.endsWith(`/${file.file}`));
        rmSync(blob);
        writeFileSync(`${blob}9`, 'nobody knows me');
        execFileSync('touch', ['-d', '2020-01-01', `${blob}9`]);
        const report = await verifies(ann);
        assert.deepEqual([report.lost, report.orphans, report.repaired], [1, 1, false]);
        await verifies(ann, { repair: true });
        isSound(await verifies(ann));
        assert.equal(await knows(ann, file), undefined);
    });

    story('after kill -9 in the middle the ledger is right and nothing is left', async ({ ann, world }) => {
        await ann.creates('channel', 'killed');
        const before = onDisk(world.server).length;
        const usage = async () => (await ann.get('/api/v1/file-usage')).body.user;
        const had = await usage();
        const half = fetch(`${ann.url}${ann.pathOf('killed')}/files`, {
            method: 'POST',
            duplex: 'half',
            headers: { authorization: `Bearer ${ann.token}`, 'content-type': 'multipart/form-data; boundary=xyz' },
            body: new ReadableStream({ start: (to) => to.enqueue(form([{ name: 'a.bin', bytes: Buffer.alloc(1_000_000) }]).subarray(0, 900_000)) }),
        }).catch(() => undefined);
        await eventually(() => (onDisk(world.server).length > before ? true : undefined), 'the upload to have begun');
        assert.ok((await usage()).bytes > had.bytes, 'room is reserved');
        await world.server.kill();
        await half;
        await world.server.start();
        await eventually(async () => ((await usage()).bytes === had.bytes && (await usage()).files === had.files ? true : undefined), 'the room to be given back');
        await eventually(() => (onDisk(world.server).length === before ? true : undefined), 'nothing to be left');
        isSound(await verifies(ann));
    });

    async function listedBytes(who) {
        let sum = 0;
        for (const name of who.world.conversations.keys())
            if (name.startsWith(`${who.tenant}/`))
                for (const one of await listed(who, name.split('/')[1], '?mine=true&limit=200').catch(() => [])) sum += one.bytes;
        return sum;
    }
});
