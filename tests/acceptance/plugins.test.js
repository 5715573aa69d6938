// Plugins in a running server: they amend, refuse and hold; bad ones hurt nobody; a reload switches them off and on.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { it, describe, after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually } from './lib/deadline.js';
import { assertRefused } from './lib/person.js';
import { Server } from './lib/server.js';
import { stories } from './lib/story.js';

// Made by tests/contract; the host takes plugins only from folders that others cannot write to.
const zoo = process.env.PARLEY_ZOO ?? fileURLToPath(new URL('../../build/debug/zoo', import.meta.url));
const acme = { people: { ann: 'admin', bob: 'member' }, settings: { hosts: ['127.0.0.1'] } };

const sendsTo = (who, conversation, text) => who.post(`${who.pathOf(conversation)}/messages`, { text });

// Puts other plugins into parley.yaml and tells the server.
async function enables(server, enable) {
    const file = path.join(server.folder, 'parley.yaml');
    const whole = JSON.parse(readFileSync(file, 'utf8'));
    whole.plugins.enable = enable;
    writeFileSync(file, JSON.stringify(whole));
    return server.cli('config', 'reload');
}

stories('a plugin that judges', { tenants: { acme }, settings: { plugins: { folders: [zoo], load: ['censor', 'silent'], enable: ['censor'] } } }, (story) => {
    story('what it amends, refuses and holds is so for everybody', async ({ ann, bob }) => {
        await ann.creates('channel', 'lobby');
        await bob.joins('lobby');
        await bob.connects();

        assert.equal((await sendsTo(ann, 'lobby', 'hello')).body.text, 'hello');
        const loud = await sendsTo(ann, 'lobby', 'shout');
        assert.equal(loud.status, 201, loud.text);
        assert.equal(loud.body.text, 'SHOUT');
        await bob.receives('message.created', { text: 'SHOUT', data: { loud: true } });

        const refused = await sendsTo(ann, 'lobby', 'refuse me');
        assertRefused(refused, 403, 'zoo_says_no');
        assert.equal(refused.body.detail ?? refused.body.message, 'Not this.');

        const held = await sendsTo(bob, 'lobby', 'hold me');
        assert.equal(held.body.state, 'held', held.text);
        assert.deepEqual((await ann.reads('lobby')).map((one) => one.text), ['hello', 'SHOUT']);
        assert.equal((await ann.post(`/api/v1/messages/${held.body.id}/release`)).status, 200);
        await bob.receives('message.created', { text: 'hold me' });
    });

    story('what it cannot check waits, as its manifest says', async ({ ann, world }) => {
        await ann.creates('channel', 'waiting');
        const held = await sendsTo(ann, 'waiting', 'fail');
        assert.equal(held.body.state, 'held', held.text);
        assert.ok(world.server.logs.some((line) => line.message === 'a hook failed' && line.plugin === 'censor'));
    });

    story('a reload switches it off and on, and a wrong one changes nothing', async ({ ann, world }) => {
        await ann.creates('channel', 'switched');
        await enables(world.server, []);
        assert.equal((await sendsTo(ann, 'switched', 'refuse me')).status, 201);
        await enables(world.server, ['censor']);
        assertRefused(await sendsTo(ann, 'switched', 'refuse me'), 403, 'zoo_says_no');
        await assert.rejects(enables(world.server, ['nobody']), /nobody is not loaded/);
        world.server.logs = world.server.logs.filter((line) => !/^configuration (is wrong|not reloaded)/.test(line.message));
        assertRefused(await sendsTo(ann, 'switched', 'refuse me'), 403, 'zoo_says_no');
    });

    story('one that never answers lets nothing through, and is left alone after a while', async ({ ann, world }) => {
        await ann.creates('channel', 'silence');
        await enables(world.server, ['silent']);
        for (let i = 0; i < 5; ++i) assertRefused(await sendsTo(ann, 'silence', 'hello'), 503, 'judge_unavailable');
        assertRefused(await sendsTo(ann, 'silence', 'hello'), 503, 'judge_unavailable');
        await eventually(() => world.server.logs.some((line) => /not asked for a while/.test(line.message)), 'the breaker to be told of');
        world.server.logs = world.server.logs.filter((line) => line.plugin !== 'silent');
        await enables(world.server, ['censor']);
        assert.equal((await sendsTo(ann, 'silence', 'hello')).status, 201);
    });
});

describe('plugins that cannot be loaded', () => {
    let server;
    after(() => server?.kill());

    it('keep the server from starting, each with its reason', async () => {
        server = await Server.prepare('sqlite', { tenants: { acme: {} } });
        const file = path.join(server.folder, 'parley.yaml');
        const whole = JSON.parse(readFileSync(file, 'utf8'));
        whole.plugins = { folders: [zoo], load: ['wrong_major', 'needy', 'absent'] };
        writeFileSync(file, JSON.stringify(whole));
        await assert.rejects(server.start(), (why) => {
            for (const said of [/wrong_major: It needs ABI 9\.0/, /needy: it needs nobody >=1\.0, which is not loaded/, /there is no absent\.so/])
                assert.match(why.message, said);
            return true;
        });
    });
});
