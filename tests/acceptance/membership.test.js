// Who is in, who may what, and what those hear who are not in any more.
import assert from 'node:assert/strict';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';

const acme = { people: { ann: 'admin', meg: 'manager', sam: 'staff', bob: 'member', carol: 'member', gus: 'guest', nel: 'member' } };

// The same request over HTTP and over the WebSocket; both answers.
async function bothWays(person, method, target, command, data, body) {
    if (!person.socket || person.socket.end) await person.connects();
    return [await person.request(method, target, body), await person.asks(command, data)];
}

stories('membership and rights', { tenants: { acme } }, (story) => {
    story('Ann adds Bob, and Bob hears everything from then on and nothing from before', async ({ ann, bob }) => {
        await ann.creates('channel', 'team', { visibility: 'private' });
        await ann.sends('team', 'Before Bob');
        assertRefused(await bob.get(bob.pathOf('team')), 404, 'not_found');
        await bob.connects();
        await ann.adds('team', bob);
        const joined = await bob.receives('conversation.joined', { conversation: { name: 'team' } });
        assert.equal(joined.data.membership.unread, 0);
        await ann.sends('team', 'After Bob');
        await bob.receives('message.created', { text: 'After Bob' });
        await bob.hearsNothingOf('message.created', { text: 'Before Bob' });
        assert.equal((await bob.reads('team')).length, 2, 'but history is there for members');
        assert.equal((await bob.sees('team')).membership.unread, 1);
    });

    story('Ann removes Bob, and from that moment he sees nothing more', async ({ ann, bob, carol }) => {
        await ann.creates('channel', 'secrets', { visibility: 'private', members: [bob, carol] });
        const said = await ann.sends('secrets', 'Still with Bob');
        await bob.connects();
        await carol.connects();
        await ann.removes('secrets', bob);
        await ann.sends('secrets', 'Now without Bob');
        await bob.receives('conversation.left', { reason: 'removed' });
        await carol.receives('member.removed', { user: bob.id, reason: 'removed', member_count: 2 });
        await carol.receives('message.created', { text: 'Now without Bob' });
        await bob.hearsNothingOf('message.created', { text: 'Now without Bob' });

        const where = bob.pathOf('secrets');
        const asked = [bob.get(where), bob.get(`${where}/messages`), bob.get(`${where}/members`), bob.get(`/api/v1/messages/${said.id}`),
            bob.post(`${where}/messages`, { text: 'Let me in' }), bob.post(`${where}/typing`), bob.post(`${where}/read`, { seq: 1 }),
            bob.post(`${where}/join`), bob.patch(`/api/v1/messages/${said.id}`, { text: 'x' }), bob.delete(`/api/v1/messages/${said.id}`)];
        for (const answer of await Promise.all(asked)) assertRefused(answer, 404, 'not_found');
        const events = await bob.get('/api/v1/events?since=0&limit=1000');
        assert.ok(!events.text.includes('Still with') && !events.text.includes('Now without'), 'the log does not tell either');
    });

    story('Carol leaves and comes back; an owner cannot leave while others are in', async ({ ann, carol }) => {
        await ann.creates('channel', 'doors', { members: [carol] });
        await carol.connects();
        await carol.leaves('doors');
        await carol.receives('conversation.left', { reason: 'left' });
        assert.equal((await carol.leaves('doors')) !== undefined, true, 'leaving twice changes nothing');
        await carol.joins('doors');
        await carol.receives('conversation.joined', {});
        assertRefused(await ann.post(`${ann.pathOf('doors')}/leave`), 409, 'last_owner');
        await ann.makes('doors', carol, 'owner');
        await carol.receives('member.updated', { member: { role: 'owner', user: { id: carol.id } } });
        await ann.leaves('doors');
    });

    story('an admin of a channel may do there what a member may not', async ({ ann, bob, carol }) => {
        await ann.creates('channel', 'ranks', { members: [bob, carol] });
        const said = await carol.sends('ranks', 'Rude words');
        assertRefused(await bob.delete(`/api/v1/messages/${said.id}`), 403);
        assertRefused(await bob.patch(bob.pathOf('ranks'), { topic: 'Mine' }), 403, 'not_allowed');
        assertRefused(await bob.delete(`${bob.pathOf('ranks')}/members/${carol.id}`), 403, 'not_allowed');
        await ann.makes('ranks', bob, 'admin');
        assert.equal((await bob.patch(bob.pathOf('ranks'), { topic: 'Ours' })).status, 200);
        assert.equal((await bob.delete(`/api/v1/messages/${said.id}`)).status, 200);
        assertRefused(await bob.patch(`/api/v1/messages/${said.id}`, { text: 'Kind words' }), 409, 'message_deleted');
        assert.equal((await bob.delete(`${bob.pathOf('ranks')}/members/${carol.id}`)).status, 200);
        assertRefused(await bob.delete(`${bob.pathOf('ranks')}/members/${ann.id}`), 403, 'not_allowed');
        assertRefused(await bob.patch(`${bob.pathOf('ranks')}/members/${bob.id}`, { role: 'owner' }), 403, 'not_allowed');
    });

    // What each role may make, on both ways in.
    const makes = [
        ['channel', { visibility: 'public' }, ['ann', 'meg', 'sam']],
        ['channel', { visibility: 'private' }, ['ann', 'meg', 'sam']],
        ['group', {}, ['ann', 'meg']],
        ['contact', { members: 'carol' }, ['ann', 'meg', 'sam']],
        ['group_direct', { members: 'two' }, ['ann', 'meg', 'sam', 'bob']],
        ['support', {}, []],
        ['personal', {}, []],
    ];
    for (const [kind, more, allowed] of makes) {
        story(`who may make a ${more.visibility ?? ''} ${kind}: ${allowed.join(', ') || 'nobody'}`, async (all) => {
            const { ann, meg, sam, bob, gus, carol } = all;
            const members = { carol: [carol.id], two: [carol.id, gus.id], undefined: undefined }[more.members];
            for (const one of [ann, meg, sam, bob, gus]) {
                const name = kind === 'group_direct' ? undefined : `${kind} of ${one.name}`;
                const data = { kind, name, visibility: more.visibility, members: one === gus && members ? [carol.id, bob.id] : members };
                for (const answer of await bothWays(one, 'POST', '/api/v1/conversations', 'conversation.create', data, data)) {
                    if (allowed.includes(one.name)) assert.equal(answer.status, 201, `${one.name}: ${JSON.stringify(answer.body)}`);
                    else assertRefused(answer, 403);
                }
            }
        });
    }

    story('a guest finds nobody and nothing outside its reach', async ({ ann, gus, nel }) => {
        await ann.creates('channel', 'public place');
        await ann.creates('channel', 'visitors', { visibility: 'private', members: [gus] });
        const there = gus.idOf('public place');
        for (const answer of await bothWays(gus, 'GET', '/api/v1/users', 'user.list', {})) assertRefused(answer, 403, 'permission_missing');
        for (const answer of await bothWays(gus, 'GET', '/api/v1/conversations/browse', 'conversation.browse', {})) assertRefused(answer, 403, 'permission_missing');
        for (const answer of await bothWays(gus, 'GET', `/api/v1/conversations/${there}`, 'conversation.get', { conversation: there })) assertRefused(answer, 404, 'not_found');
        for (const answer of await bothWays(gus, 'POST', `/api/v1/conversations/${there}/join`, 'conversation.join', { conversation: there })) assertRefused(answer, 404, 'not_found');
        for (const answer of await bothWays(gus, 'POST', '/api/v1/direct', 'direct.open', { user: ann.id }, { user: ann.id })) assertRefused(answer, 403, 'permission_missing');
        for (const answer of await bothWays(gus, 'GET', `/api/v1/users/${nel.id}`, 'user.get', { user: nel.id })) assertRefused(answer, 404, 'not_found');
        for (const answer of await bothWays(gus, 'GET', `/api/v1/users/${ann.id}`, 'user.get', { user: ann.id })) assert.equal(answer.status, 200, 'whom one shares a conversation with');
        assert.equal((await gus.sends('visitors', 'Hello')).seq, 1);
    });

    story("a member of a group cannot leave, add or remove words: its admins alone govern it", async ({ ann, bob, carol }) => {
        await ann.creates('group', 'board', { members: [bob] });
        const said = await bob.sends('board', 'On the record');
        assertRefused(await bob.post(`${bob.pathOf('board')}/leave`), 403, 'not_allowed');
        assertRefused(await bob.post(`${bob.pathOf('board')}/members`, { user: carol.id }), 403, 'not_allowed');
        assertRefused(await bob.delete(`/api/v1/messages/${said.id}`), 403, 'not_allowed');
        assert.equal((await bob.patch(`/api/v1/messages/${said.id}`, { text: 'For the record' })).status, 200);
    });

    story('what belongs to another stays so: messages, tokens, read positions', async ({ ann, bob, carol }) => {
        await ann.creates('channel', 'belongings', { members: [bob, carol] });
        const said = await bob.sends('belongings', "Bob's words");
        const before = (await bob.get(`/api/v1/messages/${said.id}`)).body;
        for (const answer of await bothWays(carol, 'PATCH', `/api/v1/messages/${said.id}`, 'message.edit', { message: said.id, text: "Carol's" }, { text: "Carol's" })) assertRefused(answer, 403, 'permission_missing');
        for (const answer of await bothWays(carol, 'DELETE', `/api/v1/messages/${said.id}`, 'message.delete', { message: said.id })) assertRefused(answer, 403, 'permission_missing');
        assert.deepEqual((await bob.get(`/api/v1/messages/${said.id}`)).body, before);

        const token = (await bob.post('/api/v1/tokens', { name: 'program' })).body;
        assertRefused(await carol.delete(`/api/v1/tokens/${token.id}`), 404, 'not_found');
        assert.equal((await bob.request('GET', '/api/v1/users/me', undefined, { token: token.token })).status, 200);
        // What the server decides itself cannot be said by a client.
        const forged = await carol.post(`${carol.pathOf('belongings')}/messages`, { text: 'Hi', author: ann.id, author_id: ann.id, seq: 99, created_at: '2001-01-01T00:00:00Z', tenant_id: '1', state: 'held' });
        assert.equal(forged.status, 201);
        assert.deepEqual([...forged.body.ignored].sort(), ['author', 'author_id', 'created_at', 'seq', 'state', 'tenant_id']);
        assert.deepEqual([forged.body.author, forged.body.seq, forged.body.state], [carol.id, 2, 'published']);
    });

    story("a revoked token's connection ends at once", async ({ bob }) => {
        const made = (await bob.post('/api/v1/tokens', { name: 'lost phone' })).body;
        const phone = bob.onAnotherDevice(made.token);
        await phone.connects();
        await bob.delete(`/api/v1/tokens/${made.id}`);
        assert.equal((await phone.socket.ends()).code, 1008);
        await phone.isSignedOut(phone.token);
    });

    story('a disabled account is shut out by the operator', async ({ ann, sam, world }) => {
        await ann.creates('channel', 'shift', { members: [sam] });
        assert.equal((await sam.get('/api/v1/users/me')).status, 200);
        await world.server.cli('user', 'disable', '--tenant', 'acme', 'sam');
        assertRefused(await sam.get('/api/v1/users/me'), 401);
        assertRefused(await sam.post(`${sam.pathOf('shift')}/messages`, { text: 'Hello?' }), 401);
        await world.server.cli('user', 'enable', '--tenant', 'acme', 'sam');
        const token = (await world.server.cli('token', 'create', '--tenant', 'acme', '--user', 'sam', '--name', 'anew')).trim();
        assert.equal((await sam.onAnotherDevice(token).get('/api/v1/users/me')).status, 200);
    });
});
