// What could be meant by the letters before the caret: people, channels, emoji.
import type { ConversationState } from '@parley/client';
import { client, conversations, users } from './chat.ts';
import { findEmoji, loadEmoji } from './emoji.ts';

export interface Suggestion {
    key: string;
    /** What stands in the place of the letters. */
    insert: string;
    title: string;
    aside?: string;
    glyph?: string;
    user?: string;
}
export interface Trigger {
    kind: '@' | '#' | ':';
    wanted: string;
    from: number;
}

const trigger = /(?:^|[\s(])([@#:])([\p{L}\p{N}_.+-]*)$/u;

export function triggerAt(text: string, caret: number): Trigger | null {
    const found = trigger.exec(text.slice(Math.max(0, caret - 64), caret));
    if (!found) return null;
    const [, kind, wanted] = found as unknown as [string, Trigger['kind'], string];
    if (kind === ':' && wanted.length < 2) return null;
    return { kind, wanted, from: caret - wanted.length - 1 };
}

const most = 8;
const fits = (wanted: string, ...names: string[]) => names.some((one) => one.toLowerCase().split(/[\s._-]+/u).some((word) => word.startsWith(wanted)) || one.toLowerCase().startsWith(wanted));

async function people(wanted: string, room: ConversationState): Promise<Suggestion[]> {
    const small = room.conversation.member_count <= 1000;
    if (small && !room.members) await client.loadMembers(room.conversation.id).catch(() => undefined);
    const known = client.store.get().conversations.get(room.conversation.id)?.members;
    let found = known ? [...known.values()].map((one) => one.user) : [...users.peek().values()];
    if (!small && wanted) found = [...(await client.call('user.list', { prefix: wanted, limit: most })).users];
    return found
        .filter((one) => !one.disabled && fits(wanted, one.username, one.display_name))
        .sort((a, b) => Number(b.username.startsWith(wanted)) - Number(a.username.startsWith(wanted)) || a.username.localeCompare(b.username))
        .slice(0, most)
        .map((one) => ({ key: one.id, insert: `@${one.username} `, title: one.display_name || one.username, aside: `@${one.username}`, user: one.id }));
}

function channels(wanted: string): Suggestion[] {
    return [...conversations.peek().values()]
        .filter(({ conversation }) => conversation.kind === 'channel' && !/\s/.test(conversation.name) && fits(wanted, conversation.name))
        .slice(0, most)
        .map(({ conversation }) => ({ key: conversation.id, insert: `#${conversation.name} `, title: `#${conversation.name}`, aside: conversation.topic }));
}

export async function suggest(at: Trigger, room: ConversationState): Promise<Suggestion[]> {
    const wanted = at.wanted.toLowerCase();
    if (at.kind === '@') return people(wanted, room);
    if (at.kind === '#') return channels(wanted);
    const found = findEmoji(await loadEmoji(), wanted, most);
    return found.map((one) => ({ key: one.glyph, insert: `${one.glyph} `, title: one.label, glyph: one.glyph }));
}
