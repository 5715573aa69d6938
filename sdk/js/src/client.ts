// A client put together: session, connection, state and outbox.
import type { Id, Member, Message, Presence, Seq, Snapshot, User } from './api.js';
import { Connection } from './connection.js';
import { ParleyError } from './errors.js';
import { Http } from './http.js';
import type { Client, ClientOptions, ConversationState, CurrentSession, Draft, SignInPassword, Sending, StoredFile, Timing, UploadOptions, Vouched, WebSocketClass } from './index.js';
import { after, aside, backOff, Line, signal, type Signal } from './later.js';
import { Outbox } from './outbox.js';
import { upload } from './upload.js';
import { routes } from './routes.js';
import { Session } from './session.js';
import { usualStorage, type Storage } from './storage.js';
import { Model } from './store.js';

const usualTiming: Timing = { firstBackOff: 1000, longestBackOff: 30_000, idle: 25_000, answer: 15_000 };
const membersAtOnce = 200;
const readMarkWaits = 250;
type Which = 'newest' | 'before' | 'after' | { around: Seq };
const fallBack = new Set(['network', 'timeout']);

/** A client of the server at `options.url`. Nothing is asked for before one of its functions is called. */
export function createClient(options: ClientOptions = {}): Client {
    return new TheClient(options);
}

class TheClient implements Client {
    readonly url: string;
    readonly #storage: Storage;
    readonly #timing: Timing;
    readonly #pageSize: number;
    readonly #http: Http;
    readonly #session: Session;
    readonly #connection: Connection;
    readonly #outbox: Outbox;
    readonly #listeners = new Map<string, Set<(what: any) => void>>();
    readonly #lines = new Map<Id, Line>(); // pages of a conversation are asked for one after the other
    readonly #absent = new Set<Id>(); // users that there are not
    readonly #asking = new Map<Id, Promise<void>>();
    readonly #fresh = new Set<Id>(); // users known since the last snapshot
    readonly #reads = new Map<Id, Seq>();
    #endReads: (() => void) | undefined;
    readonly #typed = new Map<Id, number>();
    #needsSnapshot = true;
    #isWanted = false;
    #isClosed = false;
    #forgets = false; // signing out by oneself
    #isTaking = false; // a snapshot
    #live: Signal<void> | undefined;
    #endings: (() => void)[] = [];
    readonly store: Model;

