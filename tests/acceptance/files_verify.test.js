// Proof by `parley files verify`: what the operator's tool finds and mends in a running server, without a password.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brings, fetches, knows, onDisk, png } from './lib/files.js';
import { plainEnvironment } from './lib/processes.js';
import { stories } from './lib/story.js';

const folder = process.env.PARLEY_PLUGIN_FILES ?? fileURLToPath(new URL('../../build/debug/plugins', import.meta.url));
const tenants = {
    acme: { people: { ann: 'admin' }, settings: { hosts: ['acme.test'], plugins: { enable: ['attachments'] } } },
    globex: { people: { eve: 'admin' }, settings: { hosts: ['globex.test'], plugins: { enable: ['attachments'] } } },
    calm: { people: { cat: 'admin' }, settings: { hosts: ['calm.test'] } },
};
const settings = { plugins: { folders: [folder], load: ['attachments'] } };

const tool = process.env.PARLEY ?? fileURLToPath(new URL('../../build/debug/bin/parley', import.meta.url));
// As at a terminal: {code, stdout, stderr}.
const parley = (server, ...more) =>
    new Promise((resolve) => {
        execFile(tool, ['--config', path.join(server.folder, 'parley.yaml'), ...more], { env: plainEnvironment(), timeout: 100_000 }, (why, stdout, stderr) =>
            resolve({ code: why?.code ?? 0, stdout, stderr }),
        );
    });
const verify = (server, ...more) => parley(server, 'files', 'verify', ...more);
const old = (file) => execFileSync('touch', ['-d', '2020-01-01', file]);

for (const isolation of ['in_process', 'process'])
stories(`files verify, ${isolation}`, { tenants, settings: { ...settings, attachments: { isolation } } }, (story) => {
    story('says that everything agrees, in one tenant and in all that have files', async ({ ann, world }) => {
        await ann.creates('channel', 'sound');
        await brings(ann, 'sound', 'a.png', png);
        const one = await verify(world.server, '--tenant', 'acme', '--deep');
        assert.equal(one.code, 0, one.stderr);
        assert.match(one.stdout, /^acme: 1 files, \d+ bytes; everything agrees\n$/);
        const all = await verify(world.server, '--json');
        assert.equal(all.code, 0, all.stderr);
        const told = JSON.parse(all.stdout.trim().split('\n').at(-1));
        assert.deepEqual(told.map((tenant) => [tenant.tenant, tenant.left]).sort(), [['acme', 0], ['globex', 0]]);
        assert.notEqual((await verify(world.server, '--tenant', 'calm')).code, 0, 'no files there');
        assert.notEqual((await verify(world.server, '--tenant', 'nobody')).code, 0, 'no tenant');
    });

    story('finds a blob that is gone and one that nobody knows, and mends both', async ({ ann, world }) => {
        const { server } = world;
        await ann.creates('channel', 'broken');
        const lost = await brings(ann, 'broken', 'lost.txt', 'to be lost');
        const kept = await brings(ann, 'broken', 'kept.txt', 'to be kept');
        const blob = onDisk(server).find((one) => one.endsWith(`/${lost.file}`));
        const stray = `${blob}9`;
        rmSync(blob);
        writeFileSync(stray, 'nobody knows me');
        old(stray);

        const found = await verify(server, '--tenant', 'acme');
        assert.equal(found.code, 1, found.stdout + found.stderr);
        assert.match(found.stdout, /1 files without their content/);
        assert.match(found.stdout, /1 contents without a file/);
        assert.ok(found.stdout.includes(`file ${lost.file} has lost its content`), found.stdout);
        assert.ok(found.stdout.includes(path.basename(stray)), found.stdout);
        assert.ok(existsSync(stray), 'looking changes nothing');
        assert.ok(await knows(ann, lost));

        const mended = await verify(server, '--tenant', 'acme', '--repair');
        assert.equal(mended.code, 0, mended.stdout + mended.stderr);
        assert.match(mended.stdout, /Repaired\./);
        assert.ok(!existsSync(stray));
        assert.equal(await knows(ann, lost), undefined);
        assert.equal((await fetches(ann, kept)).status, 200);
        const after = await verify(server, '--tenant', 'acme', '--deep');
        assert.equal(after.code, 0, after.stdout);
        assert.match(after.stdout, /everything agrees/);
    });

    story('says so, with 1, when something is not mended', async ({ ann, world }) => {
        // Root in the server's own process may delete whatever it likes; so may who reaches PostgreSQL as root.
        if (process.getuid() === 0 && (isolation !== 'process' || world.server.database !== 'sqlite')) return;
        await ann.creates('channel', 'stuck');
        const file = await brings(ann, 'stuck', 'a.txt', 'x');
        const blob = onDisk(world.server).find((one) => one.endsWith(`/${file.file}`));
        const place = path.dirname(blob);
        const stray = path.join(place, 'stray');
        writeFileSync(stray, 'x');
        old(stray);
        chmodSync(place, 0o500);
        const mended = await verify(world.server, '--tenant', 'acme', '--repair');
        chmodSync(place, 0o700);
        assert.equal(mended.code, 1, mended.stdout);
        assert.match(mended.stdout, /1 not repaired/);
        assert.equal((await verify(world.server, '--tenant', 'acme', '--repair')).code, 0);
    });

    story('is for the account of the server alone, and needs a server', async ({ ann, world }) => {
        const { server } = world;
        const socket = path.join(server.folder, 'var', 'parleyd.sock');
        assert.equal(statSync(socket).mode & 0o777, 0o600);
        if (process.getuid() === 0) {
            // Also where somebody opened the door for others.
            chmodSync(socket, 0o777);
            for (const one of [server.folder, path.join(server.folder, 'var')]) chmodSync(one, 0o755);
            const asked = `let open = false; const s = require('node:net').connect(${JSON.stringify(socket)}, () => (open = true) && s.write('{"tenant":"acme","command":"files.verify"}\\n'));
                s.on('data', () => process.exit(3)).on('close', () => process.exit(0)).on('error', () => process.exit(open ? 0 : 4));`;
            execFileSync('setpriv', ['--reuid', '65534', '--clear-groups', process.execPath, '-e', asked], { timeout: 60_000 });
        }
        // Only what a plugin offers to the operator.
        const other = await parley(server, 'plugin', 'call', 'file.usage', '--tenant', 'acme');
        assert.equal(other.code, 1);
        assert.match(other.stderr, /No plugin/);
        const raw = await parley(server, 'plugin', 'call', 'files.verify', '--tenant', 'acme', '--input', '{"deep": true}');
        assert.equal(raw.code, 0, raw.stderr);
        assert.equal(JSON.parse(raw.stdout).lost, 0);
        assert.ok(ann);
        await server.stop();
        const gone = await verify(server, '--tenant', 'acme');
        assert.equal(gone.code, 1);
        assert.match(gone.stderr, /No server answers/);
        await server.start();
    });
});
