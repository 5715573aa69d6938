// What somebody is writing: one draft for each conversation and thread, kept on this device until it is sent.
import { effect, signal, type Signal } from '@preact/signals';
import type { Id, Message } from '@parley/client';
import { keep, kept } from './keep.ts';

export interface DraftState {
    readonly text: Signal<string>;
    readonly reply: Signal<Message | null>;
    readonly editing: Signal<Message | null>;
    /** Counts up when the field is to have the focus. */
    readonly wanted: Signal<number>;
    /** What was there before a message was edited. */
    before: string;
}

const all = new Map<string, DraftState>();

export function draftOf(room: Id, thread?: Id): DraftState {
    const key = thread ? `${room}.${thread}` : room;
    let found = all.get(key);
    if (!found) {
        const name = `draft.${key}`;
        const text = signal(kept<string>(name, (one) => typeof one === 'string') ?? '');
        const editing = signal<Message | null>(null);
        found = { text, editing, reply: signal(null), wanted: signal(0), before: '' };
        all.set(key, found);
        effect(() => {
            if (!editing.value) keep(name, text.value || undefined);
        });
    }
    return found;
}

export function beginEdit(message: Message, thread?: Id) {
    const draft = draftOf(message.conversation, thread);
    if (!draft.editing.peek()) draft.before = draft.text.peek();
    draft.editing.value = message;
    draft.reply.value = null;
    draft.text.value = message.text;
    draft.wanted.value++;
}
export function endEdit(draft: DraftState) {
    draft.text.value = draft.before;
    draft.editing.value = null;
}
export function beginReply(message: Message, thread?: Id) {
    const draft = draftOf(message.conversation, thread);
    if (draft.editing.peek()) endEdit(draft);
    draft.reply.value = message;
    draft.wanted.value++;
}
