// A scanner that is killed, or hangs, in the middle of a scan: the file waits, the messages do not, and then it is scanned by itself.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './lib/deadline.js';
import { becomes, brings, eicar, fetches, isIn, knows, sendsFiles, stateOf, zip, zipOf } from './lib/files.js';
import { childrenOf, isStopped } from './lib/processes.js';
import { stories } from './lib/story.js';

const own = process.env.PARLEY_PLUGIN_FILES ?? fileURLToPath(new URL('../../build/debug/plugins', import.meta.url));
const signatures = fileURLToPath(new URL('../../plugins/virus_scan/tests/signatures', import.meta.url));
const tenants = { acme: { people: { ann: 'admin', bob: 'member', eve: 'member' }, settings: { hosts: ['acme.test'], plugins: { enable: ['attachments', 'virus_scan'] } } } };
const settings = {
    plugins: { folders: [own], load: ['attachments', 'virus_scan'] },
    attachments: { isolation: 'in_process' },
    virus_scan: { isolation: 'process', database_folder: signatures, max_scan_size: 4_000_000_000, max_seconds: 600 },
};

// Hundreds of megabytes to be unpacked, which takes seconds; the last of them decides.
const zeros = Buffer.alloc(60 << 20);
const long = (last) => zipOf([...Array.from({ length: 5 }, (_, i) => [`zeros${i}`, zeros]), ['last.com', last]]);

// Until it was scanned twice, by a process that is started first, on a busy machine.
const longer = 180_000;

const scannersOf = (server) => childrenOf(server.process.pid);
// What a process unpacks lies there while it scans.
const unpackedBy = (server, pid) => {
    try {
        return readdirSync(path.join(server.folder, 'var/plugins/virus_scan/files/scratch', String(pid))).length > 0;
    } catch {
        return false;
    }
};

// The only process of the server's plugins, stopped while it scans.
async function stopsScanner(server) {
    const pid = await eventually(() => scannersOf(server).find((one) => unpackedBy(server, one)), 'the scan to begin');
    process.kill(pid, 'SIGSTOP');
    await eventually(() => (isStopped(pid) ? true : undefined), 'the scanner to stand still');
    assert.ok(unpackedBy(server, pid), 'in the middle of a scan');
    return pid;
}

// What everybody may know of a file that nobody has scanned: nothing got through, whatever happens meanwhile.
async function isKeptBack({ ann, bob, eve }, file, message) {
    assert.equal(await stateOf(eve, message), undefined);
    for (const who of [ann, bob, eve]) assert.equal((await fetches(who, file)).status, 404);
    return [(await knows(bob, file)).state, await stateOf(bob, message)];
}

async function talks({ bob, eve }, conversation, text) {
    await bob.sends(conversation, text);
    await eve.receives('message.created', { text });
}

const dies = 'the process of a plugin died; it is started again';
const deathsIn = (server) => server.logs.filter((line) => line.message === dies);
// The operator was told; the next story begins with none of it.
const forgets = (server) => { server.logs = server.logs.filter((line) => !['warning', 'error'].includes(line.level)); };

const fates = {
    killed: { ends: async (server, pid) => process.kill(pid, 'SIGKILL'), why: /signal 9/ },
    // Nobody lets it go on; the server ends it when it has not answered for too long.
    hangs: { ends: async () => {}, why: /It hangs/ },
};

stories('a scanner that dies', { tenants, settings }, (story) => {
    for (const [name, { ends, why }] of Object.entries(fates))
        story(`it ${name === 'killed' ? 'is killed' : name}`, async ({ ann, bob, eve, world: { server } }) => {
            await ann.creates('channel', name);
            for (const who of [bob, eve]) await who.joins(name);
            await eve.connects();
            const bad = await brings(bob, name, 'long.zip', long(eicar));
            const worse = await sendsFiles(bob, name, [bad]);
            const pid = await stopsScanner(server);
            const good = await brings(bob, name, 'letter.zip', zip('letter', 'hello'));
            const message = await sendsFiles(bob, name, [good]);
            await talks({ bob, eve }, name, 'while the scanner stands still');
            const seen = [await isKeptBack({ ann, bob, eve }, bad, worse), [(await knows(bob, good)).state, await stateOf(eve, message)]];
            // Another one may have been started since.
            if (isStopped(pid)) assert.deepEqual(seen, [['checking', 'held'], ['checking', undefined]]);
            await ends(server, pid);
            let said = 0;
            await eventually(async () => {
                await isKeptBack({ ann, bob, eve }, bad, worse);
                await talks({ bob, eve }, name, `while nobody scans ${++said}`);
                return scannersOf(server).includes(pid) || deathsIn(server).length === 0 ? undefined : true;
            }, 'the scanner to be ended', longer);
            assert.match(deathsIn(server)[0].why, why);
            await isIn(bob, good, 'ready', longer);
            await becomes(bob, message, 'published');
            await isIn(bob, bad, 'quarantined', longer);
            await becomes(bob, worse, 'rejected');
            await isKeptBack({ ann, bob, eve }, bad, worse);
            forgets(server);
        });
});
