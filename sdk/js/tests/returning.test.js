// Connections break, servers stop, people are away: nothing is lost and nothing comes twice.
import assert from 'node:assert/strict';
import WebSocket from 'ws';
import { eventually } from '../../../tests/acceptance/lib/deadline.js';
import { stories } from '../../../tests/acceptance/lib/story.js';
import { memoryStorage } from '../dist/index.js';
import { lay } from './lib/cable.js';
import { assertAsFresh, clientAt, clientOf, loadAll, quick, roomOf, textsIn, until } from './lib/clients.js';

const acme = { people: { ann: 'admin', bob: 'member', carol: 'member' }, settings: { messages: { max_graphemes: 100_000 } } };
// Of this one's log little is kept.
const brief = { people: { dora: 'admin', emil: 'member' }, settings: { events: { retention_count: 10 } } };

const numbered = (count, what) => Array.from({ length: count }, (_, i) => `${what} ${i}`);
const isQuiet = (client, id) => () => client.status === 'live' && roomOf(client, id).local.length === 0;

// A client whose cable can be cut.
async function cabled(t, person, options) {
    const cable = await lay(person.world.server.port);
    t.after(cable.remove);
    return [cable, await clientOf(person, { url: cable.url, ...options })];
}

stories('returning', { tenants: { acme } }, (story) => {
    story('a cable that is cut again and again in the middle of many messages', async ({ ann, bob, t }) => {
        await ann.creates('channel', 'tunnel', { members: [bob] });
        const id = ann.idOf('tunnel');
        const [cable, one] = await cabled(t, bob);
        const other = await clientOf(ann);
        await Promise.all([one.load(id), other.load(id)]);
        const mine = numbered(60, 'bob').map((text) => one.send(id, text));
        const theirs = numbered(60, 'ann').map((text) => other.send(id, text));
        for (const upto of [15, 40, 70, 90]) {
            await until(other, () => roomOf(other, id).conversation.last_seq >= upto);
            cable.cut();
        }
        await Promise.all([...mine, ...theirs].map((each) => each.stored));
        await until(one, isQuiet(one, id));
        await loadAll(one);
        for (const who of ['bob', 'ann']) assert.deepEqual(textsIn(one, id).filter((text) => text.startsWith(who)), numbered(60, who));
        await assertAsFresh(one, bob);
        await assertAsFresh(other, ann);
    });

    story('the connection ends between a message and its answer, and the message is there once', async ({ ann, bob, t }) => {
        await ann.creates('channel', 'gap', { members: [bob] });
        const id = ann.idOf('gap');
        const [cable, client] = await cabled(t, bob);
        await client.load(id);
        cable.loses = 'answers';
        const sending = client.send(id, 'Did you hear me?');
        await eventually(async () => ((await ann.reads('gap')).length === 1 ? true : undefined), 'the message to be stored');
        assert.equal(roomOf(client, id).local[0].state, 'sending');
        cable.cut();
        cable.loses = 'nothing';
        const stored = await sending.stored;
        await until(client, isQuiet(client, id));
        assert.deepEqual((await ann.reads('gap')).map((each) => each.id), [stored.id]);
        assert.deepEqual(roomOf(client, id).messages.map((each) => each.id), [stored.id]);
        await assertAsFresh(client, bob);
    });

    story('a connection on which nothing comes any more is noticed and left', async ({ ann, bob, t }) => {
        await ann.creates('channel', 'void', { members: [bob] });
        const id = ann.idOf('void');
        const [cable, client] = await cabled(t, bob, { timing: { idle: 100, answer: 300 } });
        await client.load(id);
        cable.loses = 'answers';
        await ann.sends('void', 'Anybody there?');
        await until(client, ({ status }) => status === 'waiting');
        cable.loses = 'nothing';
        cable.cut();
        await until(client, () => textsIn(client, id).includes('Anybody there?'));
    });

    story('a quiet connection stays, since somebody answers when it is asked', async ({ bob, t }) => {
        const [cable, client] = await cabled(t, bob, { timing: { idle: 20 } });
        const seen = [];
        client.on('status', (status) => seen.push(status));
        const before = cable.heard;
        await eventually(async () => (cable.heard > before + 10 ? true : undefined), 'ten answers that nobody asked for');
        assert.deepEqual(seen, []);
    });

    story('a server that starts anew: all come back, and what was written meanwhile is sent', async ({ ann, bob, world }) => {
        await ann.creates('channel', 'restart', { members: [bob] });
        const id = ann.idOf('restart');
        // The port is another one after the restart, as the cable knows.
        const cable = await lay(world.server.port);
        try {
            const [one, other] = [await clientOf(bob, { url: cable.url }), await clientOf(ann, { url: cable.url })];
            await Promise.all([one.load(id), other.load(id)]);
            const before = numbered(20, 'before').map((text) => one.send(id, text));
            await until(other, () => roomOf(other, id).conversation.last_seq >= 5);
            await world.server.stop();
            const meanwhile = numbered(10, 'meanwhile').map((text) => one.send(id, text));
            assert.ok(roomOf(one, id).local.length >= 10);
            await world.server.start();
            cable.to = world.server.port;
            await Promise.all([...before, ...meanwhile].map((each) => each.stored));
            await until(one, isQuiet(one, id));
            await loadAll(other);
            await until(other, () => roomOf(other, id).messages.length === 30);
            assert.deepEqual(textsIn(other, id), [...numbered(20, 'before'), ...numbered(10, 'meanwhile')]);
            await assertAsFresh(one, bob);
        } finally {
            cable.remove();
        }
    });

    story('what was written without a connection is sent by the next program that has the same storage', async ({ ann, bob, world, t }) => {
        await ann.creates('channel', 'later', { members: [bob] });
        await ann.creates('channel', 'elsewhere', { members: [bob] });
        const [id, there] = [ann.idOf('later'), ann.idOf('elsewhere')];
        const storage = memoryStorage();
        const [cable, first] = await cabled(t, bob, { storage });
        await first.load(id);
        cable.isDown = true;
        cable.cut();
        await until(first, ({ status }) => status === 'waiting');
        for (const text of numbered(5, 'offline')) first.send(id, text);
        first.send(there, { text: 'to another', data: { colour: 'blue' } });
        const dropped = first.send(id, 'never mind');
        await until(first, () => first.drop(dropped.key) || !roomOf(first, id).local.some((one) => one.key === dropped.key));
        assert.deepEqual(roomOf(first, id).local.map((one) => one.text), numbered(5, 'offline'));
        first.close();
        await eventually(async () => ((await storage.keys('')).length === 6 ? true : undefined), 'all to be in storage');

        cable.isDown = false;
        const second = clientAt(world, { url: cable.url, storage });
        await second.useToken(bob.token);
        await second.connect();
        await until(second, isQuiet(second, id));
        await until(second, isQuiet(second, there));
        assert.deepEqual((await ann.reads('later')).map((one) => one.text), numbered(5, 'offline'));
        const [other] = await ann.reads('elsewhere');
        assert.deepEqual([other.text, other.data], ['to another', { colour: 'blue' }]);
        await eventually(async () => ((await storage.keys('')).length === 0 ? true : undefined), 'nothing to be in storage');
        // And who signs in there next has nothing of it.
        const third = clientAt(world, { url: cable.url, storage });
        await third.useToken(ann.token);
        await third.connect();
        assert.deepEqual([...third.store.get().conversations.values()].flatMap((one) => one.local), []);
    });

    story('Carol reads too slowly, is cut off with 4001, and loses nothing', async ({ ann, carol }) => {
        await ann.creates('channel', 'flood', { members: [carol] });
        const id = ann.idOf('flood');
        const sockets = [];
        class Slow extends WebSocket {
            constructor(...args) {
                super(...args);
                sockets.push(this);
                this.on('close', (code) => (this.endedWith = code));
            }
        }
        const client = await clientOf(carol, { WebSocket: Slow, timing: { ...quick, answer: 60_000 } });
        await client.load(id);
        sockets[0].pause();
        const text = 'All work and no play makes Jack a dull boy. '.repeat(1400);
        const cutOff = async () => Number(/^parley_\w*slow_consumers\w* (\d+)/m.exec((await ann.get('/metrics')).text)[1]) > 0;
        while (!(await cutOff())) await Promise.all(Array.from({ length: 5 }, () => ann.sends('flood', text)));
        sockets[0].resume();
        for (let i = 0; i < 10; ++i) await ann.sends('flood', text);
        const { conversation } = await ann.sees('flood');
        await until(client, () => client.status === 'live' && roomOf(client, id).conversation.last_seq === conversation.last_seq);
        assert.equal(sockets[0].endedWith, 4001);
        assert.equal(sockets.length, 2);
        assert.deepEqual(roomOf(client, id).messages.map((one) => one.seq), Array.from({ length: conversation.last_seq }, (_, i) => i + 1));
        await assertAsFresh(client, carol);
    });

    story('rights that change are taken in by a snapshot while everything goes on', async ({ ann, bob }) => {
        await ann.creates('channel', 'rights', { members: [bob] });
        const id = ann.idOf('rights');
        const client = await clientOf(bob);
        await client.load(id);
        const writing = (async () => { for (let i = 0; i < 30; ++i) await ann.sends('rights', `word ${i}`); })();
        assert.equal((await ann.patch(`/api/v1/users/${bob.id}`, { role: 'manager' })).status, 200);
        await until(client, ({ self }) => self.role === 'manager');
        assert.equal((await ann.patch(`/api/v1/users/${bob.id}`, { role: 'member' })).status, 200);
        await until(client, ({ self }) => self.role === 'member');
        await writing;
        await until(client, () => textsIn(client, id).at(-1) === 'word 29');
        assert.deepEqual(textsIn(client, id), numbered(30, 'word'));
        await assertAsFresh(client, bob);
    });
});

