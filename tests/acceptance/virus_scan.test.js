// Files that are scanned, in a running server: what is infected is seen by nobody, and nothing goes past a scanner that cannot scan.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { becomes, brings, eicar, fetches, isIn, knows, listed, pdf, sendsFiles, zip } from './lib/files.js';
import { eventually } from './lib/deadline.js';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';

const own = process.env.PARLEY_PLUGIN_FILES ?? fileURLToPath(new URL('../../build/debug/plugins', import.meta.url));
const signatures = fileURLToPath(new URL('../../plugins/virus_scan/tests/signatures', import.meta.url));
// Nothing that a confined process may read by itself.
const place = mkdtempSync(path.join(os.tmpdir(), 'parley-signatures-'));
after(() => rmSync(place, { recursive: true, force: true }));

const later = 'what nobody knows yet to be bad';

// The folder of one server; what is put there is whole when it is there.
function folderOf(name, { filled: full = true } = {}) {
    const at = path.join(place, name);
    mkdirSync(at);
    const put = (file, text) => {
        writeFileSync(path.join(place, 'half'), text);
        renameSync(path.join(place, 'half'), path.join(at, file));
    };
    const fill = () => readdirSync(signatures).forEach((one) => copyFileSync(path.join(signatures, one), path.join(at, one)));
    if (full) fill();
    return { at, put, fill };
}

const tenants = {
    acme: {
        people: { ann: 'admin', bob: 'member' },
        settings: { hosts: ['acme.test'], plugins: { enable: ['attachments', 'virus_scan'] } },
    },
};
const settingsWith = (folder) => ({
    plugins: { folders: [own], load: ['attachments', 'virus_scan'] },
    virus_scan: { database_folder: folder.at, reload_seconds: 1 },
});

const filled = folderOf('filled');
stories('files that are scanned', { tenants, settings: settingsWith(filled) }, (story) => {
    story('a clean file is seen by everybody', async ({ ann, bob }) => {
        await ann.creates('channel', 'clean');
        await bob.joins('clean');
        const file = await brings(bob, 'clean', 'letter.pdf', pdf);
        await becomes(bob, await sendsFiles(bob, 'clean', [file]), 'published');
        assert.equal((await fetches(ann, file)).status, 200);
        const scan = await ann.get(`/api/v1/files/${file.file}/scan`);
        assert.equal(scan.body.found, 'clean', scan.text);
        assert.equal((await bob.get(`/api/v1/files/${file.file}/scan`)).status, 403);
    });

    story('an infected one by nobody, in an archive or not', async ({ ann, bob }) => {
        await ann.creates('channel', 'infected');
        await bob.joins('infected');
        await bob.connects();
        for (const [name, bytes] of [['letter.txt', eicar], ['letters.zip', zip('letter.com', eicar)], ['more.zip', zip('letters.zip', zip('letter.com', eicar))]]) {
            const bad = await brings(bob, 'infected', name, bytes);
            // It is held when the scanner is slower than the sender, refused when it is not.
            const good = await brings(bob, 'infected', 'letter.pdf', pdf);
            const sent = await bob.post(`${bob.pathOf('infected')}/messages`, { text: '', type: 'file', data: { files: [{ file: bad.file }, { file: good.file }] } });
            const told = await bob.receives('file.changed', { file: bad.file, state: 'quarantined' });
            assert.match(told.data.reason, /Parley\.Test\.Eicar/);
            if (sent.status === 201) await becomes(bob, sent.body, 'rejected');
            else assertRefused(sent, 403, 'file_refused');
            for (const who of [ann, bob]) assert.equal((await fetches(who, bad)).status, 404);
            assert.equal((await ann.get(`/api/v1/files/${bad.file}/scan`)).body.found, 'infected');
        }
        assert.deepEqual(await listed(ann, 'infected'), []);
        const { messages } = (await ann.get(`${ann.pathOf('infected')}/messages`)).body;
        assert.deepEqual(messages, []);
    });

    story('what cannot be read whole is turned down', async ({ ann, bob }) => {
        await ann.creates('channel', 'broken');
        await bob.joins('broken');
        const whole = zip('letter.txt', 'hello'.repeat(100));
        await isIn(bob, await brings(bob, 'broken', 'whole.zip', whole), 'ready');
        const file = await brings(bob, 'broken', 'half.zip', whole.subarray(0, 50));
        await isIn(bob, file, 'rejected');
        assert.match((await knows(bob, file)).reason, /cannot be scanned whole/);
    });

    story('new signatures are used for what comes then, and for what was there', async ({ ann, bob }) => {
        await ann.creates('channel', 'new');
        await bob.joins('new');
        const old = await brings(bob, 'new', 'a.txt', later);
        await becomes(bob, await sendsFiles(bob, 'new', [old]), 'published');
        filled.put('later.ndb', 'Parley.Test.Later:0:*:6e6f626f6479206b6e6f7773\n');
        await eventually(async () => {
            const file = await brings(bob, 'new', 'b.txt', later);
            await eventually(async () => ((await knows(bob, file)).state === 'checking' ? undefined : true), 'a verdict');
            return (await knows(bob, file)).state === 'quarantined' ? true : undefined;
        }, 'the new signature to be used');
        // Once a minute.
        await eventually(async () => ((await knows(bob, old)).state === 'quarantined' ? true : undefined), 'the old file to be found', 100_000);
        for (const who of [ann, bob]) assert.equal((await fetches(who, old)).status, 404);
        rmSync(path.join(filled.at, 'later.ndb'));
    });
});

const waiting = folderOf('waiting', { filled: false });
stories('a scanner that cannot scan', { tenants, settings: settingsWith(waiting) }, (story) => {
    story('lets nothing through until it can', async ({ ann, bob, world }) => {
        await ann.creates('channel', 'waiting');
        await bob.joins('waiting');
        const good = await brings(bob, 'waiting', 'letter.pdf', pdf);
        const bad = await brings(bob, 'waiting', 'letter.txt', eicar);
        const sent = await sendsFiles(bob, 'waiting', [good]);
        const worse = await sendsFiles(bob, 'waiting', [bad]);
        const said = (message) => world.server.logs.some((line) => line.message === message);
        await eventually(() => (said('signatures could not be loaded') ? true : undefined), 'the operator to be told');
        await eventually(() => (said('a gate did not answer, and is asked again') ? true : undefined), 'the scanner to be asked');
        for (const file of [good, bad]) {
            assert.equal((await knows(bob, file)).state, 'checking');
            assert.equal((await fetches(bob, file)).status, 404);
        }
        waiting.fill();
        await becomes(bob, sent, 'published');
        await becomes(bob, worse, 'rejected');
        for (const one of readdirSync(waiting.at)) rmSync(path.join(waiting.at, one));
        world.server.logs = world.server.logs.filter((line) => line.message !== 'signatures could not be loaded');
    });
});
