// An upgrade is killed at each write of `parley migrate up`, one after another, as by a power cut in its middle.
// The next run finishes what was left undone, and the tables are those of a run that nobody disturbed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { within } from '../acceptance/lib/deadline.js';
import { ownPostgres, stopPostgres } from '../acceptance/lib/postgres.js';
import { run } from '../acceptance/lib/processes.js';
import { environment, program, Server } from '../acceptance/lib/server.js';
import { noTracing } from './lib/tracing.js';

// How many of its writes to be killed at, spread over all; 0: at every one.
const points = Number(process.env.PARLEY_TEST_POINTS ?? 8);
const calls = { sqlite: ['pwrite64', 'fdatasync'], postgresql: ['sendto'] };

// Ends like the program: with 137 when it was killed.
function traced(server, options) {
    const words = ['-f', '-qq', '-o', path.join(server.folder, 'trace'), ...options, program('PARLEY', 'parley'), '--config', path.join(server.folder, 'parley.yaml'), 'migrate', 'up'];
    const child = spawn('strace', words, { env: environment(), stdio: 'ignore' });
    return within(new Promise((resolve, reject) => {
        child.on('error', reject);
        child.on('close', (code, killedBy) => resolve(killedBy ?? code));
    }), 'parley migrate up to end', 120_000);
}

async function schemaOf(server, database) {
    if (database === 'sqlite') {
        const file = path.join(server.folder, 'var/parley.db');
        const query = `import sqlite3, sys; [print(row) for row in sqlite3.connect(sys.argv[1]).execute("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2")]`;
        return run('python3', ['-c', query, file]);
    }
    const { folder, program: postgres } = await ownPostgres();
    const name = /@\/(\w+)\?/.exec(server.databaseUrl)[1];
    const all = await run(path.join(path.dirname(postgres.path), 'pg_dump'), ['--schema-only', '-h', folder, '-U', 'postgres', name]);
    return all.split('\n').filter((line) => !/^(--|\\|$)/.test(line)).join('\n');
}

const isApplied = async (server) => (await server.cli('migrate', 'status')).trim();

async function killedAt(server, database, call, when) {
    const ended = await traced(server, ['-e', `trace=${call}`, '-e', `inject=${call}:signal=SIGKILL:when=${when}`]);
    assert.ok(ended === 0 || ended === 'SIGKILL' || ended === 137, `ended with ${ended}`);
    return ended !== 0;
}

const chosen = process.env.PARLEY_TEST_DATABASE ? [process.env.PARLEY_TEST_DATABASE] : Object.keys(calls);
describe('a migration is killed at each write', () => {
    for (const database of chosen)
        it(`on ${database}`, { skip: noTracing }, async (t) => {
            const undisturbed = await Server.prepare(database);
            const wanted = { schema: await schemaOf(undisturbed, database), status: await isApplied(undisturbed) };
            const now = (text) => text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z?/g, 'now');
            for (const call of calls[database]) {
                let kills = 0;
                for (let when = 1, step = 1; ; when += step) {
                    const server = await Server.prepare(database, { migrates: false });
                    const wasKilled = await killedAt(server, database, call, when);
                    await server.cli('migrate', 'up');
                    assert.equal(await schemaOf(server, database), wanted.schema, `killed at ${call} ${when}`);
                    assert.equal(now(await isApplied(server)), now(wanted.status), `killed at ${call} ${when}`);
                    rmSync(server.folder, { recursive: true, force: true });
                    if (!wasKilled) break; // it has fewer writes
                    ++kills;
                    if (points > 0) step = Math.max(step, await stepFor(database, call));
                }
                t.diagnostic(`${database}: killed at ${kills} of its ${call}`);
                assert.ok(kills >= Math.min(points, 5), 'it was killed');
            }
        });
    after(stopPostgres);
});

const steps = new Map();
// So that there are about as many points as are wanted.
async function stepFor(database, call) {
    if (!steps.has(call)) {
        const server = await Server.prepare(database, { migrates: false });
        await traced(server, ['-c', '-e', `trace=${call}`]);
        const line = readFileSync(path.join(server.folder, 'trace'), 'utf8').split('\n').find((one) => one.trim().endsWith(call));
        steps.set(call, Math.max(1, Math.floor(Number(line.trim().split(/\s+/)[3]) / points)));
    }
    return steps.get(call);
}
