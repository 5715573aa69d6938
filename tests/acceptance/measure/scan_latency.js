// How long messages take while files are scanned and while none are, in turns: node tests/acceptance/measure/scan_latency.js
// [rounds] [scans at once]. With PARLEYD, PARLEY and PARLEY_PLUGIN_FILES naming what was built, as the acceptance tests have it.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';
import { eventually } from '../lib/deadline.js';
import { brings, isIn, zipOf } from '../lib/files.js';
import { World } from '../lib/story.js';

const [rounds = 15, atOnce = 2] = process.argv.slice(2).map(Number);
const own = process.env.PARLEY_PLUGIN_FILES ?? fileURLToPath(new URL('../../../build/release/plugins', import.meta.url));
const signatures = fileURLToPath(new URL('../../../plugins/virus_scan/tests/signatures', import.meta.url));
const every = 20; // ms between two messages, whether the last one has come or not
const longer = 300_000;

const world = await World.open('sqlite', {
    tenants: { acme: { people: { ann: 'admin', bob: 'member' }, settings: { hosts: ['acme.test'], plugins: { enable: ['attachments', 'virus_scan'] } } } },
    settings: {
        plugins: { folders: [own], load: ['attachments', 'virus_scan'] },
        virus_scan: { database_folder: signatures, max_scan_size: 4_000_000_000, max_seconds: 600, scans_at_once: atOnce },
    },
});
const { ann, bob } = world.people;
await ann.creates('channel', 'talk');
await bob.joins('talk');

const scratch = path.join(world.server.folder, 'var/plugins/virus_scan/files/scratch');
const scans = () => readdirSync(scratch).reduce((sum, one) => sum + readdirSync(path.join(scratch, one)).length, 0);
const isScanning = () => {
    try {
        return scans() > 0;
    } catch {
        return false;
    }
};

const sent = new Map();
const took = { quiet: [], scanning: [] };
const hears = (text) => {
    const one = sent.get(/"text":"(m\d+)"/.exec(text)?.[1]);
    if (!one) return;
    sent.delete(one.text);
    // Only what was wholly in one state counts.
    if (one.scanning === isScanning()) took[one.scanning ? 'scanning' : 'quiet'].push(performance.now() - one.at);
};
// Follows from now on; what it hears is given away.
const opens = (who, heard) => new Promise((resolve, reject) => {
    const made = new WebSocket(`${who.url.replace('http', 'ws')}/api/v1/socket`, 'parley.v1', { headers: { authorization: `Bearer ${who.token}` }, perMessageDeflate: false });
    made.on('error', reject);
    made.on('message', (bytes) => {
        const text = bytes.toString('utf8');
        if (text.includes('"type":"hello"')) made.send(JSON.stringify({ id: 's', command: 'snapshot', data: {} }));
        if (text.includes('"type":"resumed"')) resolve(made);
        heard(text);
    });
});
const to = await opens(ann, () => {});
const from = await opens(bob, hears);

let number = 0;
const says = async (until) => {
    const conversation = ann.idOf('talk');
    for (let at = performance.now(); !until(); at += every) {
        await new Promise((resolve) => { setTimeout(resolve, Math.max(0, at - performance.now())); });
        const text = `m${++number}`;
        sent.set(text, { text, at: performance.now(), scanning: isScanning() });
        to.send(JSON.stringify({ id: text, command: 'message.send', data: { conversation, text } }));
    }
    await eventually(() => (sent.size === 0 ? true : undefined), 'all messages to be heard');
};

const long = zipOf(Array.from({ length: 2 }, (_, i) => [`zeros${i}`, Buffer.alloc(60 << 20)]));
let warm = 0;
await says(() => ++warm > 100);
took.quiet.length = 0;
for (let i = 0; i < rounds; ++i) {
    const files = [];
    for (let k = 0; k < atOnce; ++k) files.push(await brings(bob, 'talk', 'long.zip', long));
    await eventually(() => (isScanning() ? true : undefined), 'the scan to begin');
    const began = performance.now();
    await says(() => !isScanning());
    const lasted = performance.now() - began;
    for (const one of files) await isIn(bob, one, 'ready', longer);
    const end = performance.now() + lasted;
    await says(() => performance.now() > end);
}

const quantile = (all, of) => [...all].sort((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * of))];
for (const [name, all] of Object.entries(took))
    console.log(`${name}: ${all.length} messages, p50 ${quantile(all, 0.5).toFixed(1)} ms, p99 ${quantile(all, 0.99).toFixed(1)} ms`);
console.log(`ratio of p99: ${(quantile(took.scanning, 0.99) / quantile(took.quiet, 0.99)).toFixed(2)}, ${atOnce} scans at once`);
for (const one of [to, from]) one.terminate();
await world.close();
process.exit(0);
