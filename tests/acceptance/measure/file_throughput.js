// How fast one large file goes out beside nginx, and comes in beside a bare server of Beast's that writes to the same disk,
// and how much memory that takes: node tests/acceptance/measure/file_throughput.js [rounds] [MiB]. With PARLEYD, PARLEY and
// PARLEY_PLUGIN_FILES naming what was built with -DPARLEY_BENCH=ON, as the acceptance tests have it; nginx is Debian's
// nginx-light. The rounds alternate, all in one run: what counts are the ratios.
import { execFile, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../lib/deadline.js';
import { isIn } from '../lib/files.js';
import { World } from '../lib/story.js';

const [rounds = 5, megabytes = 1024] = process.argv.slice(2).map(Number);
const own = process.env.PARLEY_PLUGIN_FILES ?? fileURLToPath(new URL('../../../build/release/plugins', import.meta.url));
const bare = path.join(path.dirname(process.env.PARLEYD ?? fileURLToPath(new URL('../../../build/release/bin/parleyd', import.meta.url))), 'parley_bare_beast');
const nginx = ['/usr/sbin/nginx', '/usr/bin/nginx'].find((one) => existsSync(one));
if (!nginx) throw new Error('nginx is not there: apt-get install nginx-light');
const bytes = megabytes * 1024 * 1024;
const longest = 600_000;

const place = mkdtempSync(path.join(tmpdir(), 'parley-throughput-'));
process.on('exit', () => rmSync(place, { recursive: true, force: true }));
const big = path.join(place, 'big.bin');
const file = openSync(big, 'w');
const piece = Buffer.alloc(1024 * 1024, 'not all the same ');
for (let i = 0; i < megabytes; ++i) {
    piece.writeUInt32LE(i, 0);
    writeSync(file, piece);
}
closeSync(file);

const freePort = () => new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address();
        server.close(() => resolve(port));
    });
});
const started = [];
process.on('exit', () => started.forEach((one) => one.kill('SIGKILL')));
async function starts(port, program, ...words) {
    started.push(spawn(program, words, { stdio: ['ignore', 'ignore', 'inherit'] }));
    await eventually(() => new Promise((resolve) => {
        const tried = net.connect(port, '127.0.0.1', () => resolve(tried.end() && true)).on('error', () => resolve(undefined));
    }), `${program} to listen`);
}

const nginxPort = await freePort();
const conf = path.join(place, 'nginx.conf');
writeFileSync(conf, `daemon off; master_process off; pid ${place}/pid; error_log stderr crit;
events {} http { access_log off; sendfile on; tcp_nopush on; client_body_temp_path ${place}/a; proxy_temp_path ${place}/b; fastcgi_temp_path ${place}/c; uwsgi_temp_path ${place}/d; scgi_temp_path ${place}/e;
server { listen 127.0.0.1:${nginxPort}; root ${place}; } }`);
await starts(nginxPort, nginx, '-p', place, '-c', conf);

const world = await World.open('sqlite', {
    tenants: { acme: { people: { ann: 'admin' }, settings: { hosts: ['acme.test'], plugins: { enable: ['attachments'] }, attachments: { max_file_size: 2 * bytes + 1_000_000 } } } },
    settings: { plugins: { folders: [own], load: ['attachments'] } },
});
const { ann } = world.people;
await ann.creates('channel', 'files');
const barePort = await freePort();
// On the same disk as the server's folder.
const beside = path.join(world.server.folder, 'bare');
mkdirSync(beside);
await starts(barePort, bare, String(barePort), '{}', beside);

// Seconds that curl takes; fails on any other status.
const token = ['-H', `Authorization: Bearer ${ann.token}`, '-H', 'Tus-Resumable: 1.0.0'];
const asking = (answer, words) => new Promise((resolve, reject) => {
    execFile('curl', ['-sS', '-f', '-H', 'Expect:', '-o', answer, '-D', path.join(place, 'headers'), '-w', '%{time_total}', ...words], { timeout: longest }, (why, text, said) => {
        if (why) reject(new Error(said || why.message));
        else resolve(Number(text));
    });
});
const curl = (...words) => asking(path.join(place, 'answer'), words);
const fetching = (...words) => asking('/dev/null', words);

