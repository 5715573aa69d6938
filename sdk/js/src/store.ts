// All that is known here, and how events change it: old state + events = fresh state.
import type { Conversation, Events, Id, Member, Membership, Message, MessagePage, Presence, Seq, Snapshot, User } from './api.js';
import type { ConversationState, LocalMessage, State, Store, Totals } from './index.js';
import { isGone, membersAfter, membershipAfter, messagesAfter, withOne, type LogEvent } from './after_event.js';
import { aside } from './later.js';

const catchingUpShows = 50; // milliseconds
const nothing: State = {
    status: 'idle', retryAt: null, session: null, self: null, limits: null, position: 0, conversations: new Map(), users: new Map(), presence: new Map(),
};

const userOf = ({ id, username, display_name, status_text, status_expires_at, disabled }: User): User => ({ id, username, display_name, status_text, status_expires_at, disabled });
const alike = (one: User | undefined, other: User) => one !== undefined && (Object.keys(other) as (keyof User)[]).every((name) => one[name] === other[name]);

/** Unread messages and mentions of all conversations that may notify. */
export function totals(state: State): Totals {
    let unread = 0;
    let mentions = 0;
    for (const { membership } of state.conversations.values()) {
        if (!membership || membership.notify === 'none') continue;
        unread += membership.unread;
        mentions += membership.mentions;
    }
    return { unread, mentions };
}

/** The state, and everything that changes it. */
export class Model implements Store {
    #state: State = nothing;
    #listeners = new Set<(state: State) => void>();
    #isToTell = false;
    #endWait: (() => void) | undefined;
    #locals = new Map<Id, readonly LocalMessage[]>();
    #typing = new Map<string, () => void>();
    #recordings = new Set<{ conversation: Id; events: LogEvent[] }>();
    #held: LogEvent[] | undefined;
    /** Grows with each snapshot and each conversation that is left: what was asked for before it is of another time. */
    generation = 0;
    /** Whose messages or members are to be loaded anew since the snapshot. */
    readonly stale = new Set<Id>();

    constructor(
        private readonly tell: {
            event(event: LogEvent): void;
            /** A message of one's own is in the log. */
            settled(message: Message): void;
            /** Nothing can be sent there any more. */
            left(conversation: Id): void;
            /** Rights changed: what may be seen is another thing now. */
            rights(): void;
            /** Everything is known anew, or something became stale. */
            refresh(): void;
            fault(why: unknown): void;
        },
    ) {}

    get = () => this.#state;

    subscribe(listener: (state: State) => void): () => void {
        const own = (state: State) => listener(state);
        this.#listeners.add(own);
        return () => void this.#listeners.delete(own);
    }

