// What is taken from somebody is gone within a second, also where a socket is open: membership, roles, sessions, accounts.
import assert from 'node:assert/strict';
import { eventually } from './lib/deadline.js';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';

const password = 'correct horse battery';
const acme = {
    people: { ann: 'admin', sam: 'staff', bob: { role: 'member', password }, carol: 'member', dora: { role: 'member', password }, finn: { role: 'member', password } },
    settings: { hosts: ['127.0.0.1'], sessions: { guests: true }, presence: { typing_seconds: 2 } },
};
const second = 1000;

// Everything that a conversation answers to who is in it, on both ways in, and what of it is known by a message.
async function triesAll(who, name, said) {
    const at = who.pathOf(name);
    const conversation = who.idOf(name);
    const commands = [
        ['conversation.get', {}], ['conversation.join', {}], ['conversation.leave', {}], ['conversation.update', { topic: 'x' }],
        ['message.list', {}], ['message.send', { text: 'Let me in' }], ['member.list', {}], ['member.add', { user: who.id }],
        ['member.bans', {}], ['typing.start', {}], ['read.mark', { seq: 1 }], ['read.unmark', { seq: 1 }], ['membership.update', { pinned: true }],
    ];
    const messages = [['message.get', {}], ['message.edit', { text: 'x' }], ['message.delete', {}], ['message.thread', {}], ['message.revisions', {}]];
    return Promise.all([
        who.get(at), who.get(`${at}/messages`), who.get(`${at}/members`), who.get(`${at}/bans`), who.get(`/api/v1/messages/${said.id}`),
        who.post(`${at}/messages`, { text: 'Let me in' }), who.post(`${at}/join`), who.post(`${at}/typing`), who.post(`${at}/read`, { seq: 1 }),
        who.patch(`${at}/membership`, { pinned: true }), who.patch(`/api/v1/messages/${said.id}`, { text: 'x' }), who.delete(`/api/v1/messages/${said.id}`),
        ...commands.map(([command, data]) => who.asks(command, { conversation, ...data })),
        ...messages.map(([command, data]) => who.asks(command, { message: said.id, ...data })),
    ]);
}

async function isShutOut(who, name, said) {
    for (const answer of await triesAll(who, name, said))
        assert.ok(answer.status === 404, `answered ${answer.status}: ${answer.text ?? JSON.stringify(answer.body)}`);
    const mine = await who.get('/api/v1/conversations');
    assert.ok(!mine.text.includes(who.idOf(name)), 'not in the list, with no counts');
    const browsed = await who.get('/api/v1/conversations/browse');
    assert.ok(!browsed.text?.includes(who.idOf(name)), 'not found by browsing');
    assert.ok(!(await who.get('/api/v1/snapshot')).text.includes(who.idOf(name)), 'not in a snapshot');
}

// A sign-in of its own, connected.
async function signsIn(who) {
    const answer = await who.request('POST', '/api/v1/sessions', { username: who.name, password }, { token: null });
    assert.equal(answer.status, 201, answer.text);
    const device = who.onAnotherDevice(answer.body.token);
    device.session = answer.body.session;
    await device.connects();
    return device;
}

// From this moment on: the socket is closed within a second, and the token is good for nothing.
async function endsWithinASecond(device, began) {
    assert.equal((await device.socket.ends()).code, 1008);
    assert.ok(Date.now() - began < second, `it took ${Date.now() - began} ms`);
    await device.isSignedOut(device.token, second);
}

