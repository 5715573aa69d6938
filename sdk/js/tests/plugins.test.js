// What plugins bring comes through the SDK as well: their operations, their events, and messages that they hold.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { stories } from '../../../tests/acceptance/lib/story.js';
import { assertAsFresh, clientAt, clientOf, roomOf, textsIn, until } from './lib/clients.js';

const built = (name) => fileURLToPath(new URL(`../../../build/debug/${name}`, import.meta.url));
const zoo = process.env.PARLEY_ZOO ?? built('zoo');
const plugins = process.env.PARLEY_PLUGIN_FILES ?? built('plugins');
const acme = { people: { ann: 'admin', bob: 'member' } };

stories('reactions by the SDK', { tenants: { acme }, settings: { plugins: { folders: [plugins], load: ['reactions'], enable: ['reactions'] } } }, (story) => {
    story('operations and events that no type knows, over the WebSocket and over HTTP', async ({ ann, bob, world }) => {
        await ann.creates('channel', 'lobby', { members: [bob] });
        const hello = await ann.sends('lobby', 'hello');
        const client = await clientOf(ann);
        const heard = [];
        client.on('reaction.added', (event) => heard.push([event.data.emoji, event.data.count]));
        const any = [];
        client.on('event', (event) => any.push(event.type));
        assert.equal((await client.call('reaction.add', { message: hello.id, emoji: '👍' })).count, 1);
        const other = clientAt(world);
        await other.useToken(bob.token);
        assert.equal(other.status, 'idle', 'there is no WebSocket');
        assert.equal((await other.call('reaction.add', { message: hello.id, emoji: '👍' })).count, 2);
        await until(client, () => heard.length === 2);
        assert.deepEqual(heard, [['👍', 1], ['👍', 2]]);
        assert.deepEqual(any, ['reaction.added', 'reaction.added']);
        await assert.rejects(other.call('reaction.make_up', {}), { code: 'command_unknown' });
        await assert.rejects(client.call('reaction.make_up', {}), { code: 'command_unknown' });
    });
});

stories('messages that wait, by the SDK', { tenants: { acme }, settings: { plugins: { folders: [zoo], load: ['censor'], enable: ['censor'] } } }, (story) => {
    story('a held message stands with its author and reviewers until it is released or rejected', async ({ ann, bob }) => {
        await ann.creates('channel', 'lobby', { members: [bob] });
        const id = ann.idOf('lobby');
        const [reviewer, author] = [await clientOf(ann), await clientOf(bob)];
        await Promise.all([reviewer.load(id), author.load(id)]);
        const sending = author.send(id, 'hold me');
        const held = await sending.stored;
        assert.equal(held.state, 'held');
        for (const client of [author, reviewer]) {
            const [one] = await until(client, () => roomOf(client, id).withheld.length === 1 && roomOf(client, id).withheld);
            assert.deepEqual([one.id, one.state], [held.id, 'held']);
            assert.deepEqual(textsIn(client, id), []);
        }
        assert.deepEqual(roomOf(author, id).local, []);
        await reviewer.call('message.release', { message: held.id });
        for (const client of [author, reviewer]) {
            await until(client, () => textsIn(client, id).includes('hold me'));
            assert.deepEqual(roomOf(client, id).withheld, []);
        }
        const second = await author.send(id, 'hold me').stored;
        await reviewer.call('message.reject', { message: second.id, reason: 'Not that again.' });
        const [refused] = await until(author, () => roomOf(author, id).withheld[0]?.state === 'rejected' && roomOf(author, id).withheld);
        assert.equal(refused.state_reason, 'Not that again.');
        const third = await author.send(id, 'hold me').stored;
        await author.call('message.delete', { message: third.id });
        await until(author, () => roomOf(author, id).withheld.every((one) => one.id !== third.id));
        author.send(id, 'refuse me');
        const failed = await until(author, () => roomOf(author, id).local.find((one) => one.state === 'failed'));
        assert.deepEqual([failed.error.status, failed.error.code], [403, 'zoo_says_no']);
        author.drop(failed.key);
        await assertAsFresh(author, bob);
        await assertAsFresh(reviewer, ann);
    });
});
