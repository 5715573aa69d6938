// What the README tells a newcomer to type works as printed.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
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
