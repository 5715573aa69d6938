// Roles and plugins: what plugins hold is let through to whom a role in the conversation shows it, and what they declare
// is a permission like any other.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { stories } from './lib/story.js';

const zoo = process.env.PARLEY_ZOO ?? fileURLToPath(new URL('../../build/debug/zoo', import.meta.url));
const acme = { people: { boss: 'admin', ann: 'member', gus: 'guest' }, settings: { hosts: ['127.0.0.1'] } };
const plugins = { folders: [zoo], load: ['censor', 'voter'], enable: ['censor', 'voter'] };

const rolesOf = async (who) => new Map((await who.get('/api/v1/roles')).body.roles.map((one) => [one.name, one]));

stories('roles and plugins', { tenants: { acme }, settings: { plugins } }, (story) => {
    story('held messages come over an open socket from the grant on, and end with it', async ({ boss, ann, gus }) => {
        await boss.creates('channel', 'desk', { visibility: 'private', members: [ann, gus] });
        const made = await boss.post('/api/v1/roles', { name: 'reviewer', permissions: 'messages.send messages.review' });
        assert.equal(made.status, 201, made.text);
        const grant = `${boss.pathOf('desk')}/members/${gus.id}/grant`;
        const withheld = async () => (await gus.get(`${gus.pathOf('desk')}/messages/withheld`)).body.messages.map((one) => one.id);
        // The censor holds what says just this.
        const holds = async () => {
            const said = await ann.sends('desk', 'hold me');
            assert.equal(said.state, 'held');
            return said.id;
        };
        await gus.connects();

        const first = await holds();
        await gus.hearsNothingOf('message.held', {});
        assert.deepEqual(await withheld(), []);

        assert.equal((await boss.post(grant, { role: 'reviewer' })).status, 200);
        await gus.receives('rights.updated', { role: 'reviewer' });
        assert.deepEqual(await withheld(), [first]);
        const second = await holds();
        await gus.receives('message.held', { message: { id: second } });
        assert.equal((await gus.asks('message.release', { message: second })).status, 200);

        // What the role grants is another thing now: the same, for everybody who holds it.
        assert.equal((await boss.patch('/api/v1/roles/reviewer', { permissions: 'messages.send' })).status, 200);
        await gus.receives('rights.updated', { role: 'reviewer', permissions: ['messages.send'] });
        await gus.hearsNothingOf('message.held', { message: { id: await holds() } });
        assert.deepEqual(await withheld(), []);
        assert.equal((await boss.patch('/api/v1/roles/reviewer', { permissions: 'messages.review' })).status, 200);
        await gus.receives('message.held', { message: { id: await holds() } });

        assert.equal((await boss.delete(grant)).status, 200);
        await gus.receives('rights.updated', { role: null });
        await gus.hearsNothingOf('message.held', { message: { id: await holds() } });
        assert.deepEqual(await withheld(), []);
    });

    story("a plugin's permissions belong to the roles that it names, to admins, and to the tenant's own roles", async ({ world, boss }) => {
        const { permissions } = (await boss.get('/api/v1/permissions')).body;
        assert.equal(permissions.find((one) => one.name === 'voter.cast').sentence, 'Vote.');
        const shipped = await rolesOf(boss);
        const holds = (role) => shipped.get(role).permissions.filter((one) => one.startsWith('voter.'));
        assert.deepEqual(['guest', 'member', 'staff', 'manager', 'admin'].map(holds), [[], [], ['voter.cast'], [], ['voter.cast', 'voter.count']]);
        const made = await boss.post('/api/v1/roles', { name: 'voter', permissions: 'messages.send voter.cast' });
        assert.deepEqual([made.status, made.body.permissions], [201, ['messages.send', 'voter.cast']]);

        // A server that does not load it keeps the name.
        const { server } = world;
        const file = path.join(server.folder, 'parley.yaml');
        const before = readFileSync(file, 'utf8');
        const whole = JSON.parse(before);
        whole.plugins.load = whole.plugins.enable = ['censor'];
        await server.stop();
        writeFileSync(file, JSON.stringify(whole));
        await server.start();
        const { permissions: known, unknown_permissions: unknown } = (await rolesOf(boss)).get('voter');
        assert.deepEqual([known, unknown], [['messages.send'], ['voter.cast']]);
        const other = await boss.post('/api/v1/roles', { name: 'other', permissions: 'voter.cast' });
        assert.deepEqual([other.status, other.body.code], [400, 'permission_unknown']);
        await server.stop();
        writeFileSync(file, before);
        await server.start();
        assert.deepEqual((await rolesOf(boss)).get('voter').permissions, ['messages.send', 'voter.cast']);
    });
});

const both = {
    acme: { people: { boss: 'admin', ann: 'member', bob: 'member' }, settings: { hosts: ['acme.test'], plugins: { enable: ['voter'] } } },
    calm: { people: { cat: 'admin' }, settings: { hosts: ['calm.test'] } },
};

stories('kinds of conversation that plugins have', { tenants: both, settings: { plugins: { folders: [zoo], load: ['voter'] } } }, (story) => {
    story('are there where the plugin is on, with their policy', async ({ boss, ann, bob, cat }) => {
        const kindOf = async (who) => (await who.get('/api/v1/kinds')).body.kinds.find((one) => one.name === 'ballot');
        const { most_members: most, view_hints: hints, made_with: needed } = await kindOf(boss);
        assert.deepEqual([most, hints, needed], [3, { header: 'ballot' }, 'voter.cast']);
        assert.equal(await kindOf(cat), undefined);

        const makes = (who, ...members) => who.post('/api/v1/conversations', { kind: 'ballot', name: 'lunch', members: members.map((one) => one.id) });
        assert.equal((await makes(ann, bob)).status, 403);
        assert.equal((await makes(boss)).status, 400);
        const made = await makes(boss, ann);
        assert.equal(made.status, 201, made.text);
        const at = `/api/v1/conversations/${made.body.conversation.id}`;
        assert.equal((await ann.post(`${at}/messages`, { text: 'soup' })).status, 201);
        assert.equal((await ann.post(`${at}/leave`)).status, 403);
        assert.equal((await bob.get(at)).status, 404);
        const refused = await cat.post('/api/v1/conversations', { kind: 'ballot', name: 'lunch', members: [] });
        assert.deepEqual([refused.status, refused.body.code], [400, 'kind_unknown']);
    });
});
