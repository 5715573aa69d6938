// The client of Parley: what a program sees of it.
import type {
    Conversation, Count, Events, Frames, Id, Limits, Member, Membership, Message, Moment, Operations, Position, Presence, Provider, Self, Seq, User,
} from './api.js';
import type { Storage } from './storage.js';
import type { ParleyError } from './errors.js';

export type * from './api.js';
export { createClient } from './client.js';
export { ParleyError } from './errors.js';
export { indexedDbStorage, memoryStorage, webStorage, type Storage } from './storage.js';

/** What `createClient` takes. */
export interface ClientOptions {
    /** Where the server is, for instance `https://chat.example.org`. In a browser: the page's own origin when it is not said. */
    url?: string;
    /** True: the session is in a cookie that scripts cannot read; for pages of the server's own host, over HTTPS. Else tokens are kept in `storage`. */
    cookies?: boolean;
    /** Instead of the global ones. Node has a WebSocket of its own from 22 on; before, give that of `ws`. */
    fetch?: typeof fetch;
    WebSocket?: WebSocketClass;
    /** Where tokens and unsent messages are kept; IndexedDB in browsers and memory elsewhere when it is not said. */
    storage?: Storage;
    /** How messages and people are asked for; 50 messages a page when it is not said. */
    pageSize?: number;
    /** Waiting times in milliseconds; only what is given differs from the usual. */
    timing?: Partial<Timing>;
}

/** All in milliseconds. */
export interface Timing {
    /** The longest first wait before connecting again, and the longest of all; the wait is drawn evenly below it, which doubles each time. 1000 and 30,000. */
    firstBackOff: number;
    longestBackOff: number;
    /** Nothing heard for so long: ask whether somebody is there. 25,000. */
    idle: number;
    /** No answer for so long: it will not come. 15,000. */
    answer: number;
    /** How long the server may keep a request for events where there is no WebSocket, and when one is tried again then. 20,000 and 60,000. */
    poll: number;
    webSocketAgain: number;
}

/** Any WebSocket as browsers have it; that of `ws` is one. */
export interface WebSocketClass {
    new (url: string, protocols?: string | string[]): WebSocketLike;
}
export interface WebSocketLike {
    onopen: ((event: any) => void) | null;
    onmessage: ((event: { data: any }) => void) | null;
    onclose: ((event: { code: number; reason: string }) => void) | null;
    onerror: ((event: any) => void) | null;
    send(text: string): void;
    close(code?: number, reason?: string): void;
}

/**
 * How it stands with the connection.
 * - `idle`: not started, or stopped.
 * - `connecting`, `catching_up`: on the way; `catching_up` when what happened meanwhile is coming in.
 * - `live`: everything that happens is heard.
 * - `waiting`: the connection is lost; there is a try at `retryAt`.
 * - `offline`: as `waiting`, and the browser says that there is no network.
 * - `signed_out`: the session is over or there is none.
 */
export type Status = 'idle' | 'connecting' | 'catching_up' | 'live' | 'waiting' | 'offline' | 'signed_out';

/** Who is signed in here. Tokens are not shown. */
export interface CurrentSession {
    readonly user: User;
    /** The session's id; null for a token that was given to `useToken` and for a cookie that was there already. */
    readonly session: Id | null;
    /** When it is over for good; null where that is not known. */
    readonly endsAt: Moment | null;
    /** The tenant wants a second factor: `totp.begin` and `totp.confirm`, and until then nothing else. */
    readonly mustEnrol: boolean;
}

/** A message of one's own on its way. */
export interface LocalMessage {
    /** Its client key, by which it is stored once however often it is sent. */
    readonly key: string;
    readonly conversation: Id;
    readonly type: string;
    readonly text: string;
    readonly data: { readonly [name: string]: unknown } | undefined;
    readonly reply_to: Id | undefined;
    readonly thread_root: Id | undefined;
    /** By the clock of this machine. */
    readonly created_at: Moment;
    /**
     * - `pending`: waits for its turn or for the connection.
     * - `sending`: the server has not answered yet.
     * - `sent`: stored; what was said before it is still on the way, then it stands among the messages.
     * - `failed`: will not be stored unless `retry` is called; `error` says why.
     */
    readonly state: 'pending' | 'sending' | 'sent' | 'failed';
    readonly error: ParleyError | undefined;
}

export interface Draft {
    text?: string;
    /** `text` when it is not said. */
    type?: string;
    data?: { readonly [name: string]: unknown };
    reply_to?: Id;
    thread_root?: Id;
    /** Made here when it is not said. */
    client_key?: string;
}

/** What `send` gives. */
export interface Sending {
    readonly key: string;
    /** The message as the server stored it. Rejects only when it is dropped; a failed one may still be retried. */
    readonly stored: Promise<Message>;
}

