// Made by scripts/generate.js from the documents in api/; a test compares. Do not change by hand.

/** An account as those see it who manage accounts. */
export interface Account {
    readonly id: Id;
    readonly username: string;
    readonly display_name: string;
    readonly status_text: string;
    readonly status_expires_at: Moment | null;
    readonly disabled: boolean;
    readonly role: string;
    readonly kind: "person" | "bot" | "guest";
}

export interface AccountPage {
    readonly accounts: readonly (Account)[];
    readonly next: string | null;
}

/** Whatever JSON can be. */
export type Any = unknown;

/** Something that was done, or was refused. */
export interface AuditEntry {
    readonly id: Id;
    readonly at: Moment;
    readonly action: string;
    readonly actor: Id | null;
    readonly session: Id | null;
    readonly subject: AuditSubject | null;
    readonly address: string;
    readonly request_id: string;
    readonly details: { readonly [name: string]: unknown };
}

export interface AuditPage {
    readonly entries: readonly (AuditEntry)[];
    readonly next: Id | null;
}

/** What it was done to. */
export interface AuditSubject {
    readonly kind: string;
    readonly id: Id;
}

export interface AwaitedEvents {
    readonly events: readonly (Events[keyof Events])[];
    readonly upto: Position;
    readonly log_end: Position;
    readonly more: boolean;
    /** What was said meanwhile and is in no log, as over a WebSocket: presence, typing, draining. */
    readonly passing: readonly ({ readonly [name: string]: unknown })[];
    /** Of `passing`; for the next request. */
    readonly heard: number;
}

export interface Ban {
    readonly user: User;
    readonly by: Id | null;
    readonly reason: string;
    readonly created_at: Moment;
    readonly until: Moment | null;
}

export interface BanPage {
    readonly bans: readonly (Ban)[];
    readonly next: Id | null;
}

/** The client's own id of a command. */
export type CommandId = string;

export interface Conversation {
    readonly id: Id;
    readonly kind: string;
    readonly model: string | null;
    readonly team: string | null;
    readonly name: string;
    readonly description: string;
    readonly topic: string;
    readonly visibility: "public" | "unlisted" | "private";
    readonly creator: Id | null;
    readonly last_seq: Seq;
    readonly member_count: Count;
    readonly created_at: Moment;
    readonly updated_at: Moment;
    readonly last_message_at: Moment | null;
    readonly archived_at: Moment | null;
    readonly view_hints: { readonly [name: string]: unknown };
    /** The two people of a direct conversation. */
    readonly with: readonly (Id)[];
}

export interface ConversationEntry {
    readonly conversation: Conversation;
    readonly membership: Membership | null;
}

export interface ConversationList {
    readonly conversations: readonly (ConversationEntry)[];
}

export interface ConversationPage {
    readonly conversations: readonly (ConversationEntry)[];
    readonly next: string | null;
}

export type Count = number;

/** In seconds after sending; 0: a message is never edited, -1: always. */
export type EditWindow = number;

export interface Ended {
    readonly ended: Count;
}

export interface EventPage {
    readonly events: readonly (Events[keyof Events])[];
    readonly upto: Position;
    readonly log_end: Position;
    readonly more: boolean;
}

/** What is left to say of a message that is gone for good. */
export interface GoneMessage {
    readonly id: Id;
    readonly conversation: Id;
    readonly seq: Seq;
    readonly from: Identity;
    readonly mentions: readonly (Id)[];
    /** The id of who really wrote it, for those who may know. */
    readonly author?: string;
    readonly purged: true;
}

/** A role's name, held in this conversation besides the account's own. */
export type GrantedRole = string | null;

/** Who holds a message that waits for a verdict, and why. */
export interface Hold {
    readonly holder: string;
    readonly reason: string;
}

/** An identifier; a text, because JavaScript loses the low digits of such numbers. */
export type Id = string;

/** Who is shown as the one who wrote. */
export type Identity = {
    readonly source: "user";
    readonly id: Id;
} | {
    readonly source: "persona";
    readonly id: Id;
    readonly name: string;
    readonly avatar: string;
};

/** Members of the request that nobody here knows. */
export type Ignored = readonly (string)[];

export interface Kind {
    readonly name: string;
    readonly sentence: string;
    readonly made_with: string | null;
    readonly managed_with: string;
    readonly writes: Party;
    readonly adds_members: Party;
    readonly leaves: Party;
    readonly removes_messages: Party;
    readonly least_members: Count;
    readonly most_members: Count | null;
    readonly named: boolean;
    readonly listed: boolean;
    readonly one_per_party: boolean;
    readonly view_hints: { readonly [name: string]: unknown };
}

export interface KindList {
    readonly kinds: readonly (Kind)[];
}

export interface Limits {
    readonly max_graphemes: Count;
    readonly max_bytes: Count;
    readonly edit_window_seconds: EditWindow;
    readonly data_bytes: Count;
    readonly page_entries: Count;
    readonly max_members: Count;
    readonly name_graphemes: Count;
    readonly topic_graphemes: Count;
    readonly description_graphemes: Count;
    readonly typing_seconds: Count;
    readonly models: { readonly [name: string]: Model };
}

export interface Member {
    readonly user: User;
    readonly role: Role;
    readonly granted_role: GrantedRole;
    readonly joined_at: Moment;
}

export interface MemberPage {
    readonly members: readonly (Member)[];
    readonly next: Id | null;
}

/** One's own view of a conversation. */
export interface Membership {
    readonly role: Role;
    readonly joined_at: Moment;
    readonly last_read: Seq;
    readonly notify: "all" | "mentions" | "none";
    readonly pinned_at: Moment | null;
    readonly unread: Count;
    readonly mentions: Count;
    readonly granted_role: GrantedRole;
}