const uploads = `${ann.url}${ann.pathOf('files')}`;
const idOf = () => /location: .*\/(\d+)/i.exec(readFileSync(path.join(place, 'headers'), 'utf8'))[1];
async function comesWhole() {
    const seconds = await curl(...token, '-H', `Upload-Length: ${bytes}`, '-H', 'Content-Type: application/offset+octet-stream', '-X', 'POST', '-T', big, `${uploads}/uploads`);
    return { seconds, file: idOf() };
}
async function comesInAForm() {
    const seconds = await curl(...token, '-F', `file=@${big}`, `${uploads}/files`);
    return { seconds, file: JSON.parse(readFileSync(path.join(place, 'answer'), 'utf8')).files[0].file };
}
const goes = async (id) => {
    await isIn(ann, id, 'ready', longest);
    await ann.delete(`/api/v1/files/${id}`);
};

// Resident memory of the server and of its plugins' processes, each since the last reset, at its highest.
const parleyd = world.server.process.pid;
const statusOf = (pid, name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
const family = () => [parleyd, ...readdirSync(`/proc/${parleyd}/task`).flatMap((one) => readFileSync(`/proc/${parleyd}/task/${one}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number))];
const nameOf = (pid) => (pid === parleyd ? 'parleyd' : 'plugin process');
async function growth(work) {
    const before = new Map();
    for (const pid of family()) {
        writeFileSync(`/proc/${pid}/clear_refs`, '5'); // the peak begins anew
        before.set(pid, statusOf(pid, 'VmRSS'));
    }
    const made = await work();
    const grew = {};
    for (const [pid, had] of before) grew[nameOf(pid)] = Math.max(grew[nameOf(pid)] ?? 0, statusOf(pid, 'VmHWM') - had);
    return { ...made, grew };
}

const took = { 'nginx out': [], 'parley out': [], 'bare in': [], 'parley in': [], 'parley in, as a form': [] };
const most = {};
const notes = (what, { seconds, grew }) => {
    took[what].push(seconds);
    if (grew) grows(what, { grew });
};
const grows = (what, { grew }) => {
    for (const [who, mib] of Object.entries(grew)) most[`${what}: ${who}`] = Math.max(most[`${what}: ${who}`] ?? 0, mib);
};
// Everything has been read and allocated once; how much that took counts, too.
const began = await growth(comesWhole);
grows('the first one in', began);
const kept = began.file;
await isIn(ann, kept, 'ready', longest);
const content = `${ann.url}/api/v1/files/${kept}/content`;
grows('the first one out', await growth(async () => ({ seconds: await fetching(...token, content) })));
await fetching(`http://127.0.0.1:${nginxPort}/big.bin`);
await curl('-T', big, `http://127.0.0.1:${barePort}/`);
await goes((await comesInAForm()).file);
for (let i = 0; i < rounds; ++i) {
    notes('nginx out', { seconds: await fetching(`http://127.0.0.1:${nginxPort}/big.bin`) });
    notes('parley out', await growth(async () => ({ seconds: await fetching(...token, content) })));
    notes('bare in', { seconds: await curl('-T', big, `http://127.0.0.1:${barePort}/`) });
    const whole = await growth(comesWhole);
    notes('parley in', whole);
    await goes(whole.file);
    const form = await growth(comesInAForm);
    notes('parley in, as a form', form);
    await goes(form.file);
}

const median = (all) => [...all].sort((one, other) => one - other)[Math.floor(all.length / 2)];
const text = (seconds) => (megabytes / seconds).toFixed(0);
const lines = Object.entries(took).map(([what, all]) => `| ${what} | ${text(median(all))} | ${all.map(text).join(', ')} |`);
const ratio = (own, other) => {
    const each = took[own].map((seconds, i) => took[other][i] / seconds);
    return `${median(each).toFixed(2)} (${each.map((one) => one.toFixed(2)).join(', ')})`;
};
console.log(`${rounds} rounds of ${megabytes} MiB\n\n| | MiB/s, median | all |\n|---|---|---|\n${lines.join('\n')}`);
console.log(`\nout, beside nginx: ${ratio('parley out', 'nginx out')}\nin, beside the bare server: ${ratio('parley in', 'bare in')}\nin, as a form: ${ratio('parley in, as a form', 'bare in')}`);
for (const [what, mib] of Object.entries(most)) console.log(`memory, ${what}: ${mib.toFixed(1)} MiB more at most`);
await world.close();
process.exit(0);
