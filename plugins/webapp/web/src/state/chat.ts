// The one client of the server, its state as a signal, and what views ask of it again and again.
import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { createClient, type ConversationState, type Id, type Identity, type Message, type ServerInfo, type State, type User } from '@parley/client';
import { language, t } from '../i18n/index.ts';

// In a secure context the browser keeps the session in a cookie that no script can read.
export const client = createClient({ cookies: isSecureContext, pageSize: 100 });

export const state = signal<State>(client.store.get());
client.store.subscribe((next) => (state.value = next));
export const session = signal(client.session);
client.on('session', (next) => (session.value = next));

export const server = signal<ServerInfo | null>(null);
export const placeName = computed(() => server.value?.tenant?.display_name || server.value?.tenant?.name || t('app.name'));

export const status = computed(() => state.value.status);
export const retryAt = computed(() => state.value.retryAt);
export const self = computed(() => state.value.self);
export const limits = computed(() => state.value.limits);
export const users = computed(() => state.value.users);
export const presence = computed(() => state.value.presence);
export const conversations = computed(() => state.value.conversations);
const permissions = computed(() => new Set(self.value?.permissions));
export const may = (permission: string) => permissions.value.has(permission);

// One signal for each thing that is asked for by id, so that a view changes only with its own.
function byId<T>(make: (id: Id) => T): (id: Id) => ReadonlySignal<T> {
    const all = new Map<Id, ReadonlySignal<T>>();
    return (id) => {
        let found = all.get(id);
        if (!found) all.set(id, (found = computed(() => make(id))));
        return found;
    };
}
export const room = byId<ConversationState | undefined>((id) => conversations.value.get(id));

// Users are looked up by themselves, all that one turn asks for together; who cannot be found is not asked for again.
const wanted = new Set<Id>();
const asked = new Set<Id>();
function want(id: Id) {
    if (asked.has(id)) return;
    asked.add(id);
    if (wanted.size === 0) queueMicrotask(() => {
        const ids = [...wanted];
        wanted.clear();
        client.loadUsers(ids).catch(() => ids.forEach((one) => asked.delete(one)));
    });
    wanted.add(id);
}
const knownUser = byId<User | undefined>((id) => users.value.get(id));
export function user(id: Id): User | undefined {
    const found = knownUser(id).value;
    if (!found && session.peek()) want(id);
    return found;
}
export const nameOfUser = (id: Id) => {
    const found = user(id);
    return found ? found.display_name || found.username : t('message.somebody');
};
export const nameOf = (from: Identity) => (from.source === 'persona' ? from.name : nameOfUser(from.id));
export const presenceOf = (id: Id) => {
    const said = presence.value.get(id)?.presence;
    // Who looks at this is here, whatever was heard of it.
    return said && said !== 'offline' ? said : id === self.value?.id && status.value === 'live' ? 'online' : (said ?? 'offline');
};
export const isMine = (message: Pick<Message, 'from'> & { author?: string }) =>
    (message.author ?? (message.from.source === 'user' ? message.from.id : '')) === self.value?.id;

export const isDirect = (one: ConversationState) => one.conversation.kind === 'direct';
export const isChatOfPeople = (one: ConversationState) => isDirect(one) || one.conversation.kind === 'group_direct';
export const otherOf = (one: ConversationState): Id | undefined => {
    const { with: both } = one.conversation;
    return both.find((id) => id !== self.value?.id) ?? both[0];
};

const listing = computed(() => new Intl.ListFormat(language.value, { style: 'short', type: 'unit' }));
export function titleOf(one: ConversationState): string {
    const { conversation } = one;
    if (conversation.name) return conversation.name;
    const other = otherOf(one);
    if (isDirect(one) && other) return nameOfUser(other);
    const { title } = conversation.view_hints as { title?: string };
    if (conversation.kind === 'support' || title) return title ?? t('side.support');
    if (conversation.kind === 'personal') return t('side.notices');
    if (!one.members) return t('side.direct');
    const names = [...one.members.keys()].filter((id) => id !== self.value?.id).map(nameOfUser);
    return names.length > 0 ? listing.value.format(names) : nameOfUser(self.value?.id ?? '');
}

// What kinds allow, asked for once.
export const kinds = signal<ReadonlyMap<string, import('@parley/client').Kind>>(new Map());
export async function loadKinds() {
    const found = await client.call('kinds.list');
    kinds.value = new Map(found.kinds.map((one) => [one.name, one]));
}

const belongsTo = (party: string | undefined, one: ConversationState) =>
    party === 'members' ? one.membership !== null : party === 'admins' ? governs(one) : false;
export function governs(one: ConversationState) {
    const kind = kinds.value.get(one.conversation.kind);
    const role = one.membership?.role;
    return role === 'admin' || role === 'owner' || (kind !== undefined && may(kind.managed_with));
}
export const mayWrite = (one: ConversationState) =>
    !one.conversation.archived_at && one.membership !== null && may('messages.send') && (kinds.value.size === 0 || belongsTo(kinds.value.get(one.conversation.kind)?.writes, one));
export const mayAdd = (one: ConversationState) => belongsTo(kinds.value.get(one.conversation.kind)?.adds_members, one) || governs(one);
export const mayLeave = (one: ConversationState) => belongsTo(kinds.value.get(one.conversation.kind)?.leaves, one);
export function mayEdit(message: Message, one: ConversationState) {
    if (message.deleted_at || one.conversation.archived_at) return false;
    if (!isMine(message)) return may('messages.edit_others');
    const model = one.conversation.model ? limits.value?.models[one.conversation.model] : undefined;
    const window = (model ?? limits.value)?.edit_window_seconds ?? -1;
    return may('messages.edit_own') && (window < 0 || Date.now() - Date.parse(message.created_at) < window * 1000);
}
export function mayDelete(message: Message, one: ConversationState) {
    if (message.deleted_at) return false;
    if (!isMine(message)) return governs(one) || may('messages.delete_others');
    return may('messages.delete_own') && (message.state !== 'published' || kinds.value.size === 0 || belongsTo(kinds.value.get(one.conversation.kind)?.removes_messages, one));
}