export interface Message {
    readonly id: Id;
    readonly conversation: Id;
    readonly seq: Seq | null;
    readonly from: Identity;
    readonly type: string;
    readonly text: string;
    readonly content: readonly (Node)[];
    readonly data: { readonly [name: string]: unknown };
    readonly reply_to: RepliedMessage | null;
    readonly thread_root: Id | null;
    readonly thread: Thread;
    readonly state: "published" | "held" | "rejected";
    readonly mentions: readonly (Id)[];
    readonly created_at: Moment;
    readonly edited_at: Moment | null;
    readonly deleted_at: Moment | null;
    /** Why it is held or rejected. */
    readonly state_reason?: string;
    readonly held_by?: readonly (Hold)[];
    /** The id of who really wrote it, for those who may know. */
    readonly author?: string;
    /** The sender's own key. */
    readonly client_key?: string;
}

export interface MessagePage {
    readonly messages: readonly (Message)[];
    readonly last_seq: Seq;
    readonly more_before: boolean;
    readonly more_after: boolean;
}

export interface Model {
    readonly display_name: string;
    readonly description: string;
    readonly max_graphemes: Count;
    readonly max_bytes: Count;
    readonly edit_window_seconds: EditWindow;
}

/** UTC with microseconds. */
export type Moment = string;

export interface NewToken {
    readonly id: Id;
    readonly kind: TokenKind;
    readonly name: string;
    readonly permissions: string | null;
    readonly user_agent: string;
    readonly address: string;
    readonly created_at: Moment;
    readonly used_at: Moment | null;
    readonly expires_at: Moment;
    /** Shown this once. */
    readonly token: string;
}

/** A piece of a formatted text. */
export type Node = {
    readonly type: "text" | "code";
    readonly text: string;
} | {
    readonly type: "bold" | "italic" | "quote";
    readonly children: readonly (Node)[];
} | {
    readonly type: "code_block";
    readonly language: string;
    readonly text: string;
} | {
    readonly type: "link";
    readonly url: string;
    readonly children: readonly (Node)[];
} | {
    readonly type: "mention";
    readonly username: string;
    readonly text: string;
} | {
    readonly type: "channel";
    readonly name: string;
    readonly text: string;
} | {
    readonly type: "break";
};

/** There is nothing to say but that it is done. */
export interface Nothing {}

export type Party = "nobody" | "members" | "admins";

export interface Permission {
    readonly name: string;
    readonly sentence: string;
}

export interface PermissionList {
    readonly permissions: readonly (Permission)[];
    readonly roles: readonly (RoleInfo)[];
}

export interface PluginEntry {
    readonly id: string;
    readonly title: string;
    readonly sentence: string;
    readonly version: string;
    readonly licence: string;
    readonly isolation: "in_process" | "process";
    /** On in this tenant, or in the model. */
    readonly on: boolean;
    /** Of a model: whether it is on in the tenant; null of the tenant itself. */
    readonly inherited: boolean | null;
    /** Models where that is different. */
    readonly models: readonly ({
        readonly name: string;
        readonly on: boolean;
    })[];
    /** Empty where it is on. */
    readonly why_off: string;
    /** settings.change switches it, where it switches anything. */
    readonly writable: boolean;
    /** How it was switched so; null: it was not. */
    readonly in_form: boolean | null;
    readonly trouble: readonly (string)[];
    readonly restarts: Count;
    readonly parts: readonly (PluginPart)[];
}

export interface PluginList {
    readonly model: string | null;
    readonly models: readonly (string)[];
    readonly plugins: readonly (PluginEntry)[];
    readonly forms: SettingsForms;
}

/** A hook, command, service or job, and how its calls go. */
export interface PluginPart {
    readonly name: string;
    /** It failed again and again and is not asked for a while. */
    readonly paused: boolean;
    readonly calls: Count;
    readonly failures: Count;
}

/** A position in the tenant's event log: 1, 2, 3 and so on without holes. */
export type Position = number;

export interface Presence {
    readonly user: Id;
    readonly presence: "online" | "away" | "busy" | "offline";
    readonly last_active: Moment | null;
}

export interface PresenceList {
    readonly presence: readonly (Presence)[];
}

/** Why something was not done, as RFC 9457 has it. */
export interface Problem {
    readonly type: string;
    readonly title: string;
    readonly status: number;
    readonly request_id: string;
    /** A stable word for programs. */
    readonly code: string;
    /** A sentence for people. */
    readonly detail: string;
    /** The member of the request that is at fault. */
    readonly field?: string;
    /** How many seconds to wait before the same can succeed; over HTTP also in Retry-After. */
    readonly retry_after?: number;
}

export interface Provider {
    readonly name: string;
    readonly title: string;
}

export interface ProviderList {
    readonly providers: readonly (Provider)[];
    /** Whether somebody without an account may come in as a guest. */
    readonly guests: boolean;
}

/** Each good once in place of a code of the app; shown this once. */
export interface RecoveryCodes {
    readonly recovery_codes: readonly (string)[];
}

export interface RepliedMessage {
    readonly id: Id;
    readonly seq: Seq;
    readonly from: Identity;
    readonly text: string;
    readonly deleted: boolean;
}

export interface ResetLink {
    readonly expires_at: Moment;
    /** Shown this once; good once. */
    readonly token: string;
}

export interface Revision {
    readonly number: Count;
    readonly text: string;
    readonly content: readonly (Node)[];
    readonly data: { readonly [name: string]: unknown };
    readonly replaced_at: Moment;
}

export interface RevisionList {
    readonly revisions: readonly (Revision)[];
}

export type Role = "member" | "admin" | "owner";

export interface RoleEntry {
    readonly name: string;
    readonly sentence: string;
    readonly permissions: readonly (string)[];
    /** Names that nobody declares now, as of a plugin that is off; they grant nothing. */
    readonly unknown_permissions: readonly (string)[];
    /** Comes with Parley and cannot be changed. */
    readonly fixed: boolean;
}

