// The types of every plugin's piece against what the web client gives to pieces.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const plugins = path.resolve(here, '../..');
let failed = false;
for (const name of readdirSync(plugins)) {
    const config = path.join(plugins, name, 'web/tsconfig.json');
    if (!['piece.tsx', 'piece.ts'].some((one) => existsSync(path.join(plugins, name, 'web', one))) || !existsSync(config)) continue;
    const { status, stdout } = spawnSync(process.execPath, [path.join(here, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', config], { encoding: 'utf8' });
    if (status !== 0) console.error(stdout);
    failed ||= status !== 0;
}
process.exit(failed ? 1 : 0);
