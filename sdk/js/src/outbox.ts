// One's own messages on their way: shown at once, kept while there is no connection, sent in order, stored once.
import type { Id, Message, Moment, Seq } from './api.js';
import { ParleyError } from './errors.js';
import type { Draft, LocalMessage, Sending, Timing } from './index.js';
import { after, backOff, Line, newKey, signal, type Signal } from './later.js';
import type { Storage } from './storage.js';

interface Entry {
    message: LocalMessage;
    /** Of this machine's messages; they are restored in this order. */
    order: number;
    seq?: Seq;
    readonly stored: Signal<Message>;
}

export interface OutboxNeeds {
    send(message: LocalMessage): Promise<Message>;
    /** Whether somebody is signed in for whom it could be sent. */
    mayTry(): boolean;
    show(conversation: Id, local: readonly LocalMessage[]): void;
    hasHeard(conversation: Id, seq: Seq): boolean;
    withheld(message: Message): void;
    fault(why: unknown): void;
}

export class Outbox {
    #entries: Entry[] = [];
    #busy = new Set<Id>();
    #waits = new Set<() => void>();
    #line = new Line();
    #prefix: string | undefined;
    #order = 0;

    constructor(
        private readonly storage: Storage,
        private readonly timing: Timing,
        private readonly needs: OutboxNeeds,
    ) {}