export interface RoleInfo {
    readonly name: string;
    readonly sentence: string;
    readonly permissions: readonly (string)[];
}

export interface RoleList {
    readonly roles: readonly (RoleEntry)[];
}

/** One's own account. */
export interface Self {
    readonly id: Id;
    readonly username: string;
    readonly display_name: string;
    readonly status_text: string;
    readonly status_expires_at: Moment | null;
    readonly disabled: boolean;
    readonly role: string;
    readonly permissions: readonly (string)[];
}

/** A message's number within its conversation: 1, 2, 3 and so on without holes. */
export type Seq = number;

export interface ServerInfo {
    readonly name: string;
    readonly version: string;
    readonly tenant: Tenant | null;
}

/** How the server does, as far as it concerns this tenant. */
export interface ServerState {
    readonly version: string;
    readonly people: Count;
    readonly connections: Count;
    readonly configuration: {
        readonly generation: Count;
        readonly loaded_at: Moment;
        readonly last_reload: "none" | "applied" | "refused";
    };
}

export interface Session {
    readonly id: Id;
    readonly kind: TokenKind;
    readonly name: string;
    readonly permissions: string | null;
    readonly user_agent: string;
    readonly address: string;
    readonly created_at: Moment;
    readonly used_at: Moment | null;
    readonly expires_at: Moment;
    readonly current: boolean;
}

export interface SessionList {
    readonly sessions: readonly (Session)[];
}

export interface Setting {
    readonly name: string;
    readonly sentence: string;
    /** The lowest level at which it can be set. */
    readonly level: "tenant" | "model";
    /** What a value has to be, as JSON Schema. */
    readonly rules: { readonly [name: string]: unknown };
    /** The same in words. */
    readonly expects: string;
    readonly default: Any;
    readonly value: Any;
    /** Its value is never shown; `value` says whether there is one. */
    readonly secret: boolean;
    /** Secrets in `value` are left out: it cannot be written as it is. */
    readonly masked: boolean;
    /** A new value takes effect without a restart. */
    readonly live: boolean;
    /** Who said so. */
    readonly source: "default" | "server" | "tenant" | "model" | "form";
    /** File and line; empty where no file says it. */
    readonly place: string;
    /** settings.change sets it, where it sets anything. */
    readonly writable: boolean;
    /** It was set so for exactly this tenant or model. */
    readonly in_form: boolean;
}

export interface SettingsChange {
    /** What holds otherwise now. */
    readonly changes: readonly ({
        readonly setting: string;
        readonly model: string | null;
        readonly from: string;
        readonly to: string;
    })[];
    /** Those that are switched by it. */
    readonly plugins: readonly ({
        readonly plugin: string;
        readonly model: string | null;
        readonly on: boolean;
    })[];
    readonly applied: boolean;
    readonly generation: Count;
    readonly revision: string;
}

/** Whether settings.change works here, and with what. */
export interface SettingsForms {
    readonly writable: boolean;
    /** A sentence, where it does not. */
    readonly why_not: string;
    /** Where the server writes what is set. */
    readonly file: string;
    /** Of what is set so far. */
    readonly revision: string;
}

export interface SettingsPage {
    readonly tenant: string;
    readonly model: string | null;
    /** Those with settings of their own. */
    readonly models: readonly (string)[];
    /** Where the operator writes what holds here. */
    readonly file: string;
    readonly forms: SettingsForms;
    readonly sections: readonly (SettingsSection)[];
}

export interface SettingsSection {
    readonly name: string;
    readonly sentence: string;
    /** It is a plugin's. */
    readonly plugin: boolean;
    /** Of a plugin: whether it is on here. */
    readonly on: boolean;
    readonly settings: readonly (Setting)[];
}

export interface SignedIn {
    /** Not where it is in a cookie. */
    readonly token?: string;
    readonly expires_at: Moment;
    /** With a cookie only: goes as X-CSRF-Token with every request that changes something. */
    readonly csrf_token?: string;
    /** Only where the session can be refreshed; good once. */
    readonly refresh_token?: string;
    readonly session: Id;
    readonly ends_at: Moment;
    /** The tenant wants a second factor, and until there is one nothing else can be done. */
    readonly must_enrol: boolean;
    readonly user: User;
}

export interface Snapshot {
    readonly position: Position;
    readonly self: Self;
    readonly conversations: readonly (ConversationEntry)[];
    readonly people: readonly (User)[];
    readonly presence: readonly (Presence)[];
    readonly limits: Limits;
}

export interface Tenant {
    readonly name: string;
    readonly display_name: string;
    readonly description: string;
}

/** What is said in answer to a message. */
export interface Thread {
    readonly replies: Count;
    readonly last_reply_at: Moment | null;
    readonly participants: readonly (Identity)[];
}

/** The thread that an event changed, as it is now. */
export interface ThreadOf {
    readonly root: Id;
    readonly replies: Count;
    readonly last_reply_at: Moment | null;
    readonly participants: readonly (Identity)[];
}

export interface Token {
    readonly id: Id;
    readonly kind: TokenKind;
    readonly name: string;
    readonly permissions: string | null;
    readonly user_agent: string;
    readonly address: string;
    readonly created_at: Moment;
    readonly used_at: Moment | null;
    readonly expires_at: Moment;
}

export type TokenKind = "password" | "personal" | "service" | "guest" | "vouched" | "provider";

export interface TokenList {
    readonly tokens: readonly (Token)[];
}

export interface TotpSecret {
    /** Base32, to be typed into an app. */
    readonly secret: string;
    /** otpauth://, to be shown as a picture. */
    readonly uri: string;
}

export interface User {
    readonly id: Id;
    readonly username: string;
    readonly display_name: string;
    readonly status_text: string;
    readonly status_expires_at: Moment | null;
    readonly disabled: boolean;
}

export interface UserPage {
    readonly users: readonly (User)[];
    readonly next: string | null;
}

