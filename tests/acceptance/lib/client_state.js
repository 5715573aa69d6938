// What a client knows: a snapshot, the history, and from then on events alone. The rules are those of the documents.
import assert from 'node:assert/strict';
import { signal, within } from './deadline.js';

const excerptBytes = 200;

// The start of a text as a reply shows it: at most 200 bytes, cut between characters.
function excerpt(text) {
    const bytes = Buffer.from(text, 'utf8');
    if (bytes.length <= excerptBytes) return text;
    let end = excerptBytes;
    while ((bytes[end] & 0xc0) === 0x80) --end;
    return `${bytes.subarray(0, end).toString('utf8')}…`;
}

export class ClientState {
    // `get(path)` answers a request of this person.
    constructor(get, me) {
        this.get = get;
        this.me = me;
        this.position = 0;
        this.applied = 0;
        this.queue = Promise.resolve();
        this.waiting = [];
    }

    // Everything anew; `snapshot` as the server gave it, or asked for here.
    async begin(snapshot) {
        snapshot ??= (await this.get('/api/v1/snapshot')).body;
        this.position = snapshot.position;
        this.self = snapshot.self;
        this.rooms = new Map();
        this.people = new Map(snapshot.people.map((one) => [one.id, one]));
        for (const { conversation, membership } of snapshot.conversations) {
            const room = { conversation, membership, members: new Map(), messages: new Map() };
            this.rooms.set(conversation.id, room);
        }
        for (const room of this.rooms.values()) await this.#load(room);
    }