    select<T>(selector: (state: State) => T, listener: (now: T, before: T) => void, same: (one: T, other: T) => boolean = Object.is): () => void {
        let known = selector(this.#state);
        return this.subscribe((state) => {
            const now = selector(state);
            if (same(known, now)) return;
            const before = known;
            known = now;
            listener(now, before);
        });
    }

    change(part: Partial<State>): void {
        this.#state = { ...this.#state, ...part };
        // Thousands of events may come in; nobody has to draw each of them.
        if (this.#state.status === 'catching_up') return void (this.#endWait ??= aside(catchingUpShows, () => this.#tellListeners()));
        if (this.#isToTell) return;
        this.#isToTell = true;
        queueMicrotask(() => this.#tellListeners());
    }

    #tellListeners(): void {
        this.#isToTell = false;
        this.#endWait?.();
        this.#endWait = undefined;
        for (const listener of [...this.#listeners]) {
            try {
                listener(this.#state);
            } catch (why) {
                this.tell.fault(why);
            }
        }
    }

    /** Somebody else is signed in, or nobody: nothing of what is known is theirs. */
    forget(): void {
        for (const end of this.#typing.values()) end();
        this.#typing.clear();
        this.#recordings.clear();
        this.#locals.clear();
        this.#held = undefined;
        this.stale.clear();
        ++this.generation;
        const { status, retryAt, session } = this.#state;
        this.change({ ...nothing, status, retryAt, session });
    }

    // --- snapshots and the log

    /** Events wait until `release`: what comes meanwhile is newer or older than a snapshot that is on its way. */
    hold(): void {
        this.#held ??= [];
    }
    release(): void {
        const held = this.#held ?? [];
        this.#held = undefined;
        for (const one of held) this.apply(one);
    }

    begin(snapshot: Snapshot): void {
        ++this.generation;
        const before = this.#state.conversations;
        const conversations = new Map<Id, ConversationState>();
        for (const { conversation, membership } of snapshot.conversations) {
            const old = before.get(conversation.id);
            const { id } = conversation;
            // What is shown stays until it is loaded anew; nothing may be appended to it.
            if (old && (old.loaded || old.members)) this.stale.add(id);
            conversations.set(id, { ...(old ?? this.#room(conversation, membership)), conversation, membership, moreAfter: old?.loaded ?? false });
        }
        for (const [id, room] of before) {
            if (conversations.has(id)) continue;
            if (room.membership) this.#gone(id);
            else conversations.set(id, room);
        }
        const users = new Map(this.#state.users);
        for (const one of snapshot.people) users.set(one.id, one);
        users.set(snapshot.self.id, userOf(snapshot.self));
        this.change({
            conversations, users, self: snapshot.self, limits: snapshot.limits, position: snapshot.position,
            presence: new Map(snapshot.presence.map((one) => [one.user, one])),
        });
        for (const id of [...this.#locals.keys()]) if (!conversations.has(id)) this.tell.left(id);
        this.tell.refresh();
    }

    /** Everything up to there was heard. */
    reached(position: number): void {
        if (!this.#held && position > this.#state.position) this.change({ position });
    }

    apply(event: LogEvent): void {
        if (this.#held) return void this.#held.push(event);
        if (event.position <= this.#state.position) return;
        this.change({ position: event.position });
        this.#take(event as Events[keyof Events]);
        this.tell.event(event);
    }

    #take(event: Events[keyof Events]): void {
        const id = event.conversation;
        switch (event.type) {
            case 'user.updated':
                return this.#onUser(event.data.user);
            case 'rights.updated':
                return this.tell.rights();
            case 'session.ended':
                return;
            case 'conversation.joined':
                return this.#onJoined(id!, event.data);
            case 'conversation.left':
            case 'conversation.deleted':
                return this.remove(id!);
        }
        if (!id || !this.#state.conversations.has(id)) return;
        for (const one of this.#recordings) if (one.conversation === id) one.events.push(event);
        this.#tellOthers(id, event);
        this.#put(id, (room) => room && this.#inRoom(room, event));
    }

    #onJoined(id: Id, { conversation, membership, people }: Events['conversation.joined']['data']): void {
        this.addUsers(people);
        const old = this.#state.conversations.get(id);
        // Who only looked in heard nothing of what happened since.
        const isStale = old?.membership === null && (old.loaded || old.members !== null);
        if (isStale) this.stale.add(id);
        this.#put(id, () => ({ ...(old ?? this.#room(conversation, null)), conversation, membership, moreAfter: isStale || (old?.moreAfter ?? false) }));
        if (isStale) this.tell.refresh();
    }

    // What an event means elsewhere than in its conversation; before it is looked at there.
    #tellOthers(id: Id, event: Events[keyof Events]): void {
        if (event.type === 'member.added' || event.type === 'member.updated') this.addUsers([event.data.member.user]);
        if (event.type !== 'message.created' && event.type !== 'message.held') return;
        const { message } = event.data;
        if (event.type === 'message.created') this.#stopsTyping(id, message.author);
        if (!isGone(message) && message.author === this.#me && message.client_key) this.tell.settled(message);
    }

    #inRoom(room: ConversationState, event: Events[keyof Events]): ConversationState {
        const { membership, conversation } = room;
        switch (event.type) {
            case 'conversation.updated':
                return { ...room, conversation: event.data.conversation };
            case 'membership.updated':
                return { ...room, membership: event.data.membership };
            case 'read.updated':
                return { ...room, membership: membership && { ...membership, ...event.data } };
            case 'member.added':
            case 'member.updated': {
                const { member } = event.data;
                const own = member.user.id === this.#me && membership ? { ...membership, role: member.role, granted_role: member.granted_role } : membership;
                const member_count = event.type === 'member.added' ? event.data.member_count : conversation.member_count;
                return { ...room, membership: own, conversation: { ...conversation, member_count }, members: membersAfter(room.members, event) };
            }
            case 'member.removed':
                return { ...room, conversation: { ...conversation, member_count: event.data.member_count }, members: membersAfter(room.members, event) };
        }
        return event.type.startsWith('message.') ? this.#onMessage(room, event) : room;
    }

    #onMessage(room: ConversationState, event: Events[keyof Events]): ConversationState {
        const membership = membershipAfter(room.membership, event, this.#me);
        if (event.type !== 'message.created') return messagesAfter({ ...room, membership }, event);
        const conversation = { ...room.conversation, last_seq: event.data.message.seq!, last_message_at: event.at };
        return messagesAfter({ ...room, membership, conversation }, event);
    }

    get #me(): Id | undefined {
        return this.#state.self?.id;
    }

    #onUser(user: User): void {
        this.addUsers([user]);
        if (user.id === this.#me) this.change({ self: { ...this.#state.self!, ...user } });
        for (const [id, { members }] of this.#state.conversations) {
            const member = members?.get(user.id);
            if (member) this.#put(id, (room) => room && { ...room, members: new Map(members).set(user.id, { ...member, user }) });
        }
        for (const one of this.#recordings) one.events.push({ type: 'user.updated', position: 0, conversation: one.conversation, at: '', data: { user } });
    }

    // --- what is asked for

    #room(conversation: Conversation, membership: Membership | null): ConversationState {
        const local = this.#locals.get(conversation.id) ?? [];
        return { conversation, membership, messages: [], moreBefore: false, moreAfter: false, loaded: false, loading: false, withheld: [], local, members: null, typing: [] };
    }

    #put(id: Id, make: (old: ConversationState | undefined) => ConversationState | undefined): void {
        const made = make(this.#state.conversations.get(id));
        if (made) this.change({ conversations: new Map(this.#state.conversations).set(id, made) });
    }

    set(id: Id, part: Partial<ConversationState>): void {
        this.#put(id, (old) => old && { ...old, ...part });
    }
    add(conversation: Conversation, membership: Membership | null): void {
        // Who has joined meanwhile knows better by the events.
        this.#put(conversation.id, (old) => (old?.membership ? undefined : { ...(old ?? this.#room(conversation, membership)), conversation, membership }));
    }
    remove(id: Id): void {
        const conversations = new Map(this.#state.conversations);
        if (!conversations.delete(id)) return;
        this.change({ conversations });
        this.#gone(id);
    }
    #gone(id: Id): void {
        ++this.generation;
        this.stale.delete(id);
        this.tell.left(id);
    }

    /** What happens from now on in a conversation, until it is taken: an answer that is on its way may be older. */
    record(conversation: Id): () => LogEvent[] {
        const one = { conversation, events: [] as LogEvent[] };
        this.#recordings.add(one);
        return () => {
            this.#recordings.delete(one);
            return one.events;
        };
    }

    /** Puts a page beside what is there, or in its place, and what happened meanwhile on top. */
    addPage(id: Id, page: MessagePage, where: 'newest' | 'before' | 'after' | 'around', meanwhile: LogEvent[]): void {
        this.#put(id, (room) => {
            if (!room) return undefined;
            const there = room.messages;
            const messages = where === 'before' ? [...page.messages, ...there] : where === 'after' ? [...there, ...page.messages] : [...page.messages];
            const moreBefore = where === 'after' ? room.moreBefore : page.more_before;
            const moreAfter = where === 'before' ? room.moreAfter : where === 'newest' ? false : page.more_after;
            return meanwhile.reduce(messagesAfter, { ...room, messages, moreBefore, moreAfter, loaded: true });
        });
    }
    /** Not while a page is asked for, since it is put beside what was there then. */
    trim(id: Id, around: Seq, most: number): void {
        this.#put(id, (room) => {
            if (!room || room.loading || room.messages.length <= most) return undefined;
            const { messages, moreBefore, moreAfter } = room;
            const at = messages.findIndex((one) => one.seq! >= around);
            const middle = at < 0 ? messages.length : at;
            const from = Math.max(0, Math.min(middle - (most >> 1), messages.length - most));
            return { ...room, messages: messages.slice(from, from + most), moreBefore: moreBefore || from > 0, moreAfter: moreAfter || from + most < messages.length };
        });
    }
    setWithheld(id: Id, withheld: readonly Message[], meanwhile: LogEvent[]): void {
        // Of the events only what they do to these; the messages have had it already.
        this.#put(id, (room) => room && { ...room, withheld: meanwhile.reduce(messagesAfter, { ...room, withheld }).withheld });
    }
    addWithheld(id: Id, message: Message): void {
        this.#put(id, (room) => room && { ...room, withheld: withOne(room.withheld, message) });
    }
    setMembers(id: Id, members: ReadonlyMap<Id, Member>, meanwhile: LogEvent[]): void {
        const now = meanwhile.reduce(membersAfter, members);
        this.addUsers([...now.values()].map((one) => one.user));
        this.set(id, { members: now });
    }
    addUsers(all: readonly User[]): void {
        const { users } = this.#state;
        const added = all.filter((one) => !alike(users.get(one.id), one));
        if (added.length === 0) return;
        const made = new Map(users);
        for (const one of added) made.set(one.id, one);
        this.change({ users: made });
    }
    setPresence(all: readonly Presence[]): void {
        const presence = new Map(this.#state.presence);
        for (const one of all) {
            if (one.presence === 'offline') presence.delete(one.user);
            else presence.set(one.user, one);
        }
        this.change({ presence });
    }

    // --- one's own messages

    setLocal(conversation: Id, local: readonly LocalMessage[]): void {
        if (local.length > 0) this.#locals.set(conversation, local);
        else this.#locals.delete(conversation);
        this.set(conversation, { local });
    }
    /** Whether a message of this number was heard of already, or never will be. */
    hasHeard(conversation: Id, seq: Seq): boolean {
        const room = this.#state.conversations.get(conversation);
        return !room || seq <= room.conversation.last_seq;
    }

    // --- what happens now

    typing(conversation: Id, user: Id): void {
        if (user === this.#me) return;
        const key = `${conversation}/${user}`;
        this.#typing.get(key)?.();
        // The server says when it ends; this is for when that is not heard.
        this.#typing.set(key, aside(((this.#state.limits?.typing_seconds ?? 10) + 2) * 1000, () => this.#stopsTyping(conversation, user)));
        this.#put(conversation, (room) => (!room || room.typing.includes(user) ? undefined : { ...room, typing: [...room.typing, user] }));
    }
    #stopsTyping(conversation: Id, user: Id | undefined): void {
        const key = `${conversation}/${user}`;
        const end = this.#typing.get(key);
        if (!end) return;
        end();
        this.#typing.delete(key);
        this.#put(conversation, (room) => room && { ...room, typing: room.typing.filter((one) => one !== user) });
    }
    stoppedTyping(conversation: Id, user: Id): void {
        this.#stopsTyping(conversation, user);
    }
    /** Nothing is heard any more of who is here and who writes. */
    nobodyTypes(): void {
        for (const key of [...this.#typing.keys()]) this.#stopsTyping(...(key.split('/') as [Id, Id]));
    }
}
