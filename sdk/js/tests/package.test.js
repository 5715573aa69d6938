// The package as others get it: what is in it, how big it is, and that the README's examples run as printed.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { temporaryFolder } from '../../../tests/acceptance/lib/processes.js';
import { stories } from '../../../tests/acceptance/lib/story.js';

const here = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const readme = readFileSync(here('README.md'), 'utf8');
const printed = (language) => [...readme.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text]) => text).join('\n');
const most = 15 * 1024; // of the minified client, compressed
const password = 'correct horse battery';

// A folder in which the package is installed as npm would.
let installed;
function install() {
    if (installed) return installed;
    const folder = temporaryFolder('package');
    const home = { ...process.env, npm_config_cache: path.join(folder, 'cache'), npm_config_update_notifier: 'false' };
    // It was built before these tests; building it again would take it away from the others.
    const [packed] = JSON.parse(execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], { cwd: here(''), env: home, stdio: ['ignore', 'pipe', 'ignore'] }));
    const target = path.join(folder, 'node_modules/@parley/client');
    mkdirSync(target, { recursive: true });
    execFileSync('tar', ['-xzf', path.join(folder, packed.filename), '-C', target, '--strip-components=1']);
    symlinkSync(here('node_modules/ws'), path.join(folder, 'node_modules/ws'));
    return (installed = { folder, target, files: packed.files.map((one) => one.path) });
}

describe('the package', () => {
    before(install);

    it('has what is needed and nothing else', () => {
        const others = installed.files.filter((one) => !/^dist\/\w+\.(js|d\.ts)$/.test(one));
        assert.deepEqual(others.sort(), ['LICENSE', 'README.md', 'package.json']);
        const { exports, types, dependencies, license } = JSON.parse(readFileSync(path.join(installed.target, 'package.json'), 'utf8'));
        for (const one of [exports['.'].default, exports['.'].types, types]) assert.ok(installed.files.includes(one.replace('./', '')), one);
        assert.deepEqual([dependencies, license], [undefined, 'BSL-1.0']);
        assert.match(readFileSync(path.join(installed.target, 'LICENSE'), 'utf8'), /^Boost Software License - Version 1\.0/);
    });

    it('is small', (t) => {
        const made = buildSync({ entryPoints: [path.join(installed.target, 'dist/index.js')], bundle: true, minify: true, format: 'esm', target: 'es2022', write: false });
        const size = gzipSync(made.outputFiles[0].contents, { level: 9 }).length;
        t.diagnostic(`${size} bytes`);
        assert.ok(size <= most, `the client is ${size} bytes, and may be ${most}`);
    });

    it("has types that judge the README's example", () => {
        const source = path.join(installed.folder, 'example.ts');
        writeFileSync(source, printed('ts'));
        writeFileSync(path.join(installed.folder, 'package.json'), '{"type": "module"}');
        const compilerOptions = { noEmit: true, strict: true, target: 'es2022', module: 'nodenext', lib: ['es2022', 'dom'], types: [] };
        writeFileSync(path.join(installed.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['example.ts'] }));
        const args = [here('node_modules/typescript/bin/tsc'), '-p', installed.folder];
        try {
            execFileSync(process.execPath, args, { cwd: installed.folder, encoding: 'utf8', stdio: 'pipe' });
        } catch (why) {
            assert.fail(why.stdout);
        }
    });

    it('has a lockfile that names no host', () => {
        const lock = readFileSync(here('package-lock.json'), 'utf8');
        assert.ok(!lock.includes('"resolved"'), 'run npm with --omit-lockfile-registry-resolved');
    });
});

const acme = { people: { bob: { role: 'admin', password } }, settings: { hosts: ['127.0.0.1'] } };

stories("the package's README", { tenants: { acme } }, (story) => {
    story('its examples run as printed', async ({ world }) => {
        const { folder } = install();
        const source = path.join(folder, `example-${world.server.database}.mjs`);
        const told = printed('js').replace('https://chat.example.org', world.server.url);
        assert.ok(told.includes(world.server.url));
        writeFileSync(source, `globalThis.crypto ??= (await import('node:crypto')).webcrypto;\n${told}\nend();\nclient.close();\n`);
        const { stdout } = await promisify(execFile)(process.execPath, [source], { env: { ...process.env, PASSWORD: password }, timeout: 60_000 });
        const said = stdout.trim().split('\n');
        for (const line of ['heard Hello *everybody*', 'stored 1', 'shown 1 Hello *everybody*', 'heard And *again*']) assert.ok(said.includes(line), stdout);
        assert.ok(said.some((line) => /^on its way And \*again\* (pending|sending)$/.test(line)), stdout);
    });
});