    async #load(room) {
        const base = `/api/v1/conversations/${room.conversation.id}`;
        let before = room.conversation.last_seq + 1;
        for (let more = before > 1; more; ) {
            const page = await this.get(`${base}/messages?before=${before}&limit=200`);
            if (page.status !== 200) return; // left or deleted since; an event will say so
            for (const one of page.body.messages) room.messages.set(one.seq, one);
            more = page.body.more_before && page.body.messages.length > 0;
            if (page.body.messages.length > 0) before = page.body.messages[0].seq;
        }
        let members = await this.get(`${base}/members?limit=200`);
        while (members.status === 200) {
            for (const one of members.body.members) room.members.set(one.user.id, one);
            if (members.body.next === null) break;
            members = await this.get(`${base}/members?limit=200&after=${members.body.next}`);
        }
    }

    // Takes a frame of the WebSocket; they are applied one after another although some need more to be asked for.
    hear(frame) {
        this.queue = this.queue.then(() => this.apply(frame)).then(() => {
            this.waiting = this.waiting.filter((one) => !(one.test() && (one.resolve(), true)));
        });
        // settled() says it, too.
        this.queue.catch((why) => this.waiting.forEach((one) => one.reject(why)));
    }

    // When what has been heard makes this true.
    async until(test) {
        await this.queue;
        if (test()) return;
        const one = { ...signal(), test };
        this.waiting.push(one);
        await within(one.promise, () => `a client's state (at position ${this.position}) to make true ${test}`);
    }

    settled() {
        return this.queue;
    }

    async apply(event) {
        if (!('at' in event) || event.position <= this.position) return;
        this.position = event.position;
        ++this.applied;
        const { type, data, conversation } = event;
        if (type === 'user.updated') return this.#onUser(data.user);
        if (type === 'rights.updated') return this.begin();
        if (type === 'conversation.joined') return this.#onJoined(conversation, data);
        if (type === 'conversation.left' || type === 'conversation.deleted') return void this.rooms.delete(conversation);
        const room = this.rooms.get(conversation);
        assert.ok(room, `an event of a conversation that is not mine: ${JSON.stringify(event)}`);
        if (type === 'conversation.updated') room.conversation = data.conversation;
        else if (type === 'membership.updated') room.membership = data.membership;
        else if (type === 'read.updated') Object.assign(room.membership, data);
        else if (type.startsWith('member.')) this.#onMember(type, room, data);
        else if (type.startsWith('message.')) this.#onMessage(room, event);
        else assert.fail(`an event that no document names: ${type}`);
    }

    async #onJoined(id, { conversation, membership, people }) {
        const room = { conversation, membership, members: new Map(), messages: new Map() };
        this.rooms.set(id, room);
        for (const one of people) this.people.set(one.id, one);
        await this.#load(room);
    }

    #onUser(user) {
        if (user.id === this.me) Object.assign(this.self, user);
        if (this.people.has(user.id)) this.people.set(user.id, user);
        for (const room of this.rooms.values()) if (room.members.has(user.id)) room.members.get(user.id).user = user;
    }

    #onMember(type, room, data) {
        if (type === 'member.removed') {
            room.members.delete(data.user);
        } else {
            room.members.set(data.member.user.id, data.member);
            if (data.member.user.id === this.me) Object.assign(room.membership, { role: data.member.role, granted_role: data.member.granted_role });
        }
        if ('member_count' in data) room.conversation.member_count = data.member_count;
    }

    #count({ membership }, message, messages, mentions) {
        if (message.author === this.me || message.seq <= membership.last_read) return;
        membership.unread += messages;
        membership.mentions += mentions;
    }

    #onMessage(room, { type, data, at }) {
        const { message } = data;
        const named = (ids) => (ids.includes(this.me) ? 1 : 0);
        if (type === 'message.created') {
            assert.equal(message.seq, room.conversation.last_seq + 1, 'a hole in a conversation, or the same twice');
            room.conversation.last_seq = message.seq;
            room.conversation.last_message_at = at;
            this.#count(room, message, 1, named(message.mentions));
        } else if (type === 'message.edited') {
            this.#count(room, message, 0, named(data.mentions_added) - named(data.mentions_removed));
        } else if (type === 'message.deleted') {
            this.#count(room, message, -1, -named(data.mentions_removed));
        } else if (type === 'message.purged') {
            if (!data.was_deleted) this.#count(room, message, -1, -named(message.mentions));
            room.messages.delete(message.seq);
            this.#refreshReplies(room, message.id, null);
        } else {
            return; // held, rejected, withdrawn: not part of the conversation
        }
        if (!message.purged) {
            room.messages.set(message.seq, message);
            this.#refreshReplies(room, message.id, message);
        }
        if (data.thread) this.#refreshThread(room, data.thread);
    }

    // Replies to a message show what it says now.
    #refreshReplies(room, id, original) {
        for (const reply of room.messages.values()) {
            if (reply.reply_to?.id !== id) continue;
            if (!original) reply.reply_to = null;
            else Object.assign(reply.reply_to, { text: excerpt(original.text), deleted: original.deleted_at !== null });
        }
    }

    #refreshThread(room, { root, ...summary }) {
        for (const one of room.messages.values()) if (one.id === root) one.thread = summary;
    }

    // All of it, in one comparable value.
    state() {
        const inOrder = (map, by) => [...map.values()].sort(by);
        const byUser = (one, other) => one.user.id.localeCompare(other.user.id);
        const rooms = [...this.rooms.values()].sort((a, b) => a.conversation.id.localeCompare(b.conversation.id));
        return {
            self: this.self,
            rooms: rooms.map((room) => ({
                conversation: room.conversation,
                membership: room.membership,
                members: inOrder(room.members, byUser),
                messages: inOrder(room.messages, (one, other) => one.seq - other.seq),
                // Of more people than a snapshot gives may be known; only those of direct conversations must be.
                people: room.conversation.with.filter((id) => id !== this.me).map((id) => this.people.get(id)),
            })),
        };
    }
}

// Fails with the first difference rather than with two states of thousands of messages.
export function assertSameState(one, other, what) {
    assert.deepEqual(one.self, other.self, `${what}: oneself`);
    assert.deepEqual(one.rooms.map((room) => room.conversation), other.rooms.map((room) => room.conversation), `${what}: conversations`);
    one.rooms.forEach((room, i) => {
        const twin = other.rooms[i];
        const where = `${what}: ${room.conversation.name || room.conversation.kind}`;
        assert.deepEqual(room.membership, twin.membership, `${where}: membership`);
        assert.deepEqual(room.members, twin.members, `${where}: members`);
        assert.deepEqual(room.messages.map((each) => each.seq), twin.messages.map((each) => each.seq), `${where}: which messages`);
        room.messages.forEach((message, at) => assert.deepEqual(message, twin.messages[at], `${where}: message ${message.seq}`));
    });
    assert.deepEqual(one, other, what);
}