/** A conversation as far as it is known. Never changes; what happens makes a new one. */
export interface ConversationState {
    readonly conversation: Conversation;
    /** With unread and mention counts; null where one is not a member and only looks in. */
    readonly membership: Membership | null;
    /** A piece of the history without holes, in growing `seq`; empty until it is loaded. */
    readonly messages: readonly Message[];
    /** Whether there is more on either side of `messages`; new messages are appended only where there is nothing after. */
    readonly moreBefore: boolean;
    readonly moreAfter: boolean;
    /** Whether `messages` was loaded, and whether a page is being asked for. */
    readonly loaded: boolean;
    readonly loading: boolean;
    /** Held and rejected messages: one's own, or everybody's for reviewers. Loaded with the first page. */
    readonly withheld: readonly Message[];
    /** One's own messages on their way, in their order; they belong after `messages`. */
    readonly local: readonly LocalMessage[];
    /** By user; null until `loadMembers` was called. */
    readonly members: ReadonlyMap<Id, Member> | null;
    /** Who is writing now, without oneself. */
    readonly typing: readonly Id[];
}

/** All that is known here. Never changes; what happens makes a new one that shares what stayed the same. */
export interface State {
    readonly status: Status;
    /** When the next try to connect is made, as Date.now() tells time; null where there is none. */
    readonly retryAt: number | null;
    readonly session: CurrentSession | null;
    /** One's own account with its permissions; null until the first snapshot. */
    readonly self: Self | null;
    readonly limits: Limits | null;
    /** Of the last event that is in this state. */
    readonly position: Position;
    readonly conversations: ReadonlyMap<Id, ConversationState>;
    /** Whoever is known: from snapshots, members, events and `loadUsers`. */
    readonly users: ReadonlyMap<Id, User>;
    /** Who is not here is not in it. */
    readonly presence: ReadonlyMap<Id, Presence>;
}

export interface Store {
    /** The state now. */
    get(): State;
    /** Calls the listener after changes, once for all changes of one turn, and every 50 ms while catching up. Gives the function that ends it. */
    subscribe(listener: (state: State) => void): () => void;
    /** The same, only when what the selector takes has changed (Object.is, or as `same` says). */
    select<T>(selector: (state: State) => T, listener: (now: T, before: T) => void, same?: (one: T, other: T) => boolean): () => void;
}

/** An entry of the log of a type that the documents of this package do not know: said by a plugin. */
export interface PluginEvent {
    readonly type: string;
    readonly position: Position;
    readonly conversation: Id | null;
    readonly at: Moment;
    readonly data: any;
}

/** Operations and events of plugins; a program declares its own: `declare module '@parley/client' { interface PluginOperations { … } }`. */
export interface PluginOperations {}
export interface PluginEvents {}

/** What can be listened to besides the log and the server's frames. */
export interface OwnEvents {
    /** Every entry of the log, after the state has taken it in. */
    event: Events[keyof Events] | PluginEvent;
    /** The connection's status changed. */
    status: Status;
    /** Somebody signed in (also: was signed in before), or the session is over. */
    session: CurrentSession | null;
    /** The whole state was made anew from a snapshot, because the log no longer reaches back or rights changed. */
    snapshot: State;
    /** Something that nobody waits for went wrong, such as a listener that threw. */
    error: unknown;
}

export type AllOperations = Operations & PluginOperations;
export type AllEvents = OwnEvents & Events & Frames & PluginEvents;

/** The input of an operation; may be left out where nothing in it must be said. */
export type Input<Name extends keyof AllOperations> = AllOperations[Name] extends { input: infer In } ? In : never;
export type Output<Name extends keyof AllOperations> = AllOperations[Name] extends { output: infer Out } ? Out : never;
export type InputArguments<Name extends keyof AllOperations> = {} extends Input<Name> ? [input?: Input<Name>] : [input: Input<Name>];

export interface SignInPassword {
    username: string;
    password: string;
    /** The second factor: a code of the app or a recovery code. Without one where it is needed: ParleyError `code_needed`. */
    code?: string;
    /** What the session is called in the list of one's sessions. */
    name?: string;
}
export interface Vouched {
    user: string;
    display_name?: string;
    expires: number;
    nonce?: string;
    signature: string;
}

/** A file as the plugin attachments shows it. */
export interface StoredFile {
    /** Goes into `data.files` of a message: `{files: [{file}]}`. */
    readonly file: Id;
    readonly conversation: Id;
    readonly name: string;
    /** Found from the content. */
    readonly type: string;
    readonly category: string;
    readonly bytes: number;
    /** `checking`, `waiting`, `ready`, `rejected`, `quarantined`; `file.changed` tells of changes. */
    readonly state: string;
    readonly reason: string;
    readonly [more: string]: unknown;
}
export interface UploadOptions {
    /** The file's own name when it is not said. */
    name?: string;
    /** The file of one's own of which this is a newer version. */
    versionOf?: Id;
    /** Bytes that the server has, and all. */
    onProgress?: (sent: number, total: number) => void;
    /** Ends it; nothing stays of it on the server. */
    signal?: AbortSignal;
}

