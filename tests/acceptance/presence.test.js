// Who is here and who is writing: told to those who share a conversation, stored nowhere.
import assert from 'node:assert/strict';
import { eventually } from './lib/deadline.js';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';

const tenants = {
    acme: { people: { ann: 'admin', bob: 'member', carol: 'member', stranger: 'guest' }, settings: { presence: { typing_seconds: 2 } } },
};

stories('presence and typing', { tenants }, (story) => {
    story('Ann sees Bob come, be busy, and go', async ({ ann, bob, stranger }) => {
        await ann.creates('channel', 'hall', { members: [bob] });
        await ann.connects();
        await stranger.connects();
        const snapshot = await bob.connects();
        assert.ok(snapshot.presence.some((one) => one.user === ann.id && one.presence === 'online'));
        await ann.receives('presence.changed', { user: bob.id, presence: 'online' });
        assert.equal((await bob.put('/api/v1/users/me/presence', { presence: 'busy' })).status, 200);
        await ann.receives('presence.changed', { user: bob.id, presence: 'busy' });
        const seen = await ann.get(`/api/v1/presence?users=${bob.id},${stranger.id}`);
        assert.deepEqual(seen.body.presence.map((one) => [one.user, one.presence]), [[bob.id, 'busy']]);
        const nobody = await stranger.get(`/api/v1/presence?users=${bob.id},${ann.id}`);
        assert.deepEqual(nobody.body.presence, [], 'a stranger is told nothing');
        await bob.disconnects();
        await ann.receives('presence.changed', { user: bob.id, presence: 'offline' });
        await stranger.hearsNothingOf('presence.changed', {});
    });

    story('Bob is here as long as one of his devices is', async ({ ann, bob }) => {
        await ann.creates('channel', 'desk', { members: [bob] });
        await ann.connects();
        const phone = bob.onAnotherDevice();
        await bob.connects();
        await ann.receives('presence.changed', { user: bob.id, presence: 'online' });
        await phone.connects();
        await bob.disconnects();
        const seen = await ann.get(`/api/v1/presence?users=${bob.id}`);
        assert.equal(seen.body.presence[0]?.presence, 'online');
        await phone.isCutOff();
        await ann.receives('presence.changed', { user: bob.id, presence: 'offline' });
    });

    story('Bob is typing, and it ends when he stops, and by itself when he does not say', async ({ ann, bob, carol }) => {
        await ann.creates('channel', 'draft', { members: [bob] });
        await ann.creates('channel', 'elsewhere', { members: [carol] });
        await ann.connects();
        await carol.connects();
        await bob.connects();
        await bob.asks('typing.start', { conversation: bob.idOf('draft') });
        await ann.receives('typing.started', { conversation: bob.idOf('draft'), user: bob.id });
        await bob.delete(`${bob.pathOf('draft')}/typing`);
        await ann.receives('typing.stopped', { user: bob.id });
        await bob.post(`${bob.pathOf('draft')}/typing`);
        await ann.receives('typing.started', { user: bob.id });
        await ann.receives('typing.stopped', { user: bob.id });
        await carol.hearsNothingOf('typing.started', {});
        await bob.hearsNothingOf('typing.started', {});
        assertRefused(await carol.post(`${carol.pathOf('draft')}/typing`), 403, 'not_allowed');
        assertRefused(await bob.asks('typing.start', { conversation: '1' }), 404, 'not_found');
    });

    story('a program that only asks whether somebody is there makes nobody active', async ({ ann, bob }) => {
        await ann.creates('channel', 'pulse', { members: [bob] });
        await bob.connects();
        const lastActive = async () => (await ann.get(`/api/v1/presence?users=${bob.id}`)).body.presence[0].last_active;
        const before = await lastActive();
        assert.equal((await bob.asks('ping')).status, 200);
        assert.equal(await lastActive(), before);
        assert.equal((await bob.asks('user.me')).status, 200);
        await eventually(async () => ((await lastActive()) > before ? true : undefined), 'the command to count as activity');
    });
});
