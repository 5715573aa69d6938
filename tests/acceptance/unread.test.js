// What is unread, and what of it names me: right after every act, for those who hear and for those who come back.
import assert from 'node:assert/strict';
import { assertSameState } from './lib/client_state.js';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';

const acme = { people: { ann: 'admin', bob: 'member', carol: 'member' } };

async function countsOf(person, name) {
    const { unread, mentions, last_read } = (await person.sees(name)).membership;
    return { unread, mentions, last_read };
}

stories('unread messages', { tenants: { acme } }, (story) => {
    story('what others say is unread, what one says oneself is not', async ({ ann, bob }) => {
        await ann.creates('channel', 'news', { members: [bob] });
        await ann.sends('news', 'One');
        await ann.sends('news', 'Two');
        await bob.sends('news', 'Three, by Bob');
        assert.deepEqual(await countsOf(bob, 'news'), { unread: 2, mentions: 0, last_read: 0 });
        assert.deepEqual(await countsOf(ann, 'news'), { unread: 1, mentions: 0, last_read: 0 });
        await bob.hasRead('news', 1);
        assert.deepEqual(await countsOf(bob, 'news'), { unread: 1, mentions: 0, last_read: 1 });
        await bob.hasRead('news', 3);
        assert.deepEqual(await countsOf(bob, 'news'), { unread: 0, mentions: 0, last_read: 3 });
    });

    story('being named counts, also when an edit names or unnames', async ({ ann, bob, carol }) => {
        await ann.creates('channel', 'names', { members: [bob, carol] });
        const state = await bob.follows();
        const first = await ann.sends('names', 'Hello @bob');
        assert.deepEqual(first.mentions, [bob.id]);
        await ann.sends('names', 'mail@bob.example and `@bob` are nobody');
        assert.deepEqual(await countsOf(bob, 'names'), { unread: 2, mentions: 1, last_read: 0 });
        await ann.edits(first, 'Hello @carol');
        assert.deepEqual(await countsOf(bob, 'names'), { unread: 2, mentions: 0, last_read: 0 });
        assert.deepEqual(await countsOf(carol, 'names'), { unread: 2, mentions: 1, last_read: 0 });
        await ann.edits(first, 'Hello @carol and @bob');
        assert.deepEqual(await countsOf(bob, 'names'), { unread: 2, mentions: 1, last_read: 0 });
        await ann.deletes(first);
        assert.deepEqual(await countsOf(bob, 'names'), { unread: 1, mentions: 0, last_read: 0 });
        await ann.purges(first);
        assert.deepEqual(await countsOf(bob, 'names'), { unread: 1, mentions: 0, last_read: 0 });
        await bob.catchesUp();
        await state.settled();
        assertSameState(state.state(), (await bob.freshState()).state(), 'bob');
    });

    story("reading on one device is seen on the other, and by nobody else", async ({ ann, bob }) => {
        await ann.creates('channel', 'devices', { members: [bob] });
        await ann.sends('devices', 'Ding @bob');
        await ann.connects();
        const phone = bob.onAnotherDevice();
        await bob.connects();
        await phone.connects();
        const now = await bob.asks('read.mark', { conversation: bob.idOf('devices'), seq: 1 });
        assert.equal(now.body.unread, 0);
        await phone.receives('read.updated', { last_read: 1, unread: 0, mentions: 0 });
        await ann.hearsNothingOf('read.updated', {});
    });

    story('Bob marks a message unread again, and reading never goes back by itself', async ({ ann, bob }) => {
        await ann.creates('channel', 'later', { members: [bob] });
        for (const text of ['One', 'Two @bob', 'Three']) await ann.sends('later', text);
        await bob.hasRead('later', 3);
        assert.deepEqual(await countsOf(bob, 'later'), { unread: 0, mentions: 0, last_read: 3 });
        await bob.hasRead('later', 1);
        assert.deepEqual(await countsOf(bob, 'later'), { unread: 0, mentions: 0, last_read: 3 }, 'an older device does not take it back');
        const back = await bob.marksUnread('later', 2);
        assert.deepEqual([back.unread, back.mentions, back.last_read], [2, 1, 1]);
        assertRefused(await bob.post(`${bob.pathOf('later')}/read`, { seq: 4 }), 400, 'seq_invalid', 'seq');
        assertRefused(await bob.post(`${bob.pathOf('later')}/unread`, { seq: 0 }), 400, 'field_range', 'seq');
    });

    story('pinning and notifications are one\'s own', async ({ ann, bob }) => {
        await ann.creates('channel', 'pins', { members: [bob] });
        await ann.connects();
        await bob.connects();
        const set = await bob.patch(`${bob.pathOf('pins')}/membership`, { pinned: true, notify: 'mentions' });
        assert.ok(set.body.pinned_at);
        assert.equal(set.body.notify, 'mentions');
        await bob.receives('membership.updated', { membership: { notify: 'mentions' } });
        await ann.hearsNothingOf('membership.updated', {});
        assertRefused(await bob.patch(`${bob.pathOf('pins')}/membership`, { notify: 'loud' }), 400, 'field_choice', 'notify');
    });
});
