// A thread: its first message and all replies, kept up to date by what is heard.
import { signal, type Signal } from '@preact/signals';
import type { Id, Message } from '@parley/client';
import { client } from './chat.ts';

export interface ThreadState {
    readonly root: Signal<Message | null>;
    readonly replies: Signal<readonly Message[]>;
    readonly loaded: Signal<boolean>;
    stop(): void;
}

const bySeq = (one: Message, other: Message) => (one.seq ?? Infinity) - (other.seq ?? Infinity) || one.id.localeCompare(other.id);

export function openThread(id: Id): ThreadState {
    const root = signal<Message | null>(null);
    const replies = signal<readonly Message[]>([]);
    const loaded = signal(false);
    const put = (one: Message) => (replies.value = [...replies.peek().filter((each) => each.id !== one.id), one].sort(bySeq));
    const hear = (event: { type: string; data: { message?: Message & { purged?: boolean } } }) => {
        const { message } = event.data;
        if (!message || !event.type.startsWith('message.')) return;
        if (message.purged || event.type === 'message.withdrawn') {
            if (message.id === id) root.value = null;
            replies.value = replies.peek().filter((each) => each.id !== message.id);
        } else if (message.id === id) root.value = message;
        else if (message.thread_root === id) put(message);
    };
    let gone = false;
    const load = async () => {
        try {
            root.value = await client.call('message.get', { message: id });
            let after = 0;
            for (let more = true; more && !gone; ) {
                const page = await client.call('message.thread', { message: id, after, limit: 200 });
                page.messages.forEach(put);
                more = page.more_after && page.messages.length > 0;
                after = page.messages.at(-1)?.seq ?? after;
            }
        } finally {
            loaded.value = true;
        }
    };
    const ends = [client.on('event', hear as never), client.on('snapshot', () => void load().catch(() => {}))];
    load().catch(() => {});
    return {
        root,
        replies,
        loaded,
        stop: () => {
            gone = true;
            ends.forEach((end) => end());
        },
    };
}
