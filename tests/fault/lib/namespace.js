// A test file that plays itself once more in a namespace of its own: whatever happens in it, nothing of it stays.
import { spawnSync } from 'node:child_process';

// `words`: of unshare. Ends this process with what came of it, unless this is that process.
export function playAgainIn(...words) {
    if (process.env.PARLEY_TEST_NAMESPACE) return;
    const all = [...words, process.execPath, ...process.execArgv, ...process.argv.slice(1)];
    const played = spawnSync('unshare', all, { stdio: 'inherit', env: { ...process.env, PARLEY_TEST_NAMESPACE: '1' } });
    process.exit(played.status ?? 1);
}