    constructor(options: ClientOptions) {
        this.url = (options.url ?? globalThis.location?.origin ?? '').replace(/\/$/, '');
        this.#storage = options.storage ?? usualStorage();
        this.#timing = { ...usualTiming, ...options.timing };
        this.#pageSize = options.pageSize ?? 50;
        const fault = (why: unknown) => this.#say('error', why);
        this.#http = new Http(this.url, options.fetch ?? globalThis.fetch, options.cookies ?? false, this.#timing.answer * 2);
        this.#session = new Session(this.#http, this.#storage, (now, before) => this.#sessionChanged(now, before));
        this.store = new Model({
            event: (event) => {
                this.#say(event.type, event);
                this.#say('event', event);
                if (event.type === 'message.created' || event.type === 'message.held') this.#meet([event.data.message as Message]);
            },
            settled: (message) => this.#outbox.settled(message),
            left: (conversation) => this.#outbox.left(conversation),
            rights: () => void this.#takeSnapshot(),
            refresh: () => this.#refresh(),
            fault,
        });
        this.#outbox = new Outbox(this.#storage, this.#timing, {
            send: ({ conversation, type, text, data, reply_to, thread_root, key }) => this.call('message.send', { conversation, type, text, data, reply_to, thread_root, client_key: key }),
            mayTry: () => this.session !== null && !this.#isClosed,
            show: (conversation, local) => this.store.setLocal(conversation, local),
            hasHeard: (conversation, seq) => this.store.hasHeard(conversation, seq),
            withheld: (message) => this.store.addWithheld(message.conversation, message),
            fault,
        });
        const WebSocket = options.WebSocket ?? (globalThis.WebSocket as unknown as WebSocketClass | undefined);
        this.#connection = new Connection(this.url, WebSocket, this.#timing, {
            token: () => this.#token(),
            position: () => (this.#needsSnapshot ? undefined : this.store.get().position),
            probe: async () => void (await this.#session.ask('GET', 'users/me')),
            hello: ({ user, limits }) => this.store.change({ self: user, limits }),
            snapshot: (snapshot) => this.#begin(snapshot),
            event: (event) => this.store.apply(event),
            frame: (frame) => this.#onFrame(frame),
            status: (status, retryAt) => this.#onStatus(status, retryAt),
            fault,
        });
        this.#listenToBrowser();
    }

    get session(): CurrentSession | null {
        return this.#session.current;
    }
    get status() {
        return this.#connection.status;
    }

    // --- coming in

    restore = () => this.#session.restore();
    signIn = (who: SignInPassword) => this.#session.open('sessions', who);
    signInAsGuest = (who: { display_name?: string } = {}) => this.#session.open('sessions/guest', who);
    signInVouched = (who: Vouched) => this.#session.open('sessions/vouch', who);
    signInWithJwt = (token: string) => this.#session.open('sessions/jwt', { token });
    useToken = (token: string) => this.#session.useToken(token);
    async providers() {
        return (await this.#http.ask('GET', 'sign_in/providers')).data.providers;
    }
    providerUrl(provider: string, returnTo = '/'): string {
        return `${this.url}/api/v1/sign_in/${encodeURIComponent(provider)}/start?return_to=${encodeURIComponent(returnTo)}`;
    }
    async signOut({ everywhere = false } = {}): Promise<void> {
        this.#forgets = true;
        try {
            await this.#session.close(everywhere);
        } finally {
            this.#forgets = false;
        }
    }

    #sessionChanged(now: CurrentSession | null, before: CurrentSession | null): void {
        this.store.change({ session: now });
        if (now?.user.id !== before?.user.id) {
            this.#needsSnapshot = true;
            this.#outbox.leave(this.#forgets).catch((why) => this.#say('error', why));
            this.store.forget();
            this.#absent.clear();
            this.#reads.clear();
        }
        if (now) this.#outbox.belongsTo(`parley/${this.url}/${now.user.id}/out/`).catch((why) => this.#say('error', why));
        this.#say('session', now);
        this.#connection.stop(now ? 'idle' : 'signed_out');
        if (now && this.#isWanted) this.#connection.start();
    }

    async #token(): Promise<string | undefined> {
        if (!this.session) throw new ParleyError('signed_out', 'Nobody is signed in.');
        return this.#session.token();
    }

    // --- the connection

    connect(): Promise<void> {
        if (!this.session) return Promise.reject(new ParleyError('signed_out', 'Nobody is signed in.'));
        this.#isWanted = true;
        try {
            this.#connection.start();
        } catch (why) {
            return Promise.reject(why);
        }
        if (this.status === 'live') return Promise.resolve();
        this.#live ??= signal();
        return this.#live.promise;
    }
    disconnect(): void {
        this.#isWanted = false;
        this.#connection.stop();
    }
    close(): void {
        this.disconnect();
        this.#isClosed = true;
        this.#session.stop();
        for (const end of this.#endings) end();
        this.#endReads?.();
        this.store.nobodyTypes();
        this.#listeners.clear();
        void this.#outbox.leave(false);
    }

    #onStatus(status: Client['status'], retryAt: number | null): void {
        if (status !== 'live' && status !== 'catching_up') this.store.nobodyTypes();
        this.store.change({ status, retryAt });
        this.#say('status', status);
        if (status === 'catching_up') {
            this.#outbox.hurry();
            this.#outbox.flush();
        }
        if (status === 'live') {
            this.#live?.resolve();
            this.#live = undefined;
            this.#refresh();
            this.#sendReads();
        }
        if (status === 'signed_out' || status === 'idle') {
            this.#live?.reject(new ParleyError(status === 'idle' ? 'closed' : 'signed_out', 'It was not to be.'));
            this.#live = undefined;
        }
    }

    #onFrame(frame: any): void {
        if (frame.type === 'presence.changed') this.store.setPresence([frame.data]);
        if (frame.type === 'typing.started') this.store.typing(frame.conversation, frame.data.user);
        if (frame.type === 'typing.stopped') this.store.stoppedTyping(frame.conversation, frame.data.user);
        // Much of what is in the log is not for this client; the next time it need not be looked through again.
        if (frame.type === 'resumed') this.store.reached(frame.data.position);
        this.#say(frame.type, frame);
    }

    #begin(snapshot: Snapshot): void {
        this.#needsSnapshot = false;
        this.#fresh.clear();
        this.store.begin(snapshot);
        this.#say('snapshot', this.store.get());
        this.store.release();
    }

    // What may be seen has changed. The connection goes on; what it says waits until the snapshot is here.
    async #takeSnapshot(): Promise<void> {
        this.#needsSnapshot = true;
        this.store.hold();
        if (this.#isTaking) return;
        this.#isTaking = true;
        const { firstBackOff, longestBackOff } = this.#timing;
        for (let tries = 0; this.#needsSnapshot && this.session && !this.#isClosed; ++tries) {
            if (tries > 0) await new Promise<void>((resolve) => aside(backOff(tries, firstBackOff, longestBackOff), resolve));
            const { generation } = this.store;
            const snapshot = await this.call('snapshot.get').catch(() => undefined);
            if (snapshot && generation === this.store.generation) this.#begin(snapshot);
        }
        this.#isTaking = false;
    }

    #listenToBrowser(): void {
        const { document, addEventListener, removeEventListener } = globalThis as Partial<typeof globalThis>;
        if (!addEventListener || !removeEventListener) return;
        const listen = (to: EventTarget, type: string, heard: () => void) => {
            to.addEventListener(type, heard);
            this.#endings.push(() => to.removeEventListener(type, heard));
        };
        const hurry = () => {
            this.#connection.hurry();
            this.#outbox.hurry();
        };
        listen(globalThis as unknown as EventTarget, 'online', hurry);
        listen(globalThis as unknown as EventTarget, 'offline', () => this.#connection.wentOffline());
        if (document) listen(document, 'visibilitychange', () => document.visibilityState === 'visible' && hurry());
    }

    async call(operation: string, input: any = {}): Promise<any> {
        if (this.#connection.isOpen) {
            try {
                return this.#called(operation, await this.#connection.ask(operation, input));
            } catch (why) {
                // Reading twice harms nobody; whether anything else was done cannot be known.
                if (!(why instanceof ParleyError) || !fallBack.has(why.code) || !routes[operation]?.startsWith('GET ')) throw why;
            }
        }
        const [method, path, body] = await this.#http.requestOf(operation, input, this.#session.headers());
        return this.#called(operation, (await this.#session.ask(method, path, body)).data);
    }
    #called(operation: string, output: any): any {
        if (operation === 'totp.confirm' || operation === 'totp.prove') this.#connection.hurry();
        return output;
    }

    on(type: string, listener: (what: any) => void): () => void {
        const all = this.#listeners.get(type) ?? new Set();
        this.#listeners.set(type, all);
        const own = (what: any) => listener(what);
        all.add(own);
        return () => void all.delete(own);
    }
    #say(type: string, what: unknown): void {
        for (const listener of [...(this.#listeners.get(type) ?? [])]) {
            try {
                listener(what);
            } catch (why) {
                if (type !== 'error') this.#say('error', why);
            }
        }
    }

    upload(conversation: Id, file: Blob, options: UploadOptions = {}): Promise<StoredFile> {
        const { session } = this;
        if (!session) return Promise.reject(new ParleyError('signed_out', 'Nobody is signed in.'));
        const prefix = `parley/${this.url}/${session.user.id}/up/`;
        return upload({ ask: (...request) => this.#session.ask(...request), storage: this.#storage, timing: this.#timing, prefix }, conversation, file, options);
    }

    // --- what a view does

    send(conversation: Id, draft: Draft | string): Sending {
        if (!this.session) throw new ParleyError('signed_out', 'Nobody is signed in.');
        this.stopTyping(conversation);
        return this.#outbox.add(conversation, typeof draft === 'string' ? { text: draft } : draft);
    }
    retry(key: string): void {
        this.#outbox.retry(key);
    }
    drop(key: string): boolean {
        return this.#outbox.drop(key);
    }

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
        return this.#asked(conversation, () => this.call('message.list', { conversation, limit: this.#pageSize, ...range }), (page, meanwhile) => {
            this.store.addPage(conversation, page, where, meanwhile);
            this.#meet(page.messages);
        });
    }

    // Takes an answer about a conversation with what happened while it was on its way; false when that is not all, since
    // the conversation was left or a snapshot came.
    async #asked<T>(conversation: Id, ask: () => Promise<T>, take: (answer: T, meanwhile: any[]) => void): Promise<boolean> {
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

    async #withheld(conversation: Id): Promise<void> {
        const all = async () => {
            const found: Message[] = [];
            for (let after: Id | undefined; ; ) {
                const page = await this.call('message.withheld', { conversation, limit: membersAtOnce, after });
                found.push(...page.messages);
                if (!page.more_after || page.messages.length === 0) return found;
                after = page.messages.at(-1)!.id;
            }
        };
        while (!(await this.#asked(conversation, all, (found, meanwhile) => this.store.setWithheld(conversation, found, meanwhile)))) this.#room(conversation);
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
                const page = await this.call('member.list', { conversation, limit: membersAtOnce, after });
                for (const one of page.members) found.set(one.user.id, one);
                if (page.next === null) return found;
                after = page.next;
            }
        };
        const take = (found: Map<Id, Member>, meanwhile: any[]) => {
            this.store.setMembers(conversation, found, meanwhile);
            for (const id of found.keys()) this.#fresh.add(id);
        };
        while (!(await this.#asked(conversation, all, take))) this.#room(conversation);
    }

    // After a snapshot, what was loaded before is asked for again; where that fails, when the connection is there again.
    #refresh(): void {
        this.#outbox.review();
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
        const { presence } = this.store.get();
        if (this.status === 'live' && presence.size > 0) this.loadPresence(presence.keys()).catch(() => {});
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
    // Whose names a view will want to show.
    #meet(messages: readonly Message[]): void {
        const { users } = this.store.get();
        const authors = messages.flatMap(({ from }) => (from.source === 'user' && !users.has(from.id) ? [from.id] : []));
        if (authors.length > 0) this.loadUsers(authors).catch(() => {});
    }

    async loadPresence(ids: Iterable<Id>): Promise<void> {
        const all = [...ids];
        for (let i = 0; i < all.length; i += membersAtOnce) {
            const users = all.slice(i, i + membersAtOnce);
            const before = this.store.get().presence;
            const { presence } = await this.call('presence.get', { users });
            const here = new Map<Id, Presence>(presence.map((one: Presence) => [one.user, one]));
            const unheard = users.filter((user) => this.store.get().presence.get(user) === before.get(user));
            this.store.setPresence(unheard.map((user) => here.get(user) ?? { user, presence: 'offline', last_active: null }));
        }
    }

    markRead(conversation: Id, seq?: Seq): void {
        const room = this.store.get().conversations.get(conversation);
        const upto = seq ?? room?.conversation.last_seq ?? 0;
        if (!room?.membership || upto <= Math.max(room.membership.last_read, this.#reads.get(conversation) ?? 0)) return;
        this.#reads.set(conversation, upto);
        this.#endReads ??= after(readMarkWaits, () => this.#sendReads());
    }
    #sendReads(): void {
        this.#endReads?.();
        this.#endReads = undefined;
        if (!this.#connection.isOpen) return;
        for (const [conversation, seq] of this.#reads)
            this.call('read.mark', { conversation, seq }).then(
                () => this.#reads.get(conversation) === seq && this.#reads.delete(conversation),
                // What cannot be done later either is forgotten.
                (why) => (!(why instanceof ParleyError) || !why.isPassing) && this.#reads.delete(conversation),
            );
    }

    typing(conversation: Id): void {
        const lasts = (this.store.get().limits?.typing_seconds ?? 10) * 1000;
        const said = this.#typed.get(conversation) ?? 0;
        if (!this.#connection.isOpen || Date.now() - said < lasts / 2) return;
        this.#typed.set(conversation, Date.now());
        this.call('typing.start', { conversation }).catch(() => {});
    }
    stopTyping(conversation: Id): void {
        if (!this.#typed.delete(conversation) || !this.#connection.isOpen) return;
        this.call('typing.stop', { conversation }).catch(() => {});
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