    /** Whose messages these are; `prefix` is theirs alone. What was not sent before comes back. */
    async belongsTo(prefix: string): Promise<void> {
        if (this.#prefix === prefix) return;
        this.#leave();
        this.#prefix = prefix;
        const restored: Entry[] = [];
        for (const key of await this.storage.keys(prefix)) {
            const text = await this.storage.get(key);
            if (!text) continue;
            const { order, message } = JSON.parse(text) as { order: number; message: LocalMessage & { error?: { code: string; message: string; status: number } } };
            const { error } = message;
            restored.push({ order, stored: signal(), message: { ...message, error: error && new ParleyError(error.code, error.message, error.status) } });
        }
        if (this.#prefix !== prefix) return;
        const known = new Set(this.#entries.map((one) => one.message.key));
        this.#entries = [...restored.filter((one) => !known.has(one.message.key)), ...this.#entries].sort((one, other) => one.order - other.order);
        for (const id of new Set(this.#entries.map((one) => one.message.conversation))) this.#show(id);
        this.flush();
    }

    /** Nobody is signed in any more; what is stored stays, unless it is to be forgotten. */
    async leave(forget: boolean): Promise<void> {
        const prefix = this.#prefix;
        this.#leave();
        if (!forget || !prefix) return;
        await this.#line.run(async () => {
            for (const key of await this.storage.keys(prefix)) await this.storage.remove(key);
        });
    }
    #leave(): void {
        this.#prefix = undefined;
        for (const one of this.#entries) one.stored.reject(new ParleyError('signed_out', 'Nobody is signed in any more.'));
        this.#entries = [];
        this.hurry();
    }

    add(conversation: Id, draft: Draft): Sending {
        const { text = '', type = 'text', data, reply_to, thread_root, client_key = newKey() } = draft;
        const known = this.#entries.find((one) => one.message.key === client_key);
        if (known) return { key: client_key, stored: known.stored.promise };
        const created_at: Moment = new Date().toISOString();
        this.#order = Math.max(this.#order + 1, Date.now());
        const message: LocalMessage = { key: client_key, conversation, type, text, data, reply_to, thread_root, created_at, state: 'pending', error: undefined };
        const entry: Entry = { message, order: this.#order, stored: signal() };
        this.#entries.push(entry);
        this.#keep(entry);
        this.#show(conversation);
        this.flush();
        return { key: client_key, stored: entry.stored.promise };
    }

    retry(key: string): void {
        const entry = this.#find(key);
        if (entry?.message.state !== 'failed') return;
        this.#set(entry, { state: 'pending', error: undefined });
        this.#keep(entry);
        this.flush();
    }

    drop(key: string): boolean {
        const entry = this.#find(key);
        if (!entry || (entry.message.state !== 'pending' && entry.message.state !== 'failed')) return false;
        this.#remove(entry);
        entry.stored.reject(new ParleyError('dropped', 'The message was dropped.'));
        return true;
    }

    /** It is in the log, or its author was told that it is held; whichever answer is still to come says nothing new. */
    settled(message: Message): void {
        const entry = this.#find(message.client_key!);
        if (!entry) return;
        this.#remove(entry);
        entry.stored.resolve(message);
    }

    /** After a snapshot: what was stored before it stands in it. */
    review(): void {
        for (const one of [...this.#entries]) if (one.seq !== undefined && this.needs.hasHeard(one.message.conversation, one.seq)) this.#remove(one);
    }

    /** Nothing can be sent there any more. */
    left(conversation: Id): void {
        for (const one of this.#entries.filter((each) => each.message.conversation === conversation)) {
            this.#remove(one);
            one.stored.reject(new ParleyError('dropped', 'One is not in the conversation any more.'));
        }
    }

    /** There may be a connection again: nobody waits any longer. */
    hurry(): void {
        for (const wake of [...this.#waits]) wake();
    }

    flush(): void {
        for (const { message } of this.#entries) if (message.state === 'pending' && !this.#busy.has(message.conversation)) void this.#work(message.conversation);
    }

    async #work(conversation: Id): Promise<void> {
        this.#busy.add(conversation);
        try {
            for (let tries = 0; this.needs.mayTry(); ) {
                const entry = this.#entries.find((one) => one.message.conversation === conversation && one.message.state === 'pending');
                if (!entry) return;
                const why = await this.#try(entry);
                if (!why) tries = 0;
                else await this.#wait(Math.max((why.retryAfter ?? 0) * 1000, backOff(++tries, this.timing.firstBackOff, this.timing.longestBackOff)));
            }
        } catch (why) {
            this.needs.fault(why);
        } finally {
            this.#busy.delete(conversation);
        }
    }

    // Gives why it should be tried again later.
    async #try(entry: Entry): Promise<ParleyError | undefined> {
        this.#set(entry, { state: 'sending' });
        try {
            this.#stored(entry, await this.needs.send(entry.message));
            return undefined;
        } catch (why) {
            if (!this.#entries.includes(entry)) return undefined; // its event came, or nobody is there any more
            if (!(why instanceof ParleyError)) throw why;
            const isPassing = why.isPassing || why.status === 401 || why.code === 'signed_out';
            this.#set(entry, isPassing ? { state: 'pending' } : { state: 'failed', error: why });
            if (!isPassing) this.#keep(entry);
            return isPassing ? why : undefined;
        }
    }

    #stored(entry: Entry, message: Message): void {
        entry.stored.resolve(message);
        if (!this.#entries.includes(entry)) return; // the event was faster
        if (message.state !== 'published') this.needs.withheld(message);
        if (message.state !== 'published' || this.needs.hasHeard(message.conversation, message.seq!)) return this.#remove(entry);
        entry.seq = message.seq!;
        this.#set(entry, { state: 'sent' });
        this.#forget(entry);
    }

    #wait(milliseconds: number): Promise<void> {
        return new Promise((resolve) => {
            const wake = () => {
                end();
                this.#waits.delete(wake);
                resolve();
            };
            const end = after(milliseconds, wake);
            this.#waits.add(wake);
        });
    }

    #find(key: string): Entry | undefined {
        return this.#entries.find((one) => one.message.key === key);
    }
    #set(entry: Entry, part: Partial<LocalMessage>): void {
        entry.message = { ...entry.message, ...part };
        if (this.#entries.includes(entry)) this.#show(entry.message.conversation);
    }
    #remove(entry: Entry): void {
        this.#entries = this.#entries.filter((one) => one !== entry);
        this.#forget(entry);
        this.#show(entry.message.conversation);
    }
    #show(conversation: Id): void {
        this.needs.show(conversation, this.#entries.filter((one) => one.message.conversation === conversation).map((one) => one.message));
    }

    // Storage is written in the order of what happened, and nobody waits for it.
    #keep({ message, order }: Entry): void {
        const prefix = this.#prefix;
        if (!prefix) return;
        const { error } = message;
        const kept = { ...message, state: message.state === 'failed' ? 'failed' : 'pending', error: error && { code: error.code, message: error.message, status: error.status } };
        this.#line.run(() => this.storage.set(prefix + message.key, JSON.stringify({ order, message: kept }))).catch(this.needs.fault);
    }
    #forget({ message }: Entry): void {
        const prefix = this.#prefix;
        if (prefix) this.#line.run(() => this.storage.remove(prefix + message.key)).catch(this.needs.fault);
    }
}
