// Clients of the SDK for the people of a story; the server, its people and the clock's patience are those of the
// acceptance tests.
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import WebSocket from 'ws';
import { signal, within } from '../../../../tests/acceptance/lib/deadline.js';
import { createClient, memoryStorage } from '../../dist/index.js';

globalThis.crypto ??= webcrypto; // Node 18, which the tests of the server know as well

export const quick = { firstBackOff: 20, longestBackOff: 200 };

// A client that ends with its story. `by` is where it connects to, when not to the server itself.
export function clientAt(world, { url = world.server.url, timing, storage = memoryStorage(), ...more } = {}) {
    const client = createClient({ url, WebSocket, storage, timing: { ...quick, ...timing }, ...more });
    client.faults = [];
    client.on('error', (why) => client.faults.push(why));
    world.sockets.add({ ws: { terminate: () => client.close() }, closed: { promise: Promise.resolve() }, get fault() { return client.faults[0]; } });
    return client;
}

// As somebody of the story, connected and live.
export async function clientOf(person, options) {
    const client = clientAt(person.world, options);
    await client.useToken(person.token);
    await within(client.connect(), `${person.name}'s client to be live`);
    return client;
}

// When the state makes this true; gives what `test` gave.
export async function until(client, test, what = String(test)) {
    const found = signal();
    const look = () => {
        const value = test(client.store.get());
        if (value) found.resolve(value);
    };
    const end = client.store.subscribe(look);
    look();
    try {
        return await within(found.promise, () => `${what}; there is ${JSON.stringify(shown(client))}`);
    } finally {
        end();
    }
}

export const roomOf = (client, id) => client.store.get().conversations.get(id);
export const textsIn = (client, id) => roomOf(client, id).messages.map((one) => one.text);

const shown = (client) => {
    const { status, position, conversations } = client.store.get();
    const rooms = [...conversations.values()].map(({ conversation, membership, messages, local, loaded, moreAfter }) => ({
        name: conversation.name, last_seq: conversation.last_seq, unread: membership?.unread, loaded, moreAfter,
        last: messages.slice(-5).map((one) => one.text.slice(0, 40)), local: local.map((one) => [one.text.slice(0, 40), one.state, one.error?.code]),
    }));
    return { status, position, rooms };
};

// The whole history of all conversations, with members.
export async function loadAll(client) {
    for (const id of client.store.get().conversations.keys()) {
        await client.load(id);
        while (roomOf(client, id).moreAfter) await client.load(id, 'after');
        while (roomOf(client, id).moreBefore) await client.load(id, 'before');
        await client.loadMembers(id);
    }
}

// All of it in one comparable value: what two clients of one person must agree on.
export function everything(client) {
    const { self, limits, conversations, users } = client.store.get();
    const byId = (one, other) => one.localeCompare(other);
    return {
        self,
        limits,
        rooms: [...conversations.keys()].sort(byId).map((id) => {
            const { conversation, membership, messages, members, withheld } = conversations.get(id);
            return { conversation, membership, messages, withheld, members: [...members.keys()].sort(byId).map((user) => members.get(user)) };
        }),
        people: [...conversations.values()].flatMap((one) => [...one.members.keys()]).sort(byId).map((id) => users.get(id)),
    };
}

// Old state + events = fresh state.
export async function assertAsFresh(client, person) {
    // An own change that is heard after everything that was committed before it.
    const status_text = `mark ${++person.world.marks}`;
    assert.equal((await person.patch('/api/v1/users/me', { status_text })).status, 200);
    await until(client, (state) => state.self.status_text === status_text, 'to have heard of the mark');
    const fresh = await clientOf(person);
    await Promise.all([loadAll(client), loadAll(fresh)]);
    const [one, other] = [everything(client), everything(fresh)];
    one.rooms.forEach((room, i) => {
        assert.deepEqual(room.conversation, other.rooms[i].conversation);
        assert.deepEqual(room.membership, other.rooms[i].membership, room.conversation.name);
        assert.deepEqual(room.messages.map((each) => each.seq), other.rooms[i].messages.map((each) => each.seq), `which messages in ${room.conversation.name}`);
        assert.deepEqual(room.members, other.rooms[i].members, `members of ${room.conversation.name}`);
        assert.deepEqual(room.withheld, other.rooms[i].withheld, `withheld in ${room.conversation.name}`);
        room.messages.forEach((message, at) => assert.deepEqual(message, other.rooms[i].messages[at]));
    });
    assert.deepEqual(one.people, other.people, `whom ${person.name} knows`);
    assert.deepEqual(one, other);
    fresh.close();
}
