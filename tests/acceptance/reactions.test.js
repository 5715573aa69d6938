// The reactions plugin in a running server: on in one tenant, rights, events, settings.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { changes } from './lib/configuration.js';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';

const folder = process.env.PARLEY_PLUGIN_FILES ?? fileURLToPath(new URL('../../build/debug/plugins', import.meta.url));
const tenants = {
    acme: { people: { ann: 'admin', bob: 'member' }, settings: { hosts: ['acme.test'], plugins: { enable: ['reactions'] } } },
    calm: { people: { cat: 'admin' }, settings: { hosts: ['calm.test'] } },
};
const settings = { plugins: { folders: [folder], load: ['reactions'] } };

const under = (message) => `/api/v1/messages/${message.id}/reactions`;
const emoji = (message, which) => `${under(message)}/${encodeURIComponent(which)}`;


for (const isolation of ['in_process', 'process'])
stories(`reactions, ${isolation}`, { tenants, settings: { ...settings, reactions: { isolation } } }, (story) => {
    story('people add, see and take away emoji, over HTTP and over the WebSocket', async ({ ann, bob }) => {
        await ann.creates('channel', 'lobby');
        await bob.joins('lobby');
        const hello = await ann.sends('lobby', 'hello');
        const added = await bob.put(emoji(hello, '👍'), {});
        assert.deepEqual([added.status, added.body.count], [200, 1], added.text);
        await ann.connects();
        const also = await ann.asks('reaction.add', { message: hello.id, emoji: '👍' });
        assert.deepEqual([also.status, also.body?.count], [200, 2], JSON.stringify(also));
        assert.equal((await ann.asks('reaction.add', { message: hello.id, emoji: '🎉' })).status, 200);

        const seen = (await bob.get(under(hello))).body.reactions;
        assert.deepEqual(seen.map((one) => [one.emoji, one.count]).sort(), [['🎉', 1], ['👍', 2]].sort());
        assert.equal((await bob.delete(emoji(hello, '👍'))).status, 200);
        const left = (await ann.asks('reaction.of', { message: hello.id })).body.reactions;
        assert.deepEqual(left.map((one) => [one.emoji, one.count]).sort(), [['🎉', 1], ['👍', 1]].sort());
        assert.equal((await bob.put(emoji(hello, 'no emoji'), {})).status, 400);
    });

    story('where the plugin is off there is nothing of it', async ({ ann, cat }) => {
        await cat.creates('channel', 'quiet');
        const alone = await cat.sends('quiet', 'hello');
        assert.equal((await cat.put(emoji(alone, '👍'), {})).status, 404);
        assert.equal((await cat.get(under(alone))).status, 404);
        await cat.connects();
        assert.equal((await cat.asks('reaction.add', { message: alone.id, emoji: '👍' })).status, 404);
        // And a message of another tenant is nobody's business.
        assert.equal((await ann.put(emoji(alone, '👍'), {})).status, 404);
    });

    story('everybody in the conversation hears of it, at once and after being away', async ({ ann, bob }) => {
        await ann.creates('channel', 'events');
        await bob.joins('events');
        const said = await ann.sends('events', 'hello');
        await bob.connects();
        assert.equal((await ann.put(emoji(said, '👍'), {})).status, 200);
        await bob.receives('reaction.added', { message: said.id, emoji: '👍', user: ann.id, count: 1 });
        await bob.disconnects();
        assert.equal((await ann.put(emoji(said, '🎉'), {})).status, 200);
        assert.equal((await ann.delete(emoji(said, '👍'))).status, 200);
        await bob.resumes();
        await bob.receives('reaction.added', { message: said.id, emoji: '🎉' });
        await bob.receives('reaction.removed', { message: said.id, emoji: '👍', count: 0 });
    });

    story('a role without the permission cannot', async ({ ann, bob, world }) => {
        await ann.creates('channel', 'rights');
        await bob.joins('rights');
        const said = await ann.sends('rights', 'hello');
        await world.server.cli('role', 'create', '--tenant', 'acme', 'plain', '--permissions', 'messages.send');
        assert.equal((await ann.patch(`/api/v1/users/${bob.id}`, { role: 'plain' })).status, 200);
        assertRefused(await bob.put(emoji(said, '👍'), {}), 403);
        assert.equal((await ann.post('/api/v1/roles', { name: 'merry', permissions: 'messages.send reactions.add reactions.see' })).status, 201);
        assert.equal((await ann.patch(`/api/v1/users/${bob.id}`, { role: 'merry' })).status, 200);
        assert.equal((await bob.put(emoji(said, '👍'), {})).status, 200);
        assert.equal((await ann.patch(`/api/v1/users/${bob.id}`, { role: 'member' })).status, 200);
    });

    story('a reload changes its settings under open connections', async ({ ann, bob, world }) => {
        await ann.creates('channel', 'settings');
        await bob.joins('settings');
        const said = await ann.sends('settings', 'hello');
        await bob.connects();
        await changes(world.server, 'tenants/acme.yaml', (file) => { file.reactions = { max_per_message: 1 }; });
        assert.match(await world.server.cli('config', 'explain', 'tenant/acme', 'reactions.max_per_message'), /max_per_message = 1\n/);
        assert.equal((await bob.asks('reaction.add', { message: said.id, emoji: '👍' })).status, 200);
        const second = await bob.asks('reaction.add', { message: said.id, emoji: '🎉' });
        assert.ok(second.status >= 400, JSON.stringify(second));
        await assert.rejects(changes(world.server, 'tenants/acme.yaml', (file) => { file.reactions = { max_per_mesage: 2 }; }), /acme\.yaml:\d+:\d+: reactions\.max_per_mesage: unknown setting; did you mean reactions\.max_per_message\?/);
        world.server.logs = world.server.logs.filter((line) => !/^configuration (is wrong|not reloaded)/.test(line.message));
        assert.ok((await bob.asks('reaction.add', { message: said.id, emoji: '🎉' })).status >= 400);
        await changes(world.server, 'tenants/acme.yaml', (file) => { delete file.reactions; });
        assert.equal((await bob.asks('reaction.add', { message: said.id, emoji: '🎉' })).status, 200);
    });

    story('what it is stands in the documents, and it keeps the contract', async ({ ann, world }) => {
        const openapi = (await ann.get('/api/v1/openapi.json')).body;
        assert.ok(openapi.paths['/api/v1/messages/{message}/reactions/{emoji}']?.put, Object.keys(openapi.paths).join(' '));
        assert.match(await world.server.cli('plugin', 'check', path.join(folder, 'reactions.so')), /keeps the contract/);
        assert.match(await world.server.cli('plugin', 'list'), /reactions +1\.0\.0 +yes +acme/);
    });
});