stories('what is taken away', { tenants: { acme } }, (story) => {
    story('a removed member hears and finds nothing more: no event, no typing, no presence, no counts', async ({ ann, bob, carol, dora }) => {
        await ann.creates('channel', 'cabin', { visibility: 'private', members: [bob, carol, dora] });
        await bob.connects();
        const since = bob.socket.position;
        await carol.connects();
        await dora.connects();
        const said = await ann.sends('cabin', 'For @bob and all');
        await bob.receives('message.created', { text: 'For @bob and all' });
        const before = (await bob.sees('cabin')).membership;
        assert.deepEqual([before.unread, before.mentions], [1, 1]);

        await ann.removes('cabin', bob);
        await bob.receives('conversation.left', { conversation: bob.idOf('cabin'), reason: 'removed' }, second);
        await isShutOut(bob, 'cabin', said);

        await ann.sends('cabin', 'Without @bob');
        await carol.asks('typing.start', { conversation: carol.idOf('cabin') });
        await carol.put('/api/v1/users/me/presence', { presence: 'busy' });
        await dora.receives('message.created', { text: 'Without @bob' });
        await dora.receives('typing.started', { user: carol.id });
        await dora.receives('presence.changed', { user: carol.id, presence: 'busy' });
        await bob.hearsNothingOf('message.created', { text: 'Without @bob' });
        await bob.hearsNothingOf('typing.started', {});
        await bob.hearsNothingOf('presence.changed', { user: carol.id, presence: 'busy' });
        assert.deepEqual((await bob.get(`/api/v1/presence?users=${carol.id}`)).body.presence, []);

        // Who resumes from before hears that it came and left, and nothing of what was said there, before or after.
        await bob.disconnects();
        assert.equal((await bob.resumes(since)).status, 200);
        assert.equal(bob.socket.heard('conversation.left', { conversation: bob.idOf('cabin') }).length, 1);
        const own = ['conversation.joined', 'conversation.left', 'read.updated', 'membership.updated'];
        assert.deepEqual(bob.socket.inbox.filter((one) => one.conversation === bob.idOf('cabin') && !own.includes(one.type)), []);
        assert.ok(!JSON.stringify(bob.socket.inbox).includes('@bob'));
        await carol.put('/api/v1/users/me/presence', { presence: 'online' });
    });

    story('a banned user is out of a public channel, on every path, until the ban ends', async ({ ann, sam, bob, carol }) => {
        await sam.creates('channel', 'fair', { members: [bob, carol] });
        await bob.connects();
        await carol.connects();
        await sam.connects();
        const said = await bob.sends('fair', 'Buy my things!');
        const bans = `${sam.pathOf('fair')}/bans`;
        assertRefused(await carol.post(bans, { user: bob.id }), 403, 'not_allowed');
        assertRefused(await carol.asks('member.ban', { conversation: carol.idOf('fair'), user: bob.id }), 403, 'not_allowed');
        const made = await sam.post(bans, { user: bob.id, reason: 'Advertised.' });
        assert.equal(made.status, 200, made.text);
        assert.deepEqual([made.body.user.id, made.body.by, made.body.reason, made.body.until], [bob.id, sam.id, 'Advertised.', null]);
        await bob.receives('conversation.left', { conversation: bob.idOf('fair'), reason: 'banned' }, second);
        await carol.receives('member.removed', { user: bob.id, reason: 'banned', member_count: 2 }, second);
        await isShutOut(bob, 'fair', said);
        await sam.sends('fair', 'Peace again');
        await carol.receives('message.created', { text: 'Peace again' });
        await bob.hearsNothingOf('message.created', { text: 'Peace again' });

        // Who would add the banned user is told; the channel's list is for who governs it.
        for (const one of [carol, sam]) {
            assertRefused(await one.post(`${one.pathOf('fair')}/members`, { user: bob.id }), 409, 'user_banned', 'user');
            assertRefused(await one.asks('member.add', { conversation: one.idOf('fair'), user: bob.id }), 409, 'user_banned');
        }
        assertRefused(await carol.get(bans), 403, 'not_allowed');
        assert.deepEqual((await sam.get(bans)).body.bans.map((one) => one.user.username), ['bob']);
        assert.deepEqual((await sam.asks('member.bans', { conversation: sam.idOf('fair') })).body.bans.length, 1);

        const lifted = await sam.delete(`${bans}/${bob.id}`);
        assert.equal(lifted.status, 200, lifted.text);
        assertRefused(await sam.delete(`${bans}/${bob.id}`), 404, 'not_found');
        assert.equal((await bob.asks('conversation.join', { conversation: bob.idOf('fair') })).status, 200);
        await bob.receives('conversation.joined', { conversation: { name: 'fair' } }, second);

        const told = (await ann.get(`/api/v1/audit?actor=${sam.id}`)).body.entries.filter((one) => one.details.conversation === bob.idOf('fair'));
        assert.deepEqual(told.map((one) => [one.action, one.subject.id]), [['member.unbanned', bob.id], ['member.banned', bob.id]]);
        assert.deepEqual(told[1].details, { conversation: bob.idOf('fair'), until: null, reason: 'Advertised.' });
    });

    story('a ban with an end is over by itself, and over the socket it is made alike', async ({ sam, bob }) => {
        await sam.creates('channel', 'pond', { members: [bob] });
        await bob.connects();
        await sam.connects();
        const conversation = sam.idOf('pond');
        assertRefused(await sam.asks('member.ban', { conversation, user: bob.id, until: '2001-01-01T00:00:00Z' }), 400, 'until_past', 'until');
        const until = new Date(Date.now() + 2500).toISOString();
        const made = await sam.asks('member.ban', { conversation, user: bob.id, until });
        assert.equal(made.status, 200, JSON.stringify(made.body));
        await bob.receives('conversation.left', { reason: 'banned' }, second);
        assertRefused(await bob.post(`${bob.pathOf('pond')}/join`), 404, 'not_found');
        const joined = await eventually(async () => {
            const answer = await bob.post(`${bob.pathOf('pond')}/join`);
            return answer.status === 200 ? Date.now() : undefined;
        }, 'the ban to be over');
        assert.ok(joined >= Date.parse(until), 'not before its time');
        assert.deepEqual((await sam.asks('member.bans', { conversation })).body.bans, []);
        assertRefused(await sam.asks('member.ban', { conversation, user: sam.id }), 400, 'own_ban');
    });

    story('another role holds at once where the socket is open, in the tenant and in a conversation', async ({ ann, bob, carol }) => {
        await ann.creates('channel', 'bench', { members: [bob, carol] });
        await bob.connects();
        const conversation = bob.idOf('bench');
        const said = await carol.sends('bench', 'Rude words');
        const rename = () => bob.asks('conversation.update', { conversation, topic: 'Mine' });
        assertRefused(await rename(), 403, 'not_allowed');
        await ann.makes('bench', bob, 'admin');
        await bob.receives('member.updated', { member: { role: 'admin', user: { id: bob.id } } }, second);
        assert.equal((await rename()).status, 200);
        await ann.makes('bench', bob, 'member');
        await bob.receives('member.updated', { member: { role: 'member' } }, second);
        assertRefused(await rename(), 403, 'not_allowed');
        assertRefused(await bob.patch(bob.pathOf('bench'), { topic: 'Mine' }), 403, 'not_allowed');

        assertRefused(await bob.asks('audit.list'), 403, 'permission_missing');
        assert.equal((await ann.patch(`/api/v1/users/${bob.id}`, { role: 'admin' })).status, 200);
        await bob.receives('rights.updated', {}, second);
        assert.equal((await bob.asks('audit.list')).status, 200);
        assert.equal((await bob.get('/api/v1/audit')).status, 200);
        assert.equal((await ann.patch(`/api/v1/users/${bob.id}`, { role: 'member' })).status, 200);
        await bob.receives('rights.updated', {}, second);
        assertRefused(await bob.asks('audit.list'), 403, 'permission_missing');
        assertRefused(await bob.get('/api/v1/audit'), 403, 'permission_missing');
        assertRefused(await bob.asks('message.delete', { message: said.id }), 403, 'permission_missing');
    });

    story('one session ends and the others go on; then all of them end', async ({ dora }) => {
        const [phone, laptop, tablet] = [await signsIn(dora), await signsIn(dora), await signsIn(dora)];
        let began = Date.now();
        assert.equal((await laptop.delete(`/api/v1/sessions/${phone.session}`)).status, 200);
        await endsWithinASecond(phone, began);
        assert.equal((await laptop.asks('user.me')).status, 200);
        assert.equal(laptop.socket.end, undefined);
        began = Date.now();
        assert.equal((await tablet.asks('session.end_all')).status, 200);
        await Promise.all([laptop, tablet].map((one) => endsWithinASecond(one, began)));
    });

    story('a new password ends every other session, the sockets of which close', async ({ dora }) => {
        const [here, there] = [await signsIn(dora), await signsIn(dora)];
        const changed = await here.asks('password.change', { old_password: password, new_password: password });
        assert.equal(changed.status, 200, JSON.stringify(changed.body));
        const began = Date.now(); // not sooner: two passwords are hashed first
        await endsWithinASecond(there, began);
    });

    story('an account that the operator disables at the command line loses its open sockets', async ({ ann, finn, carol, world }) => {
        await ann.creates('channel', 'shed', { members: [finn, carol] });
        const signed = await signsIn(finn);
        await finn.connects();
        await carol.connects();
        let began = Date.now();
        const disabling = world.server.cli('user', 'disable', '--tenant', 'acme', 'finn').then(() => (began = Date.now()));
        // From the moment at which the tool has ended, at the latest.
        await Promise.all([signed, finn].map((one) => one.socket.ends()));
        await disabling;
        await endsWithinASecond(signed, began);
        await endsWithinASecond(finn, began);
        assertRefused(await finn.request('POST', '/api/v1/sessions', { username: 'finn', password }, { token: null }), 401, 'sign_in_failed');
        await carol.receives('presence.changed', { user: finn.id, presence: 'offline' });
        await world.server.cli('user', 'enable', '--tenant', 'acme', 'finn');
    });

    story("a guest's session ends: by an admin, with its account, and by its time", async ({ ann, bob }) => {
        const comes = async () => {
            const answer = await ann.request('POST', '/api/v1/sessions/guest', { display_name: 'Passer-by' }, { token: null });
            assert.equal(answer.status, 201, answer.text);
            const guest = bob.onAnotherDevice(answer.body.token);
            guest.id = answer.body.user.id;
            await guest.connects();
            return guest;
        };
        const [one, two] = [await comes(), await comes()];
        let began = Date.now();
        assert.equal((await ann.delete(`/api/v1/users/${one.id}/sessions`)).status, 200);
        await endsWithinASecond(one, began);
        began = Date.now();
        assert.equal((await ann.patch(`/api/v1/users/${two.id}`, { disabled: true })).status, 200);
        await endsWithinASecond(two, began);
        // Guests stay for hours; what ends a session at its time is the same for a token, whose end can be chosen.
        const end = Date.now() + 2000;
        const made = await bob.post('/api/v1/tokens', { name: 'for a moment', expires_at: new Date(end).toISOString() });
        assert.equal(made.status, 201, made.text);
        const device = bob.onAnotherDevice(made.body.token);
        await device.connects();
        assert.equal((await device.socket.ends()).code, 1008);
        assert.ok(Date.now() >= end && Date.now() < end + second + 500, `${Date.now() - end} ms after its end`);
        await device.isSignedOut(device.token, second);
    });

    story("a revoked token's sockets close, and no other's", async ({ bob }) => {
        const made = (await bob.post('/api/v1/tokens', { name: 'lost phone' })).body;
        const phone = bob.onAnotherDevice(made.token);
        await phone.connects();
        await bob.connects();
        const began = Date.now();
        assert.equal((await bob.asks('token.revoke', { token: made.id })).status, 200);
        await endsWithinASecond(phone, began);
        await bob.catchesUp();
    });
});
