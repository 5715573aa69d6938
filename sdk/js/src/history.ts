// The history and the members of conversations: pages that are asked for, and what happens while they are on their way.
import type { Id, Member, Message, Seq } from './api.js';
import { ParleyError } from './errors.js';
import type { ConversationState } from './index.js';
import { Line } from './later.js';
import type { People } from './people.js';
import type { LogEvent } from './after_event.js';
import type { Model } from './store.js';

export type Which = 'newest' | 'before' | 'after' | { around: Seq };
/** Asks for an operation. */
export type Call = (operation: string, input?: object) => Promise<any>;

const mostAtOnce = 200;

export class History {
    readonly #lines = new Map<Id, Line>(); // pages of a conversation are asked for one after the other

    constructor(
        private readonly store: Model,
        private readonly call: Call,
        private readonly people: People,
        private readonly pageSize: number,
    ) {}

    load(conversation: Id, which: Which = 'newest'): Promise<void> {
        return this.#inLine(conversation, async () => {
            while (!(await this.#load(conversation, which)));
        });
    }

    // False when what was there has changed altogether meanwhile, and it is to be looked at again what is wanted.
    async #load(conversation: Id, which: Which): Promise<boolean> {
        const room = this.#room(conversation);
        const range = !room.loaded && (which === 'before' || which === 'after') ? 'newest' : which;
        if (range === 'newest' && room.loaded && !room.moreAfter) return true;
        if ((range === 'before' && !room.moreBefore) || (range === 'after' && !room.moreAfter)) return true;
        this.store.set(conversation, { loading: true });
        try {
            if (!(await this.#page(conversation, range))) return false;
            if (!room.loaded) await this.#withheld(conversation);
            return true;
        } finally {
            this.store.set(conversation, { loading: false });
        }
    }

    #page(conversation: Id, which: Which): Promise<boolean> {
        const { messages } = this.#room(conversation);
        const range =
            typeof which === 'object' ? which : which === 'before' ? { before: messages[0]?.seq ?? 1 } : which === 'after' ? { after: messages.at(-1)?.seq ?? 0 } : {};
        const where = typeof which === 'object' ? 'around' : which;
        return this.#asked(conversation, () => this.call('message.list', { conversation, limit: this.pageSize, ...range }), (page, meanwhile) => {
            this.store.addPage(conversation, page, where, meanwhile);
            this.people.meet(page.messages);
        });
    }

    // Takes an answer about a conversation with what happened while it was on its way; false when that is not all, since
    // the conversation was left or a snapshot came.
    async #asked<T>(conversation: Id, ask: () => Promise<T>, take: (answer: T, meanwhile: LogEvent[]) => void): Promise<boolean> {
        const { generation } = this.store;
        const recorded = this.store.record(conversation);
        try {
            const answer = await ask();
            if (generation !== this.store.generation) return false;
            take(answer, recorded());
            return true;
        } finally {
            recorded();
        }
    }

    async open(conversation: Id): Promise<ConversationState> {
        const known = this.store.get().conversations.get(conversation);
        if (known?.membership) return known;
        const entry = await this.call('conversation.get', { conversation });
        this.store.add(entry.conversation, entry.membership);
        return this.#room(conversation);
    }

    loadMembers(conversation: Id): Promise<ReadonlyMap<Id, Member>> {
        return this.#inLine(conversation, async () => {
            const { members } = this.#room(conversation);
            if (members) return members;
            await this.#members(conversation);
            return this.#room(conversation).members!;
        });
    }
    async #members(conversation: Id): Promise<void> {
        const all = async () => {
            const found = new Map<Id, Member>();
            for (let after: Id | undefined; ; ) {
                const page = await this.call('member.list', { conversation, limit: mostAtOnce, after });
                for (const one of page.members) found.set(one.user.id, one);
                if (page.next === null) return found;
                after = page.next;
            }
        };
        const take = (found: Map<Id, Member>, meanwhile: LogEvent[]) => {
            this.store.setMembers(conversation, found, meanwhile);
            this.people.areFresh(found.keys());
        };
        while (!(await this.#asked(conversation, all, take))) this.#room(conversation);
    }

    /** After a snapshot: what was loaded before it is asked for again; where that fails, the next time. */
    refresh(): void {
        const { stale } = this.store;
        for (const id of [...stale])
            void this.#inLine(id, async () => {
                const room = this.store.get().conversations.get(id);
                // Deleted first: the next snapshot may come while this is under way.
                if (!stale.delete(id) || !room) return;
                if (room.members) await this.#members(id);
                if (room.loaded) {
                    while (!(await this.#page(id, 'newest'))) this.#room(id);
                    await this.#withheld(id);
                }
            }).catch(() => stale.add(id));
    }

    async #withheld(conversation: Id): Promise<void> {
        const all = async () => {
            const found: Message[] = [];
            for (let after: Id | undefined; ; ) {
                const page = await this.call('message.withheld', { conversation, limit: mostAtOnce, after });
                found.push(...page.messages);
                if (!page.more_after || page.messages.length === 0) return found;
                after = page.messages.at(-1)!.id;
            }
        };
        while (!(await this.#asked(conversation, all, (found, meanwhile) => this.store.setWithheld(conversation, found, meanwhile)))) this.#room(conversation);
    }

    #room(conversation: Id): ConversationState {
        const room = this.store.get().conversations.get(conversation);
        if (!room) throw new ParleyError('not_found', 'The conversation is not known here; open it first.', 404);
        return room;
    }
    #inLine<T>(conversation: Id, work: () => Promise<T>): Promise<T> {
        const line = this.#lines.get(conversation) ?? new Line();
        this.#lines.set(conversation, line);
        return line.run(work);
    }
}
