// Files that are scanned by Debian's clamd: its verdicts, its limits and its signatures, and what waits while it is not there.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Clamd } from './lib/clamd.js';
import { eventually } from './lib/deadline.js';
import { becomes, brings, eicar, fetches, isIn, knows, listed, pdf, sendsFiles, stateOf, zip, zipOf } from './lib/files.js';
import { isStopped } from './lib/processes.js';
import { stories } from './lib/story.js';

const own = process.env.PARLEY_PLUGIN_FILES ?? fileURLToPath(new URL('../../build/debug/plugins', import.meta.url));
const mebibyte = 1 << 20;
// To be unpacked again and again, which takes long.
const zeros = Buffer.alloc(60 * mebibyte);
const clamd = await Clamd.start({ StreamMaxLength: '4M', MaxFileSize: '200M', MaxScanSize: '3000M', MaxFiles: 100, MaxScanTime: 600_000 });
after(() => clamd.process.stop('SIGKILL'));

const tenants = { acme: { people: { ann: 'admin', bob: 'member', eve: 'member' }, settings: { hosts: ['acme.test'], plugins: { enable: ['attachments', 'virus_scan'] } } } };
const settings = {
    plugins: { folders: [own], load: ['attachments', 'virus_scan'] },
    // With no signatures of its own: there are none in this folder.
    virus_scan: { clamd_socket: clamd.socket, database_folder: clamd.scratch, reload_seconds: 1, max_seconds: 600 },
};

// A restart, and a scan on a busy machine.
const longer = 180_000;
const saysOf = (server, message) => server.logs.filter((line) => line.message === message);
const metric = async (server, name) =>
    Number(new RegExp(`^parley_plugin_virus_scan_${name}(?:{[^}]*})? (\\d+)`, 'm').exec(await (await fetch(`${server.url}/metrics`)).text())?.[1]);

stories('files that clamd scans', { tenants, settings }, (story) => {
    story('what it finds is seen by nobody, what is clean by everybody', async ({ ann, bob, eve }) => {
        await ann.creates('channel', 'scanned');
        for (const who of [bob, eve]) await who.joins('scanned');
        const good = await brings(bob, 'scanned', 'letter.pdf', pdf);
        await becomes(bob, await sendsFiles(bob, 'scanned', [good]), 'published');
        assert.equal((await fetches(eve, good)).status, 200);
        const scan = await ann.get(`/api/v1/files/${good.file}/scan`);
        assert.equal(scan.body.found, 'clean', scan.text);
        assert.match(scan.body.signatures, /^ClamAV [^/]+\/278\d\d\//);
        for (const [name, bytes] of [['letter.txt', eicar], ['letters.zip', zip('letter.com', eicar)]]) {
            const bad = await brings(bob, 'scanned', name, bytes);
            await isIn(bob, bad, 'quarantined');
            assert.match((await knows(bob, bad)).reason, /Parley\.Test\.Eicar/);
            for (const who of [ann, bob, eve]) assert.equal((await fetches(who, bad)).status, 404);
        }
        assert.deepEqual((await listed(eve, 'scanned')).map((one) => one.file), [good.file]);
    });

    story('what it does not take whole is turned down', async ({ ann, bob }) => {
        await ann.creates('channel', 'large');
        await bob.joins('large');
        const most = Buffer.alloc(4 * mebibyte, 'a');
        await isIn(bob, await brings(bob, 'large', 'whole.txt', most), 'ready');
        const more = await brings(bob, 'large', 'more.txt', Buffer.concat([most, Buffer.from('a')]));
        await isIn(bob, more, 'rejected');
        assert.match((await knows(bob, more)).reason, /too large/);
        assert.equal((await ann.get(`/api/v1/files/${more.file}/scan`)).body.name, 'clamd.StreamMaxLength');
        const bomb = await brings(bob, 'large', 'bomb.zip', zipOf(Array.from({ length: 200 }, (_, i) => [`letter${i}`, `hello ${i}`])));
        await isIn(bob, bomb, 'rejected');
        const half = await brings(bob, 'large', 'half.zip', zip('letter.txt', 'hello'.repeat(100)).subarray(0, 50));
        await isIn(bob, half, 'rejected');
    });

    story('its new signatures are used for what comes then, and for what was there', async ({ ann, bob, database }) => {
        await ann.creates('channel', 'new');
        await bob.joins('new');
        const text = `what nobody on ${database} knows yet to be bad`;
        const old = await brings(bob, 'new', 'a.txt', text);
        await becomes(bob, await sendsFiles(bob, 'new', [old]), 'published');
        await clamd.learns('Parley.Test.Later', text);
        await isIn(bob, await brings(bob, 'new', 'b.txt', text), 'quarantined');
        // Once a minute.
        await isIn(bob, old, 'quarantined', longer);
        for (const who of [ann, bob]) assert.equal((await fetches(who, old)).status, 404);
    });

    story('it is killed while it scans, and nothing gets through until it is there again', async ({ ann, bob, eve, world: { server } }) => {
        await ann.creates('channel', 'killed');
        for (const who of [bob, eve]) await who.joins('killed');
        await eve.connects();
        const failures = await metric(server, 'load_failures_total');
        const bad = await brings(bob, 'killed', 'long.zip', zipOf([...Array.from({ length: 5 }, (_, i) => [`zeros${i}`, zeros]), ['last.com', eicar]]));
        const worse = await sendsFiles(bob, 'killed', [bad]);
        await eventually(() => (clamd.isScanning() ? true : undefined), 'the scan to begin');
        clamd.process.signal('SIGSTOP');
        await eventually(() => (isStopped(clamd.process.pid) ? true : undefined), 'clamd to stand still');
        assert.ok(clamd.isScanning(), 'in the middle of a scan');
        const good = await brings(bob, 'killed', 'letter.pdf', pdf);
        const message = await sendsFiles(bob, 'killed', [good]);
        await clamd.process.stop('SIGKILL');

        await eventually(() => saysOf(server, 'clamd cannot be used')[0], 'the operator to be told');
        await eventually(async () => ((await metric(server, 'load_failures_total')) > failures ? true : undefined), 'it to be counted');
        const late = await brings(bob, 'killed', 'late.txt', eicar);
        await eventually(() => saysOf(server, 'a gate did not answer, and is asked again')[0], 'the scanner to be asked');
        await bob.sends('killed', 'while nobody scans');
        await eve.receives('message.created', { text: 'while nobody scans' });
        for (const file of [bad, good, late]) {
            assert.equal((await knows(bob, file)).state, 'checking');
            for (const who of [ann, bob, eve]) assert.equal((await fetches(who, file)).status, 404);
        }
        for (const one of [message, worse]) assert.equal(await stateOf(eve, one), undefined);

        await clamd.start();
        await isIn(bob, good, 'ready', longer);
        await becomes(bob, message, 'published');
        for (const file of [bad, late]) await isIn(bob, file, 'quarantined', longer);
        await becomes(bob, worse, 'rejected');
        assert.ok(saysOf(server, 'clamd is used').length >= 2);
        server.logs = server.logs.filter((line) => !['warning', 'error'].includes(line.level));
    });
});