/** What stands in the log, by its type. */
export interface Events {
    /** The conversation is gone; forget it. */
    'conversation.deleted': {
        readonly type: "conversation.deleted";
        readonly position: Position;
        readonly conversation: Id | null;
        readonly at: Moment;
        readonly data: {};
    };
    /** You are a member now; everything about the conversation is in the event. */
    'conversation.joined': {
        readonly type: "conversation.joined";
        readonly position: Position;
        readonly conversation: Id | null;
        readonly at: Moment;
        readonly data: {
            readonly conversation: Conversation;
            readonly membership: Membership;
            readonly people: readonly (User)[];
        };
    };
    /** You are not a member any more; forget the conversation. */
    'conversation.left': {
        readonly type: "conversation.left";
        readonly position: Position;
        readonly conversation: Id | null;
        readonly at: Moment;
        readonly data: {
            readonly reason: "left" | "removed" | "banned" | "deleted";
        };
    };
    /** The conversation's own fields, all of them, as they are now. */
    'conversation.updated': {
        readonly type: "conversation.updated";
        readonly position: Position;
        readonly conversation: Id | null;
        readonly at: Moment;
        readonly data: {
            readonly conversation: Conversation;
        };
    };
    /** Somebody joined or was added. */
    'member.added': {
        readonly type: "member.added";
        readonly position: Position;
        readonly conversation: Id | null;
        readonly at: Moment;
        readonly data: {
            readonly member: Member;
            readonly member_count: Count;
        };
    };
    /** Somebody left or was removed. */
    'member.removed': {
        readonly type: "member.removed";
        readonly position: Position;
        readonly conversation: Id | null;
        readonly at: Moment;
        readonly data: {
            readonly user: Id;
            readonly reason: "left" | "removed" | "banned";
            readonly member_count: Count;
        };
    };
    /** A member's role changed, or the role that is granted to it here. */
    'member.updated': {
        readonly type: "member.updated";
        readonly position: Position;
        readonly conversation: Id | null;
        readonly at: Moment;
        readonly data: {
            readonly member: Member;
        };
    };
    /** Your own settings of the conversation: pinned, notification level. */
    'membership.updated': {
        readonly type: "membership.updated";
        readonly position: Position;
        readonly conversation: Id | null;
        readonly at: Moment;
        readonly data: {
            readonly membership: Membership;
        };
    };
    /** A message was published; it counts as unread unless you wrote it. */
    'message.created': {
        readonly type: "message.created";
        readonly position: Position;
        readonly conversation: Id | null;
        readonly at: Moment;
        readonly data: {
            readonly message: Message | GoneMessage;
            readonly thread?: ThreadOf;
        };
    };
    /** A message's words are gone and its place stays; it no longer counts as unread, nor for whom mentions_removed names. */
    'message.deleted': {
        readonly type: "message.deleted";
        readonly position: Position;
        readonly conversation: Id | null;
        readonly at: Moment;
        readonly data: {
            readonly message: Message | GoneMessage;
            readonly mentions_removed: readonly (Id)[];
            readonly thread?: ThreadOf;
        };
    };
    /** A message's text or data changed; mentions_added and mentions_removed say for whom. */
    'message.edited': {
        readonly type: "message.edited";
        readonly position: Position;
        readonly conversation: Id | null;
        readonly at: Moment;
        readonly data: {
            readonly message: Message | GoneMessage;
            readonly mentions_added: readonly (Id)[];
            readonly mentions_removed: readonly (Id)[];
        };
    };
    /** A message waits for a verdict; only its author and reviewers hear of it. */
    'message.held': {
        readonly type: "message.held";
        readonly position: Position;
        readonly conversation: Id | null;
        readonly at: Moment;
        readonly data: {
            readonly message: Message | GoneMessage;
        };
    };
    /** A message is gone for good; it no longer counts unless it was deleted before. */
    'message.purged': {
        readonly type: "message.purged";
        readonly position: Position;
        readonly conversation: Id | null;
        readonly at: Moment;
        readonly data: {
            readonly message: GoneMessage;
            readonly was_deleted: boolean;
            readonly thread?: ThreadOf;
        };
    };
    /** A held message will not be published; only its author and reviewers hear of it. */
    'message.rejected': {
        readonly type: "message.rejected";
        readonly position: Position;
        readonly conversation: Id | null;
        readonly at: Moment;
        readonly data: {
            readonly message: Message | GoneMessage;
        };
    };
    /** A held or rejected message is gone; only its author and reviewers hear of it. */
    'message.withdrawn': {
        readonly type: "message.withdrawn";
        readonly position: Position;
        readonly conversation: Id | null;
        readonly at: Moment;
        readonly data: {
            readonly message: GoneMessage;
        };
    };
    /** How far you have read, and the counts that leaves. */
    'read.updated': {
        readonly type: "read.updated";
        readonly position: Position;
        readonly conversation: Id | null;
        readonly at: Moment;
        readonly data: {
            readonly last_read: Seq;
            readonly unread: Count;
            readonly mentions: Count;
        };
    };
    /** Your role changed, or what it grants, in the whole tenant or in the conversation that is named; take a fresh snapshot. */
    'rights.updated': {
        readonly type: "rights.updated";
        readonly position: Position;
        readonly conversation: Id | null;
        readonly at: Moment;
        readonly data: {
            /** The account's, or, of a conversation, the one that is granted there; null: none is any more. */
            readonly role: string | null;
            /** What the role grants; the scope of a token may narrow it. */
            readonly permissions: readonly (string)[];
        };
    };
    /** A session of yours is over; the connections that came with it end. */
    'session.ended': {
        readonly type: "session.ended";
        readonly position: Position;
        readonly conversation: Id | null;
        readonly at: Moment;
        readonly data: {
            readonly session: Id;
            readonly reason: "signed_out" | "password_changed" | "disabled" | "refresh_reused" | "expired";
        };
    };
    /** Somebody with whom you share a conversation changed name or status. */
    'user.updated': {
        readonly type: "user.updated";
        readonly position: Position;
        readonly conversation: Id | null;
        readonly at: Moment;
        readonly data: {
            readonly user: User;
        };
    };
}