export interface Client {
    readonly url: string;
    readonly store: Store;
    /** Who is signed in; null: nobody. */
    readonly session: CurrentSession | null;
    readonly status: Status;
    /** What carries events: `polling` where something between lets no WebSocket through, until one is; null without either. Nothing else differs. */
    readonly transport: 'websocket' | 'polling' | null;

    // --- coming in. Each gives the session, and connects when `connect` was called before.

    /** Whoever was signed in here before, by storage or cookie; null when nobody was or the session is over. */
    restore(): Promise<CurrentSession | null>;
    signIn(who: SignInPassword): Promise<CurrentSession>;
    signInAsGuest(who?: { display_name?: string }): Promise<CurrentSession>;
    /** With what a site signed for its user. */
    signInVouched(who: Vouched): Promise<CurrentSession>;
    /** With a JSON Web Token of an outside issuer. */
    signInWithJwt(token: string): Promise<CurrentSession>;
    /** A personal or service token; kept in memory alone. */
    useToken(token: string): Promise<CurrentSession>;
    /** The providers of this tenant at which people can sign in. */
    providers(): Promise<readonly Provider[]>;
    /** Where to send the browser to sign in at a provider; it comes back to `returnTo` with a cookie, or with `sign_in_error` in the query. */
    providerUrl(provider: string, returnTo?: string): string;
    /** Signs out, here or everywhere; what was not sent is forgotten. Rejects, and one stays signed in, when the server cannot be asked. */
    signOut(how?: { everywhere?: boolean }): Promise<void>;

    // --- the connection

    /** Connects and stays connected until `disconnect`; resolves when everything is heard. Rejects with `signed_out`, `closed`, or `no_websocket`. */
    connect(): Promise<void>;
    disconnect(): void;
    /** Ends everything, timers too; the client is good for nothing any more. Unsent messages stay in storage. */
    close(): void;

    /** Asks for an operation: over the WebSocket when it is open, else over HTTP. Rejects with ParleyError. */
    call<Name extends keyof AllOperations & string>(operation: Name, ...input: InputArguments<Name>): Promise<Output<Name>>;
    /** The same for operations that no type knows. */
    call<Name extends string>(operation: Name extends keyof AllOperations ? never : Name, input?: { readonly [name: string]: unknown }): Promise<any>;
    /** Entries of the log, frames of the server, and OwnEvents. Gives the function that ends it. */
    on<Type extends keyof AllEvents>(type: Type, listener: (what: AllEvents[Type]) => void): () => void;
    on<Type extends string>(type: Type extends keyof AllEvents ? never : Type, listener: (what: any) => void): () => void;

    /**
     * Brings a file into a conversation (where the plugin attachments is on), piece by piece, and goes on where it was when
     * the network was away, also in the next visit of the page when it is called with the same file again.
     */
    upload(conversation: Id, file: Blob, options?: UploadOptions): Promise<StoredFile>;
    /** The content of a file that one may see; for pages that cannot name its address in an `img`, because their session is no cookie. */
    download(file: Id, options?: { signal?: AbortSignal }): Promise<Blob>;
    /** Bytes that a plugin serves to who is signed in, by their path below `/api/v1/`. */
    read(path: string, options?: { signal?: AbortSignal }): Promise<Blob>;

    // --- what a view does

    /** Shows the message at once and sends it as soon as it can, in order per conversation, once. */
    send(conversation: Id, draft: Draft | string): Sending;
    /** A failed message again, before all others of its conversation. */
    retry(key: string): void;
    /** Forgets a message that is pending or failed; false when it is too late. */
    drop(key: string): boolean;

    /**
     * Loads messages: the newest page when none is loaded, else the page before or after what is there; `around` makes
     * a sequence number the middle and forgets what was loaded. Does nothing where there is no more.
     */
    load(conversation: Id, which?: 'newest' | 'before' | 'after' | { around: Seq }): Promise<void>;
    /**
     * Lets go of all but `most` loaded messages, those around a sequence number; `load` brings the others back. For views of
     * conversations in which somebody reads on and on. Does nothing while a page is being asked for: say it again then.
     */
    trim(conversation: Id, around: Seq, most: number): void;
    /** Looks into a conversation of which one is no member (a public channel), or asks for one again. */
    open(conversation: Id): Promise<ConversationState>;
    /** All members, once; from then on they are kept. */
    loadMembers(conversation: Id): Promise<ReadonlyMap<Id, Member>>;
    /** Those of these users that are not known yet. */
    loadUsers(ids: Iterable<Id>): Promise<void>;
    /** Presence of users whom the server does not tell by itself, as in very large conversations. */
    loadPresence(ids: Iterable<Id>): Promise<void>;
    /** Up to the newest when no sequence is said; what happens fast after another is sent once. */
    markRead(conversation: Id, seq?: Seq): void;
    /** Says that one is writing; call it at every key, it is sent as rarely as possible. */
    typing(conversation: Id): void;
    stopTyping(conversation: Id): void;
}

/** For totals in a view: unread messages and mentions of all conversations that may notify. */
export interface Totals {
    readonly unread: Count;
    readonly mentions: Count;
}
export { totals } from './store.js';
