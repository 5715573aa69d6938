// A client put together: session, connection, state and outbox.
import type { Id, Message, Position, Seq, Snapshot } from './api.js';
import { Connection } from './connection.js';
import { ParleyError } from './errors.js';
import { Http } from './http.js';
import type { Client, ClientOptions, CurrentSession, Draft, SignInPassword, Sending, StoredFile, Timing, UploadOptions, Vouched, WebSocketClass } from './index.js';
import { History, type Which } from './history.js';
import { aside, backOff, signal, type Signal } from './later.js';
import { Marks } from './marks.js';
import { Outbox } from './outbox.js';
import { People } from './people.js';
import { routes } from './routes.js';
import { Session } from './session.js';
import { usualStorage, type Storage } from './storage.js';
import { Model } from './store.js';
import { upload } from './upload.js';

const usualTiming: Timing = { firstBackOff: 1000, longestBackOff: 30_000, idle: 25_000, answer: 15_000, poll: 20_000, webSocketAgain: 60_000 };
// What is asked without anybody doing something.
const byItself = new Set(['presence.get', 'snapshot.get']);
const presenceAgain = 60_000;
const fallBack = new Set(['network', 'timeout']);

/** A client of the server at `options.url`. Nothing is asked for before one of its functions is called. */
export function createClient(options: ClientOptions = {}): Client {
    return new TheClient(options);
}

class TheClient implements Client {
    readonly url: string;
    readonly #storage: Storage;
    readonly #timing: Timing;
    readonly #http: Http;
    readonly #session: Session;
    readonly #connection: Connection;
    readonly #outbox: Outbox;
    readonly #listeners = new Map<string, Set<(what: any) => void>>();
    readonly #people: People;
    readonly #history: History;
    readonly #marks: Marks;
    #needsSnapshot = true;
    #isWanted = false;
    #isClosed = false;
    #forgets = false; // signing out by oneself
    #isTaking = false; // a snapshot
    #hasActed = false;
    #presenceAt = 0;
    #live: Signal<void> | undefined;
    #endings: (() => void)[] = [];
    readonly store: Model;

    constructor(options: ClientOptions) {
        this.url = (options.url ?? globalThis.location?.origin ?? '').replace(/\/$/, '');
        this.#storage = options.storage ?? usualStorage();
        this.#timing = { ...usualTiming, ...options.timing };
        const fault = (why: unknown) => this.#say('error', why);
        this.#http = new Http(this.url, options.fetch ?? globalThis.fetch, options.cookies ?? false, this.#timing.answer * 2);
        this.#session = new Session(this.#http, this.#storage, (now, before) => this.#sessionChanged(now, before));
        this.store = new Model({
            event: (event) => {
                this.#say(event.type, event);
                this.#say('event', event);
                if (event.type === 'message.created' || event.type === 'message.held') this.#people.meet([event.data.message as Message]);
            },
            settled: (message) => this.#outbox.settled(message),
            left: (conversation) => this.#outbox.left(conversation),
            rights: () => void this.#takeSnapshot(),
            refresh: () => this.#refresh(),
            fault,
        });
        const call = (operation: string, input?: object) => this.call(operation, input);
        this.#people = new People(this.store, call);
        this.#history = new History(this.store, call, this.#people, options.pageSize ?? 50);
        this.#marks = new Marks(this.store, call, () => this.#connection.reaches);
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
            ask: async (path, signal) => (await this.#session.ask('GET', path, undefined, { signal })).data,
            reached: (position) => this.#polledTo(position),
            wasActive: () => {
                const did = this.#hasActed;
                this.#hasActed = false;
                return did;
            },
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
    get transport() {
        return this.#connection.transport;
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
            this.#people.begin();
            this.#marks.forget();
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
        this.#marks.forget();
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
            this.#marks.sendReads();
        }
        if (status === 'signed_out' || status === 'idle') {
            this.#live?.reject(new ParleyError(status === 'idle' ? 'closed' : 'signed_out', status === 'idle' ? 'The client was disconnected.' : 'Nobody is signed in any more.'));
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
        this.#people.begin();
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

    // After a snapshot and whenever everything is heard again; presence is not in the log.
    #refresh(): void {
        this.#outbox.review();
        this.#history.refresh();
        const { presence } = this.store.get();
        if (this.status === 'live' && presence.size > 0) this.loadPresence(presence.keys()).catch(() => {});
    }

    // Between two requests somebody may come or go unheard.
    #polledTo(position: Position): void {
        this.store.reached(position);
        const now = Date.now();
        const { presence } = this.store.get();
        if (now - this.#presenceAt < presenceAgain || presence.size === 0) return;
        this.#presenceAt = now;
        this.loadPresence(presence.keys()).catch(() => {});
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
        if (!byItself.has(operation)) this.#hasActed = true;
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

    async download(file: Id, { signal }: { signal?: AbortSignal } = {}): Promise<Blob> {
        return this.read(`files/${encodeURIComponent(file)}/content`, { signal });
    }
    async read(path: string, { signal }: { signal?: AbortSignal | undefined } = {}): Promise<Blob> {
        return (await this.#session.ask('GET', path, undefined, { asBytes: true, signal })).data;
    }

    // --- what a view does

    send(conversation: Id, draft: Draft | string): Sending {
        if (!this.session) throw new ParleyError('signed_out', 'Nobody is signed in.');
        this.#marks.stopTyping(conversation);
        return this.#outbox.add(conversation, typeof draft === 'string' ? { text: draft } : draft);
    }
    retry(key: string): void {
        this.#outbox.retry(key);
    }
    drop(key: string): boolean {
        return this.#outbox.drop(key);
    }

    load = (conversation: Id, which?: Which) => this.#history.load(conversation, which);
    trim = (conversation: Id, around: Seq, most: number) => this.store.trim(conversation, around, most);
    open = (conversation: Id) => this.#history.open(conversation);
    loadMembers = (conversation: Id) => this.#history.loadMembers(conversation);
    loadUsers = (ids: Iterable<Id>) => this.#people.loadUsers(ids);
    loadPresence = (ids: Iterable<Id>) => this.#people.loadPresence(ids);
    markRead = (conversation: Id, seq?: Seq) => this.#marks.markRead(conversation, seq);
    typing = (conversation: Id) => this.#marks.typing(conversation);
    stopTyping = (conversation: Id) => this.#marks.stopTyping(conversation);
}
