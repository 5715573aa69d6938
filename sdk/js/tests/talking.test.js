// People talk by the SDK: what is sent stands there at once, everybody comes to the same state.
import assert from 'node:assert/strict';
import WebSocket from 'ws';
import { eventually } from '../../../tests/acceptance/lib/deadline.js';
import { stories } from '../../../tests/acceptance/lib/story.js';
import { assertAsFresh, clientOf, roomOf, textsIn, until } from './lib/clients.js';

const tenants = { acme: { people: { ann: 'admin', bob: 'member', carol: 'member' }, settings: { presence: { typing_seconds: 2 } } } };

stories('talking by the SDK', { tenants }, (story) => {
    story('a message stands there at once, and once it is stored it is the message itself', async ({ ann, bob }) => {
        await ann.creates('channel', 'lobby', { members: [bob] });
        const id = ann.idOf('lobby');
        const [one, other] = [await clientOf(ann), await clientOf(bob)];
        await Promise.all([one.load(id), other.load(id)]);
        const sending = one.send(id, 'Hello');
        assert.deepEqual(roomOf(one, id).local.map(({ text, key }) => [text, key]), [['Hello', sending.key]]);
        const stored = await sending.stored;
        assert.equal(stored.text, 'Hello');
        await until(one, () => roomOf(one, id).local.length === 0);
        assert.deepEqual(roomOf(one, id).messages.map((each) => each.id), [stored.id]);
        assert.equal(roomOf(one, id).membership.unread, 0);
        await until(other, () => textsIn(other, id).includes('Hello'));
        assert.equal(roomOf(other, id).membership.unread, 1);
        other.markRead(id);
        await until(other, () => roomOf(other, id).membership.unread === 0);
    });

    story('many at once keep their order and are neither lost nor doubled, whoever looks', async ({ ann, bob }) => {
        await ann.creates('channel', 'rush', { members: [bob] });
        const id = ann.idOf('rush');
        const [one, other] = [await clientOf(ann), await clientOf(bob)];
        await one.load(id);
        const seen = [];
        // At no moment is a message there twice or missing between being local and being stored.
        one.store.subscribe(() => {
            const room = roomOf(one, id);
            const keys = [...room.messages.filter((each) => each.author === ann.id).map((each) => each.client_key), ...room.local.map((each) => each.key)];
            seen.push(keys.length);
            assert.equal(new Set(keys).size, keys.length, 'twice at one moment');
        });
        const mine = Array.from({ length: 40 }, (_, i) => one.send(id, `mine ${i}`));
        const theirs = Array.from({ length: 40 }, (_, i) => other.send(id, { text: `theirs ${i}`, data: { i } }));
        await Promise.all([...mine, ...theirs].map((each) => each.stored));
        for (const client of [one, other]) {
            await client.load(id);
            await until(client, () => roomOf(client, id).messages.length >= 50 && roomOf(client, id).local.length === 0 && roomOf(client, id).conversation.last_seq === 80);
            while (roomOf(client, id).moreBefore) await client.load(id, 'before');
            const texts = textsIn(client, id);
            for (const [who, of] of [['mine', ann], ['theirs', bob]])
                assert.deepEqual(texts.filter((text) => text.startsWith(who)), Array.from({ length: 40 }, (_, i) => `${who} ${i}`), `${of.name}'s in their order`);
            assert.deepEqual(roomOf(client, id).messages.map((each) => each.seq), Array.from({ length: 80 }, (_, i) => i + 1));
        }
        assert.ok(seen.length > 10);
    });

    story('what is refused says why, can be sent again, and can be dropped', async ({ ann, bob, carol }) => {
        await ann.creates('channel', 'wall', { members: [bob] });
        const id = bob.idOf('wall');
        const client = await clientOf(bob);
        const sending = client.send(id, { text: '', type: 'text' });
        const failed = await until(client, () => roomOf(client, id).local.find((one) => one.state === 'failed'));
        assert.ok(failed.error.status >= 400 && failed.error.code, String(failed.error));
        client.send(id, 'And on');
        await until(client, () => roomOf(client, id).conversation.last_seq === 1);
        client.retry(sending.key);
        await until(client, () => roomOf(client, id).local[0]?.state === 'failed' && roomOf(client, id).local[0].error !== failed.error);
        assert.equal(client.drop(sending.key), true);
        assert.deepEqual(roomOf(client, id).local, []);
        await assert.rejects(sending.stored, { code: 'dropped' });
        assert.equal(client.drop('nothing of this kind'), false);
        await assert.rejects(client.call('message.list', { conversation: '1' }), (why) => why.status === 404 && why.code === 'not_found');
        await assert.rejects(client.call('message.send', { conversation: 'x' }), (why) => why.status === 400 && why.field === 'conversation');
        void carol;
    });

    story('edits, deletions, replies, threads, members, names: old state + events = fresh state', async ({ ann, bob, carol }) => {
        await ann.creates('channel', 'all', { members: [bob] });
        const id = ann.idOf('all');
        const client = await clientOf(bob);
        await client.load(id);
        await client.loadMembers(id);
        const first = await ann.sends('all', 'First of all, @bob');
        const reply = await ann.sends('all', 'To the first', { reply_to: first.id });
        await bob.sends('all', 'In the thread', { thread_root: first.id });
        await ann.edits(first, 'The first of all');
        await ann.sends('all', 'For @bob as well');
        const gone = await ann.sends('all', 'Away for @bob');
        await ann.deletes(gone);
        const purged = await ann.sends('all', 'For good');
        await ann.sends('all', 'Says something of that', { reply_to: purged.id });
        await ann.purges(purged);
        await bob.hasRead('all', 2);
        await carol.joins('all');
        await ann.makes('all', carol, 'admin');
        await carol.sends('all', 'I am here');
        await carol.patch('/api/v1/users/me', { display_name: 'Carol of the Hill' });
        await ann.patch(ann.pathOf('all'), { topic: 'everything' });
        await ann.deletes(reply);
        await bob.patch(`${bob.pathOf('all')}/membership`, { pinned: true, notify: 'mentions' });
        await ann.creates('channel', 'later', { members: [bob] });
        await ann.opensDirect(bob);
        await ann.removes('all', carol);
        await bob.joins('later').catch(() => {});
        await ann.sends('later', 'Late');
        await assertAsFresh(client, bob);
        assert.ok(roomOf(client, ann.idOf('later')));
        await bob.leaves('later');
        await until(client, () => !roomOf(client, ann.idOf('later')));
        await assertAsFresh(client, bob);
    });

    story('pages go both ways without holes, also while people write', async ({ ann, bob }) => {
        await ann.creates('channel', 'long', { members: [bob] });
        const id = ann.idOf('long');
        for (let i = 1; i <= 60; ++i) await ann.sends('long', `message ${i}`);
        const client = await clientOf(bob, { pageSize: 10 });
        await client.load(id, { around: 30 });
        const around = roomOf(client, id);
        assert.ok(around.messages.some((one) => one.seq === 30) && around.moreBefore && around.moreAfter);
        const writing = (async () => { for (let i = 61; i <= 80; ++i) await ann.sends('long', `message ${i}`); })();
        while (roomOf(client, id).moreAfter) await client.load(id, 'after');
        while (roomOf(client, id).moreBefore) await Promise.all([client.load(id, 'before'), client.load(id, 'before')]);
        await writing;
        await until(client, () => roomOf(client, id).messages.at(-1).seq === 80);
        assert.deepEqual(roomOf(client, id).messages.map((one) => one.seq), Array.from({ length: 80 }, (_, i) => i + 1));
        await client.load(id, { around: 5 });
        assert.ok(roomOf(client, id).moreAfter);
        await ann.sends('long', 'message 81');
        await until(client, () => roomOf(client, id).conversation.last_seq === 81);
        assert.ok(!textsIn(client, id).includes('message 81'), 'there would be a hole');
        await client.load(id);
        assert.equal(textsIn(client, id).at(-1), 'message 81');
    });

    story('what is far from what is read can be let go of, and comes back without holes', async ({ ann, bob }) => {
        await ann.creates('channel', 'endless', { members: [bob] });
        const id = ann.idOf('endless');
        for (let i = 1; i <= 60; ++i) await ann.sends('endless', `message ${i}`);
        const client = await clientOf(bob, { pageSize: 10 });
        const seqs = () => roomOf(client, id).messages.map((one) => one.seq);
        const from = (first, count) => Array.from({ length: count }, (_, i) => first + i);
        await client.load(id);
        while (roomOf(client, id).moreBefore) {
            await client.load(id, 'before');
            client.trim(id, seqs()[0], 20);
            assert.ok(seqs().length <= 20);
        }
        assert.deepEqual(seqs(), from(1, 20));
        assert.deepEqual([roomOf(client, id).moreBefore, roomOf(client, id).moreAfter], [false, true]);
        await ann.sends('endless', 'message 61');
        await until(client, () => roomOf(client, id).conversation.last_seq === 61);
        assert.deepEqual(seqs(), from(1, 20), 'there would be a hole');

        // While a page is on its way it is not known beside what it will be put.
        const loading = client.load(id, 'after');
        await until(client, () => roomOf(client, id).loading);
        client.trim(id, 1, 5);
        await loading;
        assert.deepEqual(seqs(), from(1, 30));
        client.trim(id, 15, 10);
        assert.deepEqual(seqs(), from(10, 10));
        assert.deepEqual([roomOf(client, id).moreBefore, roomOf(client, id).moreAfter], [true, true]);
        while (roomOf(client, id).moreAfter) await client.load(id, 'after');
        client.trim(id, 61, 10);
        assert.deepEqual(seqs(), from(52, 10));
        await ann.sends('endless', 'message 62');
        await until(client, () => seqs().at(-1) === 62);
        while (roomOf(client, id).moreBefore) await client.load(id, 'before');
        await assertAsFresh(client, bob);
    });

    story('who is here and who writes', async ({ ann, bob }) => {
        await ann.creates('channel', 'desk', { members: [bob] });
        const id = ann.idOf('desk');
        const one = await clientOf(ann);
        const other = await clientOf(bob);
        await until(one, (state) => state.presence.get(bob.id)?.presence === 'online');
        other.typing(id);
        await until(one, () => roomOf(one, id).typing.includes(bob.id));
        await other.send(id, 'There').stored;
        await until(one, () => roomOf(one, id).typing.length === 0);
        other.typing(id);
        await until(one, () => roomOf(one, id).typing.includes(bob.id));
        await until(one, () => roomOf(one, id).typing.length === 0, 'the typing to end by itself');
        other.close();
        await until(one, (state) => !state.presence.has(bob.id));
    });

    story('that somebody writes and stopped is said in this order, whatever the server takes first', async ({ ann, bob }) => {
        await ann.creates('channel', 'order', { members: [bob] });
        const id = ann.idOf('order');
        const said = [];
        class Told extends WebSocket {
            constructor(...where) {
                super(...where);
                const asked = new Map();
                const send = this.send.bind(this);
                this.send = (text) => {
                    const { id, command } = JSON.parse(text);
                    if (command.startsWith('typing.')) said.push(asked.set(id, command).get(id));
                    send(text);
                };
                this.on('message', (bytes) => {
                    const answered = asked.get(JSON.parse(bytes).id);
                    if (answered) said.push(`${answered} answered`);
                });
            }
        }
        const client = await clientOf(bob, { WebSocket: Told });
        client.typing(id);
        client.stopTyping(id);
        client.typing(id);
        await client.send(id, 'Done').stored;
        const wanted = ['start', 'stop', 'start', 'stop'].flatMap((one) => [`typing.${one}`, `typing.${one} answered`]);
        await eventually(() => (said.length >= wanted.length ? true : undefined), 'all to be said and answered');
        assert.deepEqual(said, wanted);
    });

    story('the store tells of what a selector takes and of nothing else', async ({ ann, bob }) => {
        await ann.creates('channel', 'select', { members: [bob] });
        await ann.creates('channel', 'noise', { members: [bob] });
        const id = ann.idOf('select');
        const client = await clientOf(bob);
        const told = [];
        const end = client.store.select((state) => state.conversations.get(id)?.membership?.unread, (now, before) => told.push([before, now]));
        await ann.sends('noise', 'Not for this one');
        await ann.sends('select', 'One');
        await until(client, () => roomOf(client, id).membership.unread === 1);
        await ann.sends('noise', 'Again');
        await until(client, () => roomOf(client, ann.idOf('noise')).membership.unread === 2);
        assert.deepEqual(told, [[0, 1]]);
        end();
        await ann.sends('select', 'Two');
        await until(client, () => roomOf(client, id).membership.unread === 2);
        assert.deepEqual(told, [[0, 1]]);
    });
});
