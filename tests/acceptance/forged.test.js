// What a client says about itself and others where only the server knows: it is reported back or refused, and never
// believed.
import assert from 'node:assert/strict';
import { contractOf } from './lib/contract.js';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';
import { requestOf, sampleOf } from './lib/walk.js';

const tenants = { acme: { people: { ann: 'admin', bob: 'member', cem: 'member' } } };
const forgery = (ids) => ({
    id: '5', tenant: 'globex', tenant_id: '2', author: ids.bob, author_id: ids.bob, user_id: ids.bob, creator: ids.bob, seq: 999_999, position: 1, created_at: '2001-01-01T00:00:00Z',
    updated_at: '2001-01-01T00:00:00Z', edited_at: '2001-01-01T00:00:00Z', deleted_at: null, state: 'published', state_reason: 'x', member_count: 7, last_seq: 7, from: { source: 'persona', id: '1', name: 'Boss' }, shown: { source: 'persona' },
    persona: '1', persona_id: '1', mentions: [ids.bob], thread: { replies: 5 }, kind_: 'x', permissions_: 'x', stage: 'full', is_admin: true, password_hash: 'x', __proto__x: 1, constructor: { prototype: {} },
});

stories('forged', { tenants }, (story) => {
    story('every operation reports members that are not its own, over HTTP and WebSocket', async ({ ann, bob, t }) => {
        await ann.creates('channel', 'forge', { members: [bob] });
        await bob.connects();
        const contract = await contractOf(bob.url);
        const skip = new Set(['session.close', 'session.end_all']);
        let reported = 0;
        let refused = 0;
        for (const [path, methods] of Object.entries(contract.openapi.paths))
            for (const [method, document] of Object.entries(methods)) {
                if (!document.operationId || skip.has(document.operationId)) continue;
                const operation = { name: document.operationId, path, method: method.toUpperCase(), document };
                const own = new Set(Object.keys(sampleOf(contract, operation)));
                const schema = document.requestBody?.content?.['application/json']?.schema;
                const resolved = schema?.$ref ? schema.$ref.slice(2).split('/').reduce((at, key) => at[key], contract.openapi) : schema;
                for (const name of Object.keys(resolved?.properties ?? {})) own.add(name);
                for (const one of document.parameters ?? []) own.add(one.name);
                const forged = Object.fromEntries(Object.entries(forgery({ bob: bob.id })).filter(([name]) => !own.has(name)));
                const known = sampleOf(contract, operation);
                if ('conversation' in known) known.conversation = bob.idOf('forge');
                const ways = [await bob.asks(operation.name, { ...known, ...forged })];
                if (resolved) ways.push(await bob.request(...requestOf(operation, { ...known, ...forged })));
                for (const answer of ways) {
                    if (answer.status >= 400) refused += 1;
                    if (answer.status >= 300) continue;
                    const ignored = answer.ignored ?? answer.body?.ignored;
                    assert.deepEqual(Object.keys(forged).filter((name) => !ignored?.includes(name)), [], operation.name);
                    reported += 1;
                }
            }
        t.diagnostic(`${reported} reported, ${refused} refused`);
        assert.ok(reported >= 25, `only ${reported} reported`);
    });

    story('the rows are what the server made them', async ({ ann, bob, cem }) => {
        await ann.creates('channel', 'rows', { members: [bob] });
        const before = (await bob.reads('rows')).length;
        const began = Date.now();
        const forged = forgery({ bob: ann.id });
        const sent = (await bob.post(`${bob.pathOf('rows')}/messages`, { ...forged, text: 'Mine' })).body;
        const { body: read } = await ann.get(`/api/v1/messages/${sent.id}`);
        assert.deepEqual([read.author, read.seq, read.state, read.edited_at, read.mentions, read.thread.replies], [bob.id, before + 1, 'published', null, [], 0]);
        assert.deepEqual(read.from, { source: 'user', id: bob.id });
        assert.ok(Math.abs(new Date(read.created_at) - began) < 60_000, read.created_at);
        assert.notEqual(read.id, '5');
        const edited = (await bob.patch(`/api/v1/messages/${sent.id}`, { ...forged, text: 'Still mine' })).body;
        assert.deepEqual([edited.author, edited.seq, edited.created_at], [bob.id, read.seq, read.created_at]);

        const made = (await ann.post('/api/v1/conversations', { ...forged, kind: 'channel', visibility: 'public', name: 'Forged' })).body.conversation;
        assert.deepEqual([made.creator, made.member_count, made.last_seq, made.archived_at], [ann.id, 1, 0, null]);
        const added = (await ann.post(`/api/v1/conversations/${made.id}/members`, { user: cem.id, role: 'owner', last_read: 5 })).body;
        assert.deepEqual([added.role, added.ignored.includes('role')], ['member', true]);
        const me = (await bob.patch('/api/v1/users/me', { ...forged, role: 'admin', kind: 'bot', username: 'root', disabled: true, display_name: 'Bob' })).body;
        assert.deepEqual([me.role, me.username], ['member', 'bob']);
        assertRefused(await bob.get('/api/v1/audit'), 403, 'permission_missing');
        const token = (await bob.post('/api/v1/tokens', { ...forged, name: 'x', kind: 'service', role: 'admin', permissions: 'users.manage messages.send' })).body;
        assert.equal(token.kind, 'personal');
        assertRefused(await bob.request('POST', '/api/v1/users', { username: 'mallory' }, { token: token.token }), 403, 'permission_missing');
        assertRefused(await bob.post('/api/v1/tokens', { name: 'x', expires_at: '2001-01-01T00:00:00Z' }), 400, 'expiry_past');
    });

    story('nobody types, is present or has read for somebody else or elsewhere', async ({ ann, bob, cem }) => {
        await ann.creates('channel', 'quiet', { members: [bob] });
        await ann.creates('channel', 'other', { visibility: 'private' });
        await ann.sends('quiet', 'Read me');
        await ann.connects();
        await bob.connects();
        await cem.connects();
        const where = bob.idOf('quiet');
        assert.deepEqual((await bob.asks('typing.start', { conversation: where, user: ann.id })).ignored, ['user']);
        const typing = await ann.receives('typing.started', { conversation: where });
        assert.equal(typing.data.user, bob.id, 'it is Bob who types, whatever he says');
        assertRefused(await bob.asks('typing.start', { conversation: ann.idOf('other') }), 404, 'not_found');
        assertRefused(await cem.asks('typing.start', { conversation: where }), 403, 'not_allowed');
        await ann.hearsNothingOf('typing.started', { user: cem.id });
        assert.deepEqual((await bob.asks('presence.set', { presence: 'busy', user: ann.id })).ignored, ['user']);
        const shown = (await bob.get(`/api/v1/presence?users=${ann.id}`)).body.presence;
        assert.deepEqual(shown.map((one) => one.presence), ['online']);
        assert.deepEqual((await bob.asks('read.mark', { conversation: where, seq: 1, user: ann.id })).ignored, ['user']);
        assertRefused(await cem.asks('read.mark', { conversation: where, seq: 1 }), 403, 'not_allowed');
        for (const seq of [2, 999_999, -1, 2 ** 53]) assert.equal((await bob.asks('read.mark', { conversation: where, seq })).status, 400, `${seq}`);
        assert.equal((await ann.sees('quiet')).membership.last_read, 0, "Ann's own position did not move");
    });
});
