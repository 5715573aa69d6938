// Who people are and whether they are here, of those of whom the log says nothing by itself.
import type { Id, Message, Presence, User } from './api.js';
import { ParleyError } from './errors.js';
import type { Call } from './history.js';
import type { Model } from './store.js';

const mostAtOnce = 200;

export class People {
    readonly #absent = new Set<Id>(); // who is not
    readonly #asking = new Map<Id, Promise<void>>();
    readonly #fresh = new Set<Id>(); // known since the last snapshot

    constructor(
        private readonly store: Model,
        private readonly call: Call,
    ) {}

    areFresh(ids: Iterable<Id>): void {
        for (const id of ids) this.#fresh.add(id);
    }
    /** After a snapshot nobody is known for sure; who was not there may be now. */
    begin(): void {
        this.#fresh.clear();
        this.#absent.clear();
    }

    async loadUsers(ids: Iterable<Id>): Promise<void> {
        const { users } = this.store.get();
        const wanted = new Set([...ids].filter((id) => !this.#absent.has(id) && (!users.has(id) || !this.#fresh.has(id))));
        await Promise.all([...wanted].map((id) => this.#user(id)));
    }
    #user(id: Id): Promise<void> {
        const before = this.store.get().users.get(id);
        const asked = this.#asking.get(id) ?? this.call('user.get', { user: id }).then(
            (user: User) => {
                this.#fresh.add(id);
                // An event that came meanwhile is newer.
                if (this.store.get().users.get(id) === before) this.store.addUsers([user]);
            },
            (why) => {
                if (!(why instanceof ParleyError) || why.status !== 404) throw why;
                this.#absent.add(id);
            },
        );
        this.#asking.set(id, asked);
        return asked.finally(() => this.#asking.delete(id));
    }
    /** Asks for those whose names a view will want to show. */
    meet(messages: readonly Message[]): void {
        const { users } = this.store.get();
        const authors = messages.flatMap(({ from }) => (from.source === 'user' && !users.has(from.id) ? [from.id] : []));
        if (authors.length > 0) this.loadUsers(authors).catch(() => {});
    }

    async loadPresence(ids: Iterable<Id>): Promise<void> {
        const all = [...ids];
        for (let i = 0; i < all.length; i += mostAtOnce) {
            const users = all.slice(i, i + mostAtOnce);
            const before = this.store.get().presence;
            const { presence } = await this.call('presence.get', { users });
            const here = new Map<Id, Presence>(presence.map((one: Presence) => [one.user, one]));
            const unheard = users.filter((user) => this.store.get().presence.get(user) === before.get(user));
            this.store.setPresence(unheard.map((user) => here.get(user) ?? { user, presence: 'offline', last_active: null }));
        }
    }
}