stories('returning late', { tenants: { brief } }, (story) => {
    story('Emil was away for longer than the log reaches back, and his client starts afresh with what it showed', async ({ dora, emil, world }) => {
        await dora.creates('channel', 'archive', { members: [emil] });
        const id = dora.idOf('archive');
        const cable = await lay(world.server.port);
        try {
            const client = await clientOf(emil, { url: cable.url, pageSize: 20 });
            await dora.sends('archive', 'day 0');
            await client.load(id);
            await client.loadMembers(id);
            cable.isDown = true;
            cable.cut();
            for (let i = 1; i <= 30; ++i) await dora.sends('archive', `day ${i}`);
            // A server trims when it starts, and then each minute.
            await world.server.stop();
            await world.server.start();
            cable.to = world.server.port;
            await eventually(async () => ((await emil.get('/api/v1/events?since=0')).status === 410 ? true : undefined), 'the log to be trimmed');
            const snapshots = [];
            client.on('snapshot', (state) => snapshots.push(state.position));
            const waiting = client.send(id, 'I was away');
            cable.isDown = false;
            await waiting.stored;
            await until(client, isQuiet(client, id));
            await until(client, () => textsIn(client, id).at(-1) === 'I was away');
            assert.equal(snapshots.length, 1);
            assert.ok(!roomOf(client, id).messages.some((one, i, all) => i > 0 && one.seq !== all[i - 1].seq + 1), 'a hole');
            await assertAsFresh(client, emil);
        } finally {
            cable.remove();
        }
    });
});

const slow = { people: { ann: 'admin' }, settings: { limits: { messages_per_minute: 60, messages_burst: 3 } } };

stories('returning when told', { tenants: { slow }, settings: { server: { limits: true } } }, (story) => {
    story('more messages than are taken at once are sent later, in their order', async ({ ann }) => {
        await ann.creates('channel', 'patience');
        const id = ann.idOf('patience');
        const client = await clientOf(ann);
        await client.load(id);
        const begun = Date.now();
        await Promise.all(numbered(6, 'word').map((text) => client.send(id, text).stored));
        assert.ok(Date.now() - begun >= 2000, 'one a second after the first three');
        await until(client, isQuiet(client, id));
        assert.deepEqual(textsIn(client, id), numbered(6, 'word'));
    });
});