stories('taking a plugin away', { tenants, settings }, (story) => {
    story('says what it left, and does what was chosen with it', async ({ ann, world }) => {
        const { server } = world;
        await ann.creates('channel', 'last words');
        const said = await ann.sends('last words', 'hello');
        assert.equal((await ann.put(emoji(said, '👍'), {})).status, 200);
        const removes = (...how) => server.cli('plugin', 'remove', 'reactions', ...how);
        await assert.rejects(removes('--purge', '--yes'), /still to be loaded/);

        const file = path.join(server.folder, 'parley.yaml');
        const whole = JSON.parse(readFileSync(file, 'utf8'));
        whole.plugins.load = [];
        writeFileSync(file, JSON.stringify(whole));
        writeFileSync(path.join(server.folder, 'tenants/acme.yaml'), JSON.stringify({ hosts: ['acme.test'] }));
        await assert.rejects(removes('--purge', '--yes'), /running server has reactions loaded/);
        await server.stop();

        assert.match(await removes('--keep', '--yes'), /stay where they are[\s\S]*Nothing had to be done/);
        await assert.rejects(removes('--purge', { input: 'no\n' }), /Command failed/);
        const archived = await removes('--archive', '--yes');
        assert.match(archived, /table \S*reaction\S*: 1 rows[\s\S]*put aside[\s\S]*Its rows are in \S+[\s\S]*Done/);
        assert.match(await removes('--purge', { input: 'reactions\n' }), /It keeps no rows[\s\S]*Done/);

        await server.start();
        assert.equal((await ann.put(emoji(said, '👍'), {})).status, 404);
        assert.equal((await ann.get(under(said))).status, 404);
    });
});