/** What the server says over the WebSocket besides answers and the log. */
export interface Frames {
    /** The first frame once the server knows who is there. */
    hello: {
        readonly type: "hello";
        readonly data: {
            readonly user: Self;
            readonly position: Position;
            readonly limits: Limits;
            readonly max_frame_bytes: Count;
            readonly version: string;
        };
    };
    /** A contact looks different. Not sent where hundreds are connected: ask presence.get. */
    'presence.changed': {
        readonly type: "presence.changed";
        readonly data: Presence;
    };
    /** Everything up to this position has been sent; what follows is new. */
    resumed: {
        readonly type: "resumed";
        readonly data: {
            readonly position: Position;
        };
    };
    /** The server is about to close; connect again and resume. */
    'server.draining': {
        readonly type: "server.draining";
        readonly data: {
            readonly reconnect_in_ms: Count;
        };
    };
    /** The log does not reach back that far; take a snapshot. */
    snapshot_needed: {
        readonly type: "snapshot_needed";
        readonly data: {};
    };
    /** A member is writing. */
    'typing.started': {
        readonly type: "typing.started";
        readonly conversation: Id;
        readonly data: {
            readonly user: Id;
        };
    };
    /** A member is not writing any more. */
    'typing.stopped': {
        readonly type: "typing.stopped";
        readonly conversation: Id;
        readonly data: {
            readonly user: Id;
        };
    };
}

