// What an event of the log does to what is known of a conversation.
import type { Events, GoneMessage, Id, Member, Membership, Message, Seq, ThreadOf } from './api.js';
import type { ConversationState, PluginEvent } from './index.js';

export type LogEvent = Events[keyof Events] | PluginEvent;

const excerptBytes = 200;

/** What an event does to the counts of unread messages and mentions of `me`; doing it twice is not the same as once. */
export function membershipAfter(membership: Membership | null, event: Events[keyof Events], me: Id | undefined): Membership | null {
    if (!membership) return null;
    const named = (ids: readonly Id[]) => (ids.includes(me!) ? 1 : 0);
    const count = (message: { author?: Id; seq: Seq | null }, messages: number, mentions: number) =>
        message.author === me || (message.seq ?? 0) <= membership.last_read
            ? membership
            : { ...membership, unread: membership.unread + messages, mentions: membership.mentions + mentions };
    switch (event.type) {
        case 'message.created':
            return count(event.data.message, 1, named(event.data.message.mentions));
        case 'message.edited':
            return count(event.data.message, 0, named(event.data.mentions_added) - named(event.data.mentions_removed));
        case 'message.deleted':
            return count(event.data.message, -1, -named(event.data.mentions_removed));
        case 'message.purged':
            return event.data.was_deleted ? membership : count(event.data.message, -1, -named(event.data.message.mentions));
    }
    return membership;
}

export const isGone = (message: Message | GoneMessage): message is GoneMessage => 'purged' in message;

export function withOne(all: readonly Message[], message: Message): readonly Message[] {
    const at = all.findIndex((one) => one.id === message.id);
    return at < 0 ? [...all, message] : all.map((one, i) => (i === at ? message : one));
}

/** What an event does to the loaded messages; doing it twice is the same as once. */
export function messagesAfter(room: ConversationState, event: LogEvent): ConversationState {
    if (!event.type.startsWith('message.')) return room;
    const { message, thread } = event.data as { message: Message | GoneMessage; thread?: ThreadOf };
    const others = room.withheld.some((one) => one.id === message.id) ? room.withheld.filter((one) => one.id !== message.id) : room.withheld;
    if (event.type === 'message.held' || event.type === 'message.rejected') return isGone(message) ? { ...room, withheld: others } : { ...room, withheld: withOne(room.withheld, message) };
    if (event.type === 'message.withdrawn') return { ...room, withheld: others };
    if (!isGone(message) && message.state !== 'published') return { ...room, withheld: withOne(room.withheld, message) };
    let messages = isGone(message) ? room.messages.filter((one) => one.id !== message.id) : placed(room, message);
    if (messages.some((one) => one.reply_to?.id === message.id)) messages = messages.map((one) => (one.reply_to?.id === message.id ? { ...one, reply_to: summaryAfter(one.reply_to, message) } : one));
    if (thread) {
        const { root, ...summary } = thread;
        messages = messages.map((one) => (one.id === root ? { ...one, thread: summary } : one));
    }
    return { ...room, messages, withheld: others };
}

// In its place; a new one only where the end of the history is loaded.
function placed({ messages, loaded, moreAfter }: ConversationState, message: Message): readonly Message[] {
    const at = messages.findIndex((one) => one.id === message.id);
    if (at >= 0) return messages.map((one, i) => (i === at ? message : one));
    const last = messages.at(-1)?.seq ?? 0;
    return !loaded || moreAfter || (message.seq ?? 0) <= last ? messages : [...messages, message];
}

function summaryAfter(reply: NonNullable<Message['reply_to']>, message: Message | GoneMessage): Message['reply_to'] {
    return isGone(message) ? null : { ...reply, text: excerpt(message.text), deleted: message.deleted_at !== null };
}

// The start of a text as a reply shows it: at most 200 bytes, cut between characters.
function excerpt(text: string): string {
    const bytes = new TextEncoder().encode(text);
    if (bytes.length <= excerptBytes) return text;
    let end = excerptBytes;
    while ((bytes[end]! & 0xc0) === 0x80) --end;
    return `${new TextDecoder().decode(bytes.subarray(0, end))}…`;
}

/** The same for the members. */
export function membersAfter<M extends ReadonlyMap<Id, Member> | null>(members: M, event: LogEvent): M {
    if (!members) return members;
    const made = new Map<Id, Member>(members);
    if (event.type === 'member.removed') made.delete(event.data.user);
    else if (event.type === 'member.added' || event.type === 'member.updated') made.set(event.data.member.user.id, event.data.member);
    else if (event.type === 'user.updated' && made.has(event.data.user.id)) made.set(event.data.user.id, { ...made.get(event.data.user.id)!, user: event.data.user });
    else return members;
    return made as ReadonlyMap<Id, Member> as M;
}
