// What the README tells a newcomer to type works as printed.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { plainEnvironment, temporaryFolder } from './lib/processes.js';
import { stories } from './lib/story.js';

const password = 'a password of the demo';
const demo = {
    people: { ann: { role: 'admin', password }, bob: { role: 'member', password } },
    settings: { hosts: ['127.0.0.1'] },
};

stories('the README', { tenants: { demo } }, (story) => {
    story('its first conversation is held by curl', async ({ world }) => {
        const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
        const printed = /```sh\n(api=[\s\S]*?)```/.exec(readme)?.[1];
        assert.ok(printed, 'the README has a block that begins with api=');
        assert.ok(printed.includes('http://127.0.0.1:8080'));
        const script = printed.replace('http://127.0.0.1:8080', world.server.url);
        const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
            env: { ...process.env, PASSWORD: password },
            timeout: 60_000,
        });
        const said = stdout.trim().split('\n').map((line) => line.trim());
        assert.deepEqual(said.slice(0, 4), ['lobby', 'lobby', '1', '1'], stdout);
        assert.ok(said.includes('"unread": 1,') && said.includes('"mentions": 1'), stdout);
        assert.ok(said.includes('Hello Ann!'), stdout);
        assert.equal(said.at(-1), 'message.created', stdout);
    });
});

const here = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

test('the configuration of scripts/start is valid, with the plugins that it loads', async () => {
    const parley = process.env.PARLEY ?? here('build/debug/bin/parley');
    const { stdout } = await promisify(execFile)(parley, ['--config', here('config/demo/parley.yaml'), 'config', 'check'], {
        env: plainEnvironment({
            PARLEY_PLUGINS__FOLDERS: `[${process.env.PARLEY_PLUGIN_FILES ?? here('build/debug/plugins')}]`,
            PARLEY_SERVER__DATA_DIRECTORY: temporaryFolder('demo'),
        }),
    });
    assert.match(stdout, /The configuration is valid; tenants with a file: 2\./);
});
