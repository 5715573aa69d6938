// Whether programs can be looked into here.
import { spawnSync } from 'node:child_process';

// What tests that need strace say when they are not played; some containers forbid it.
const tried = spawnSync('strace', ['-o', '/dev/null', 'true']);
if (tried.error) throw new Error(`there is no strace (${tried.error.code}); scripts/setup --test installs it`);
export const noTracing = tried.status === 0 ? false : 'this machine lets these tests trace nothing';
