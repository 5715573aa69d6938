// What one says by reading and by writing: up to where one has read, and that one is typing. Sent as rarely as possible.
import type { Id, Seq } from './api.js';
import { ParleyError } from './errors.js';
import type { Call } from './history.js';
import { after } from './later.js';
import type { Model } from './store.js';

const readMarkWaits = 250; // milliseconds
const retriedAfter = 5; // seconds

export class Marks {
    readonly #reads = new Map<Id, Seq>();
    #endReads: (() => void) | undefined;
    readonly #typed = new Map<Id, number>();
    readonly #told = new Map<Id, Promise<void>>();

    constructor(
        private readonly store: Model,
        private readonly call: Call,
        private readonly isOpen: () => boolean,
    ) {}

    forget(): void {
        this.#endReads?.();
        this.#endReads = undefined;
        this.#reads.clear();
        this.#typed.clear();
    }

    markRead(conversation: Id, seq?: Seq): void {
        const room = this.store.get().conversations.get(conversation);
        const upto = seq ?? room?.conversation.last_seq ?? 0;
        if (!room?.membership || upto <= Math.max(room.membership.last_read, this.#reads.get(conversation) ?? 0)) return;
        this.#reads.set(conversation, upto);
        this.#endReads ??= after(readMarkWaits, () => this.sendReads());
    }
    /** What could not be sent before. */
    sendReads(): void {
        this.#endReads?.();
        this.#endReads = undefined;
        if (!this.isOpen()) return;
        for (const [conversation, seq] of this.#reads)
            this.call('read.mark', { conversation, seq }).then(
                () => this.#reads.get(conversation) === seq && this.#reads.delete(conversation),
                (why) => this.#failed(conversation, why),
            );
    }

    #failed(conversation: Id, why: unknown): void {
        // What cannot be done later either is forgotten; without a connection it waits for the next.
        if (!(why instanceof ParleyError) || !why.isPassing) this.#reads.delete(conversation);
        else if (why.status !== 0) this.#endReads ??= after((why.retryAfter ?? retriedAfter) * 1000, () => this.sendReads());
    }

    typing(conversation: Id): void {
        const lasts = (this.store.get().limits?.typing_seconds ?? 10) * 1000;
        const said = this.#typed.get(conversation) ?? 0;
        if (!this.isOpen() || Date.now() - said < lasts / 2) return;
        this.#typed.set(conversation, Date.now());
        this.#tell(conversation, () => this.call('typing.start', { conversation }));
    }
    stopTyping(conversation: Id): void {
        if (!this.#typed.delete(conversation) || !this.isOpen()) return;
        this.#tell(conversation, () => this.call('typing.stop', { conversation }));
    }
    // One after the other, for the server may get to them in another order. That one fails is no matter.
    #tell(conversation: Id, say: () => Promise<unknown>): void {
        const before = this.#told.get(conversation);
        const told: Promise<void> = (before ? before.then(say) : say()).then(
            () => {},
            () => {},
        );
        this.#told.set(conversation, told);
        void told.then(() => this.#told.get(conversation) === told && this.#told.delete(conversation));
    }
}
