// One system call after another fails while people write: the N-th of each thread, for N from 1 on, of one kind after the
// other. The server does not end, refuses what it cannot do, and keeps what it acknowledged. Played with strace.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { signal, within } from '../acceptance/lib/deadline.js';
import { scenes } from './lib/scene.js';
import { noTracing } from './lib/tracing.js';

const most = Number(process.env.PARLEY_TEST_CALLS ?? 2);
const only = process.env.PARLEY_TEST_ONLY?.split(','); // of the calls
const everywhere = [
    ['accept,accept4', 'EMFILE'],
    ['sendmsg', 'ECONNRESET'],
    ['recvmsg', 'ECONNRESET'],
    ['epoll_ctl', 'ENOSPC'],
    ['openat', 'EMFILE'],
    ['write', 'ENOSPC'],
];
const faults = {
    sqlite: [...everywhere, ['pwrite64', 'EIO'], ['pwrite64', 'ENOSPC'], ['pread64', 'EIO'], ['fdatasync', 'EIO']],
    postgresql: [...everywhere, ['recvfrom', 'ECONNRESET'], ['poll', 'EIO']],
};
// After a send that fails libpq waits for the server's last words; a server that is well has none, so this takes until the
// connection is cut for its silence.
if (most > 2) faults.postgresql.push(['sendto', 'EPIPE']);

// Lets the N-th call of each thread fail while `play` goes on; gives how many did.
async function injecting(server, call, code, when, play) {
    const file = path.join(server.folder, 'injected');
    rmSync(file, { force: true });
    const child = spawn('strace', ['-f', '-o', file, '-p', String(server.process.pid), '-e', `trace=${call}`, '-e', `inject=${call}:error=${code}:when=${when}`], { stdio: ['ignore', 'ignore', 'pipe'] });
    const [attached, ended] = [signal(), signal()];
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (more) => (said += more) && /attached/.test(said) && attached.resolve());
    child.on('close', () => {
        attached.reject(new Error(`strace ended: ${said}`));
        ended.resolve();
    });
    attached.promise.catch(() => {});
    try {
        await within(attached.promise, () => `strace to attach: ${said}`);
        await play();
    } finally {
        child.kill('SIGINT');
        await within(ended.promise, 'strace to let go');
    }
    return readFileSync(file, 'utf8').split('INJECTED').length - 1;
}

const expects = [/has no room/, /a write failed/, /a read failed/];
scenes(`each of the first ${most} calls of a kind fails`, { skip: noTracing, clients: 4, load: { lanes: 2, every: 10 }, expects }, async ({ scene, t, database }) => {
    await scene.more(20);
    const { pid } = scene.server.process;
    const met = [];
    for (const [call, code] of faults[database].filter(([call]) => !only || only.includes(call))) {
        let failed = 0;
        for (let when = 1; when <= most; ++when)
            failed += await injecting(scene.server, call, code, when, async () => {
                // Somebody comes, so that there is something to accept.
                scene.load.listeners[when % scene.load.listeners.length].ws?.terminate();
                await scene.more(8 + 4 * when);
            });
        met.push(`${call} ${code} ${failed}`);
        t.diagnostic(met.at(-1));
        await scene.becomes(200);
    }
    t.diagnostic(`${database}: failed calls: ${met.join(', ')}`);
    assert.ok(!scene.server.process.exit && scene.server.process.pid === pid, 'it is the same process');
    assert.ok(met.filter((one) => !one.endsWith(' 0')).length >= met.length / 2, met.join());
    await scene.verdict(t);
});