/** What can be asked for by `call`. */
export interface Operations {
    /** All accounts by username, with role and kind. Takes the permission users.manage. */
    'account.list': { input: {
        /** How the username or the display name begins. */
        readonly prefix?: string;
        /** The `next` of the page before. */
        readonly after?: string;
        /** The most entries of the page; 50 when it is not said. */
        readonly limit?: number;
    }; output: AccountPage };
    /** Sign-ins, refusals, tokens, roles and removals, the newest first. Takes the permission audit.see. */
    'audit.list': { input: {
        /** The next of the page before. */
        readonly before?: string;
        /** The most entries of the page; 50 when it is not said. */
        readonly limit?: number;
        /** Entries of this action only. */
        readonly action?: string;
        /** What this user did only. */
        readonly actor?: string;
    }; output: AuditPage };
    /** Closes it: it stays readable and takes no new messages. */
    'conversation.archive': { input: {
        /** The conversation's id. */
        readonly conversation: string;
    }; output: Conversation };
    /** Public channels by name. Takes the permission channels.browse. */
    'conversation.browse': { input: {
        /** A part of the name. */
        readonly contains?: string;
        /** The `next` of the page before. */
        readonly after?: string;
        /** The most entries of the page; 50 when it is not said. */
        readonly limit?: number;
    }; output: ConversationPage };
    /** Makes a conversation, with the caller in it; where the same people have one already, gives that. */
    'conversation.create': { input: {
        /** One of the kinds that kinds.list tells; channel when it is not said. */
        readonly kind?: string;
        /** Needed for kinds that are named. */
        readonly name?: string;
        /** What it is for, several lines. */
        readonly description?: string;
        /** What it is about now, one line. */
        readonly topic?: string;
        /** A free label to group by. */
        readonly team?: string;
        /** The model it belongs to, one of the tenant's. */
        readonly model?: string;
        /** Who finds and joins it: everybody, who knows it, nobody. */
        readonly visibility?: "public" | "unlisted" | "private";
        /** The other first members. */
        readonly members?: readonly (string)[];
    }; output: ConversationEntry };
    /** Ends it; from then on nobody finds it. */
    'conversation.delete': { input: {
        /** The conversation's id. */
        readonly conversation: string;
    }; output: Nothing };
    /** One conversation that the caller may see. */
    'conversation.get': { input: {
        /** The conversation's id. */
        readonly conversation: string;
    }; output: ConversationEntry };
    /** Goes into an open conversation; being in already changes nothing. */
    'conversation.join': { input: {
        /** The conversation's id. */
        readonly conversation: string;
    }; output: ConversationEntry };
    /** Goes out; the last owner cannot while others are in. */
    'conversation.leave': { input: {
        /** The conversation's id. */
        readonly conversation: string;
    }; output: Nothing };
    /** The caller's own conversations, with what is unread in them. */
    'conversation.list': { input: {}; output: ConversationList };
    /** Opens an archived conversation again. */
    'conversation.restore': { input: {
        /** The conversation's id. */
        readonly conversation: string;
    }; output: Conversation };
    /** Changes what is given; for its admins or who holds the permission that its kind names. */
    'conversation.update': { input: {
        /** The conversation's id. */
        readonly conversation: string;
        /** The new name. */
        readonly name?: string;
        /** Several lines. */
        readonly description?: string;
        /** One line. */
        readonly topic?: string;
        /** A free label to group by. */
        readonly team?: string;
        /** Who finds and joins it: everybody, who knows it, nobody. */
        readonly visibility?: "public" | "unlisted" | "private";
    }; output: Conversation };
    /** The conversation of the caller and one other person; it is made when there is none yet. */
    'direct.open': { input: {
        /** The other person's id. */
        readonly user: string;
    }; output: ConversationEntry };
    /** The events after a position that the caller hears; go on from `upto` while there is more. */
    'events.get': { input: {
        /** The position of the last event that is known. */
        readonly since: number;
        /** The most entries of the log to read; 200 when it is not said. */
        readonly limit?: number;
    }; output: EventPage };
    /** Lets a member hold a role here, besides that of its account; for who governs the conversation and holds all that the role grants. */
    'grant.add': { input: {
        /** The conversation's id. */
        readonly conversation: string;
        /** The member's user id. */
        readonly user: string;
        /** A role's name, as role.list tells it. */
        readonly role: string;
    }; output: Member };
    /** Takes the role away that a member holds here; for who could have granted it. */
    'grant.remove': { input: {
        /** The conversation's id. */
        readonly conversation: string;
        /** The member's user id. */
        readonly user: string;
    }; output: Member };
    /** The kinds of conversation, what each lets whom do, and how clients should show it. */
    'kinds.list': { input: {}; output: KindList };
    /** Adds somebody, where the kind lets the caller; being in already changes nothing. */
    'member.add': { input: {
        /** The conversation's id. */
        readonly conversation: string;
        /** Whom to add. */
        readonly user: string;
    }; output: Member };
    /** Keeps somebody out: removed if in, sees and joins it no more, cannot be added. For admins; again with another end or reason changes the ban. */
    'member.ban': { input: {
        /** The conversation's id. */
        readonly conversation: string;
        /** Whom to ban. */
        readonly user: string;
        /** When it ends by itself; for good when it is not said. */
        readonly until?: string;
        /** Why, for those who govern here; up to 500 characters. */
        readonly reason?: string;
    }; output: Ban };
    /** Who is banned now, by user id. For admins. */
    'member.bans': { input: {
        /** The conversation's id. */
        readonly conversation: string;
        /** The `next` of the page before. */
        readonly after?: string;
        /** The most entries of the page; 50 when it is not said. */
        readonly limit?: number;
    }; output: BanPage };
    /** The members by user id. */
    'member.list': { input: {
        /** The conversation's id. */
        readonly conversation: string;
        /** The `next` of the page before. */
        readonly after?: string;
        /** The most entries of the page; 50 when it is not said. */
        readonly limit?: number;
    }; output: MemberPage };
    /** Removes somebody; for admins, and an owner is removed by an owner only. Oneself: leaves. */
    'member.remove': { input: {
        /** The conversation's id. */
        readonly conversation: string;
        /** The member's user id. */
        readonly user: string;
    }; output: Nothing };
    /** Ends a ban; the user is no member by that. For admins. */
    'member.unban': { input: {
        /** The conversation's id. */
        readonly conversation: string;
        /** The banned user's id. */
        readonly user: string;
    }; output: Nothing };
    /** Changes a member's role; for owners. */
    'member.update': { input: {
        /** The conversation's id. */
        readonly conversation: string;
        /** The member's user id. */
        readonly user: string;
        /** What the member becomes. */
        readonly role: "member" | "admin" | "owner";
    }; output: Member };
    /** One's own settings of a conversation; nobody else hears of them. */
    'membership.update': { input: {
        /** The conversation's id. */
        readonly conversation: string;
        /** Whether it stands at the top of one's list. */
        readonly pinned?: boolean;
        /** What it may notify of. */
        readonly notify?: "all" | "mentions" | "none";
    }; output: Membership };
    /** Takes a message's words away and leaves its place; hard: leaves nothing. */
    'message.delete': { input: {
        /** The message's id. */
        readonly message: string;
        /** For good. Takes the permission messages.delete_hard. */
        readonly hard?: boolean;
    }; output: Nothing };
    /** Changes what a message says; what it said before is kept as a revision. */
    'message.edit': { input: {
        /** The message's id. */
        readonly message: string;
        /** The new words. */
        readonly text: string;
        /** The new typed data; as it was when it is not said. */
        readonly data?: { readonly [name: string]: unknown };
    }; output: Message };
    /** One message. */
    'message.get': { input: {
        /** The message's id. */
        readonly message: string;
    }; output: Message };
    /** A page of history in growing sequence: the newest, or before, after or around a sequence. */
    'message.list': { input: {
        /** The conversation's id. */
        readonly conversation: string;
        /** Messages before this sequence. */
        readonly before?: number;
        /** Messages after this sequence. */
        readonly after?: number;
        /** Messages on both sides of this sequence. */
        readonly around?: number;
        /** The most entries of the page; 50 when it is not said. */
        readonly limit?: number;
    }; output: MessagePage };
    /** Refuses a held message for good. Takes the permission messages.review. */
    'message.reject': { input: {
        /** The message's id. */
        readonly message: string;
        /** Why, for the author; 1 to 500 characters. */
        readonly reason: string;
    }; output: Message };
    /** Publishes a held message now; what only a plugin can let through stays held. Takes the permission messages.review. */
    'message.release': { input: {
        /** The message's id. */
        readonly message: string;
    }; output: Message };
    /** What a message said before each edit, oldest first. */
    'message.revisions': { input: {
        /** The message's id. */
        readonly message: string;
    }; output: RevisionList };
    /** Sends a message; the answer comes when it is stored. A key that is known gives the first message. */
    'message.send': { input: {
        /** The conversation's id. */
        readonly conversation: string;
        /** An open type; text when it is not said. */
        readonly type?: string;
        /** The words, with light formatting. */
        readonly text?: string;
        /** Typed data beside the text, at most 16 KiB. */
        readonly data?: { readonly [name: string]: unknown };
        /** The message that this one answers. */
        readonly reply_to?: string;
        /** The message whose thread this one belongs to. */
        readonly thread_root?: string;
        /** The sender's own key; sending it again writes nothing twice. */
        readonly client_key?: string;
    }; output: Message };
    /** The replies of a thread in growing sequence. */
    'message.thread': { input: {
        /** The message's id. */
        readonly message: string;
        /** Replies after this sequence. */
        readonly after?: number;
        /** The most entries of the page; 50 when it is not said. */
        readonly limit?: number;
    }; output: MessagePage };
    /** Held and rejected messages by id: one's own, or everybody's for reviewers. */
    'message.withheld': { input: {
        /** The conversation's id. */
        readonly conversation: string;
        /** Messages after this one. */
        readonly after?: string;
        /** The most entries of the page; 50 when it is not said. */
        readonly limit?: number;
    }; output: MessagePage };
    /** Changes one's own password; all other sessions and tokens end. */
    'password.change': { input: {
        /** The password until now. */
        readonly old_password: string;
        /** The password from now on. */
        readonly new_password: string;
    }; output: Nothing };
    /** Sets a password with the token of a one-time link; all sessions of its user end. */
    'password.reset': { input: {
        /** What user.reset_password gave. */
        readonly token: string;
        /** The password from now on. */
        readonly password: string;
    }; output: Nothing };
    /** The permissions and the shipped roles that grant them. */
    'permissions.list': { input: {}; output: PermissionList };
    /** The plugins that the server has, whether they are on in this tenant or in a model of it, and how they do. Takes the permission settings.see. */
    'plugins.list': { input: {
        /** A model; the tenant itself when it is not said. */
        readonly model?: string;
    }; output: PluginList };
    /** Who of these people is here; only those with whom a conversation is shared, without who is offline. */
    'presence.get': { input: {
        /** Whose presence to tell. */
        readonly users: readonly (string)[];
    }; output: PresenceList };
    /** How one wants to be shown while any device is connected; online takes the choice back. */
    'presence.set': { input: {
        /** What the others see. */
        readonly presence: "online" | "away" | "busy";
    }; output: Nothing };
    /** Everything up to a sequence is read; it never goes back. */
    'read.mark': { input: {
        /** The conversation's id. */
        readonly conversation: string;
        /** The last sequence that is read. */
        readonly seq: number;
    }; output: Membership };
    /** Makes a message the first unread one. */
    'read.unmark': { input: {
        /** The conversation's id. */
        readonly conversation: string;
        /** The sequence of the first message to be unread. */
        readonly seq: number;
    }; output: Membership };
    /** Changes what is given; who has the role gets rights.updated. Takes the permission roles.manage, and all that the role grants before and after. */
    'role.change': { input: {
        /** The role's name. */
        readonly role: string;
        /** What it is for, at most 200 characters. */
        readonly sentence?: string;
        /** Names of permissions with a space between, as permissions.list tells them. */
        readonly permissions?: string;
    }; output: RoleEntry };
    /** Makes a role that grants no more than the caller holds. Takes the permission roles.manage. */
    'role.create': { input: {
        /** 1 to 32 of a-z, 0-9, dash and underscore, the first a letter. */
        readonly name: string;
        /** What it is for, at most 200 characters. */
        readonly sentence?: string;
        /** Names of permissions with a space between, as permissions.list tells them. */
        readonly permissions: string;
    }; output: RoleEntry };
    /** Takes a role away; while somebody has it, only with one to have instead. Takes the permission roles.manage, and users.manage where accounts have it. */
    'role.delete': { input: {
        /** The role's name. */
        readonly role: string;
        /** The role that whoever has this one gets instead. */
        readonly replace_with?: string;
    }; output: Nothing };
    /** The shipped roles, which are fixed, and the tenant's own. */
    'role.list': { input: {}; output: RoleList };
    /** What answers here. */
    'server.info': { input: {}; output: ServerInfo };
    /** Who of the tenant is connected to this server, and which configuration it runs on. Takes the permission settings.see. */
    'server.state': { input: {}; output: ServerState };
    /** Signs out: the tokens of this session are good for nothing any more, and its connections end. */
    'session.close': { input: {}; output: Nothing };
    /** Ends a session or token of one's own and the connections that came with it. */
    'session.end': { input: {
        /** The session's id. */
        readonly session: string;
    }; output: Nothing };
    /** Signs out everywhere, here too; tokens made for programs end as well. */
    'session.end_all': { input: {}; output: Ended };
    /** Comes in without an account, where the tenant lets guests in. */
    'session.guest': { input: {
        /** 1 to 80 characters; empty: a made-up name. */
        readonly display_name?: string;
        /** Over HTTP: puts the token into a cookie that scripts cannot read, for pages of this host, and answers a CSRF token instead. */
        readonly cookie?: boolean;
    }; output: SignedIn };
    /** Signs in whom the token (JWT) of an issuer that the tenant trusts names. Whatever is wrong with a token, the answer is the same. */
    'session.jwt': { input: {
        /** The token in its compact form; longer than 8 KiB is not good. */
        readonly token: string;
        /** Over HTTP: puts the token into a cookie that scripts cannot read, for pages of this host, and answers a CSRF token instead. */
        readonly cookie?: boolean;
    }; output: SignedIn };
    /** One's own sessions and tokens that are still good, the current one marked. */
    'session.list': { input: {}; output: SessionList };
    /** Signs in with a username and a password and gives an access token and a refresh token. */
    'session.open': { input: {
        /** The username, in any case. */
        readonly username: string;
        /** The password. */
        readonly password: string;
        /** The second factor: a code of the app, or a recovery code. */
        readonly code?: string;
        /** What the session is called in the list of one's sessions. */
        readonly name?: string;
        /** Over HTTP: puts the token into a cookie that scripts cannot read, for pages of this host, and answers a CSRF token instead. */
        readonly cookie?: boolean;
    }; output: SignedIn };
    /** Gives a new pair of tokens for a refresh token, which is good once; the access token before is good no more. Using one twice ends the session. */
    'session.refresh': { input: {
        /** The latest refresh token of the session. */
        readonly refresh_token: string;
    }; output: SignedIn };
    /** Signs in whom a site vouches for with its signature, which is good once. */
    'session.vouch': { input: {
        /** What the site calls the user. */
        readonly user: string;
        /** How others see the user; a new one is taken over. */
        readonly display_name?: string;
        /** When the signature is over, in seconds since 1970; at most an hour ahead. */
        readonly expires: number;
        /** Anything that tells two signatures of one second apart. */
        readonly nonce?: string;
        /** HMAC-SHA256 in lower-case hexadecimal of parley-vouch-1, tenant, user, display_name, expires and nonce, with a line feed between. */
        readonly signature: string;
        /** Over HTTP: puts the token into a cookie that scripts cannot read, for pages of this host, and answers a CSRF token instead. */
        readonly cookie?: boolean;
    }; output: SignedIn };
    /** Sets settings of plugins for the tenant or a model, and switches plugins on and off there; all of it or nothing. With dry_run it only says what would change. Takes the permission settings.manage. */
    'settings.change': { input: {
        /** A model; the tenant itself when it is not said. */
        readonly model?: string;
        /** That of what was looked at: of `forms` in settings.list. */
        readonly revision: string;
        /** Values by the names of settings; null: what holds without the form. */
        readonly changes?: { readonly [name: string]: unknown };
        /** By the ids of plugins whether they are on: true, false or null, as above. */
        readonly plugins?: { readonly [name: string]: unknown };
        /** Whether nothing is to change. */
        readonly dry_run?: boolean;
    }; output: SettingsChange };
    /** The tenant's settings or a model's: what each means, what it may be, what it is, and who said so. Secrets are not shown. Takes the permission settings.see. */
    'settings.list': { input: {
        /** A model; the tenant itself when it is not said. */
        readonly model?: string;
    }; output: SettingsPage };
    /** The OpenID providers at which people of this tenant sign in with their browser, and whether guests may come in. */
    'sign_in.providers': { input: {}; output: ProviderList };
    /** Everything a client shows before it scrolls back, and the position from which the log goes on. */
    'snapshot.get': { input: {}; output: Snapshot };
    /** Makes a token of one's own, for a device or a program, or one for a bot with the permission users.manage; it is shown this once. */
    'token.create': { input: {
        /** What the token is called. */
        readonly name: string;
        /** When it ends, if earlier than the server's limit. */
        readonly expires_at?: string;
        /** All that the token may give of what the role does, names with spaces between; without it, everything. */
        readonly permissions?: string;
        /** The bot it is for; oneself when it is not said. */
        readonly user?: string;
    }; output: NewToken };
    /** Tokens for programs that are still good, without their secrets: one's own, or a bot's with the permission users.manage. */
    'token.list': { input: {
        /** The bot; oneself when it is not said. */
        readonly user?: string;
    }; output: TokenList };
    /** Ends a token of one's own, or a bot's, and the connections that came with it. */
    'token.revoke': { input: {
        /** The token's id. */
        readonly token: string;
    }; output: Nothing };
    /** Makes the secret of a second factor, for an app; it is asked for once it is confirmed. */
    'totp.begin': { input: {}; output: TotpSecret };
    /** Confirms the second factor with a first code of the app and gives recovery codes, shown this once. */
    'totp.confirm': { input: {
        /** A code of the app. */
        readonly code: string;
    }; output: RecoveryCodes };
    /** Takes one's second factor away, where the tenant does not want one. */
    'totp.disable': { input: {
        /** A code of the app, or a recovery code. */
        readonly code: string;
    }; output: Nothing };
    /** Shows the second factor in a session that was opened at a provider and can do nothing else before (403 code_needed); with all others there is nothing to do. */
    'totp.prove': { input: {
        /** A code of the app, or a recovery code. */
        readonly code: string;
    }; output: Nothing };
    /** Says that one is writing there; it ends by itself unless it is said again. */
    'typing.start': { input: {
        /** The conversation's id. */
        readonly conversation: string;
    }; output: Nothing };
    /** Says that one is not writing there any more. */
    'typing.stop': { input: {
        /** The conversation's id. */
        readonly conversation: string;
    }; output: Nothing };
    /** Gives somebody another role, or disables or enables the account; who is disabled is signed out everywhere. Takes the permission users.manage. */
    'user.change': { input: {
        /** The user's id. */
        readonly user: string;
        /** The role's name. */
        readonly role?: string;
        /** Whether nobody can sign in. */
        readonly disabled?: boolean;
    }; output: Account };
    /** Makes an account without a password; user.reset_password gives the link for a first one, token.create a token for a bot. Takes the permission users.manage. */
    'user.create': { input: {
        /** 1 to 32 of a-z, 0-9, dot, dash and underscore. */
        readonly username: string;
        /** 1 to 80 characters; the username when it is not said. */
        readonly display_name?: string;
        /** The role's name; member when it is not said. */
        readonly role?: string;
        /** A person when it is not said. */
        readonly kind?: "person" | "bot";
    }; output: Account };
    /** Somebody with whom a conversation is shared, or anybody with the permission users.see. */
    'user.get': { input: {
        /** The user's id. */
        readonly user: string;
    }; output: User };
    /** People of the tenant by username. Takes the permission users.see. */
    'user.list': { input: {
        /** How the username or the display name begins. */
        readonly prefix?: string;
        /** The `next` of the page before. */
        readonly after?: string;
        /** The most entries of the page; 50 when it is not said. */
        readonly limit?: number;
    }; output: UserPage };
    /** One's own account, with role and permissions. */
    'user.me': { input: {}; output: Self };
    /** Gives a token, good once and for a day, with which somebody sets a new password. Takes the permission users.manage. */
    'user.reset_password': { input: {
        /** The user's id. */
        readonly user: string;
    }; output: ResetLink };
    /** Takes away the second factor of somebody who lost it. Takes the permission users.manage. */
    'user.reset_totp': { input: {
        /** The user's id. */
        readonly user: string;
    }; output: Nothing };
    /** Signs somebody out everywhere; tokens end as well. Takes the permission users.manage. */
    'user.sign_out': { input: {
        /** The user's id. */
        readonly user: string;
    }; output: Ended };
    /** Changes one's own name and status; what is not given stays. */
    'user.update': { input: {
        /** 1 to 80 characters. */
        readonly display_name?: string;
        /** At most 100 characters; empty takes the status away. */
        readonly status_text?: string;
        /** When the status goes by itself. */
        readonly status_expires_at?: string;
    }; output: Self };
}
