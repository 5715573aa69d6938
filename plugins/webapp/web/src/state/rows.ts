// From messages to the rows of a conversation: days, the line before what is new, who begins to speak.
import type { Id, LocalMessage, Message } from '@parley/client';
import { dayOf } from '../i18n/times.ts';

export type Row =
    | { kind: 'day'; key: string; day: number }
    | { kind: 'new'; key: string }
    | { kind: 'message'; key: string; message: Message; leads: boolean }
    | { kind: 'local'; key: string; local: LocalMessage; leads: boolean };

// What somebody says within this time is one group.
const together = 5 * 60_000;

interface Given {
    messages: readonly Message[];
    withheld: readonly Message[];
    local: readonly LocalMessage[];
    /** The sequence after which everything is new; null: nothing is. */
    divider: number | null;
    me: Id;
}

// One's own messages keep their row when the server has stored them.
export const keyOf = (message: Message) => message.client_key ?? message.id;
const speaker = (message: Message) => `${message.from.source}${message.from.id}`;

// Held and rejected ones have no place in the order yet: they stand where they were written.
function merged(messages: readonly Message[], withheld: readonly Message[]): readonly Message[] {
    if (withheld.length === 0) return messages;
    const all: Message[] = [];
    let next = 0;
    for (const one of messages) {
        while (next < withheld.length && withheld[next]!.created_at < one.created_at) all.push(withheld[next++]!);
        all.push(one);
    }
    return [...all, ...withheld.slice(next)];
}

export function rowsOf({ messages, withheld, local, divider, me }: Given): Row[] {
    const rows: Row[] = [];
    let day = 0;
    let last: { who: string; at: number } | null = null;
    let isNew = divider === null;
    const enter = (created_at: string) => {
        const on = dayOf(created_at);
        if (on === day) return;
        day = on;
        last = null;
        rows.push({ kind: 'day', key: `day ${on}`, day: on });
    };
    const leads = (who: string, at: number, breaks: boolean) => {
        const first = breaks || !last || last.who !== who || at - last.at > together;
        last = { who, at };
        return first;
    };
    for (const message of merged(messages, withheld)) {
        enter(message.created_at);
        if (!isNew && message.seq !== null && message.seq > divider! && speaker(message) !== `user${me}`) {
            isNew = true;
            last = null;
            rows.push({ kind: 'new', key: 'new' });
        }
        const breaks = message.reply_to !== null || message.thread_root !== null || message.state !== 'published';
        const first = leads(speaker(message), Date.parse(message.created_at), breaks);
        rows.push({ kind: 'message', key: keyOf(message), message, leads: first });
        if (message.thread_root) last = null;
    }
    for (const one of local) {
        enter(one.created_at);
        rows.push({ kind: 'local', key: one.key, local: one, leads: leads(`user${me}`, Date.parse(one.created_at), one.reply_to !== undefined) });
    }
    return rows;
}
