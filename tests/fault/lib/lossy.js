// A network that loses packets, where this machine allows one: lossy.py plays it.
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eventually } from '../../acceptance/lib/deadline.js';
import { RunningProgram } from '../../acceptance/lib/processes.js';
import { playAgainIn } from './namespace.js';

const script = fileURLToPath(new URL('lossy.py', import.meta.url));

// What tests say when they are not played: it takes root and /dev/net/tun.
const tried = process.env.PARLEY_TEST_NAMESPACE ? { status: 0 } : spawnSync('unshare', ['--net', 'python3', script, '--try']);
export const noNetwork = tried.status === 0 ? false : 'this machine lets these tests make no network';

// To be called first.
export function inOwnNetwork() {
    if (noNetwork) return;
    playAgainIn('--net');
    // A new one has no loopback until somebody says so.
    execFileSync('python3', [script, '--try']);
}

// Whoever listens at any address is reached at this one too.
export const lossyAddress = '10.77.0.2';

// From now on a part of the packets is lost; gives {lost, carried}, rounded.
export async function lose(part) {
    const program = new RunningProgram('python3', [script, String(part)]);
    await eventually(() => {
        if (program.exit) throw new Error(`lossy.py ended:\n${program.output}`);
        return program.output.startsWith('ready') ? true : undefined;
    }, 'the network');
    return { program, counts: () => program.output.trim().split('\n').at(-1) };
}
