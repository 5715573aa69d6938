// npm ci, but only when the packages are not those of the lockfile: each build folder asks.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const lock = path.join(here, 'package-lock.json');
const known = path.join(here, 'node_modules/.installed-lock.json');
if (!existsSync(known) || !readFileSync(known).equals(readFileSync(lock))) {
    execFileSync(process.argv[2] ?? 'npm', ['ci', '--loglevel=error', '--no-audit', '--no-fund'], { cwd: here, stdio: 'inherit' });
    copyFileSync(lock, known);
}
