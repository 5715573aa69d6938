// What may happen when somebody does something to something: read from the catalogue of features, the kinds and the
// table of permissions, never from running it. An outcome is 'ok', a status, or a list of those.
//
// A rule gets the facts of one cell: may(permission), scoped, and where there is a conversation: kind, sees, member
// (undefined, member, admin, owner), governs, archived; where there is a message: visible, own, state, deleted.

const first = (...checks) => {
    for (const [wrong, outcome] of checks) if (wrong) return outcome;
    return 'ok';
};
const unseen = (f) => [!f.sees, 404];
const isAmong = (party, f) => (party === 'members' && f.member !== undefined) || (party === 'admins' && f.governs);
// Its owner, or who holds the permission that its kind names: what admins of it cannot do.
const owns = (f) => f.member === 'owner' || f.may(f.kind.managed_with);
const governed = (f) => first(unseen(f), [!f.kind.named || !f.governs, 403]);
const entered = (f) => first(unseen(f), [f.member === undefined, 403]);
const written = (f) =>
    first(unseen(f), [f.member === undefined, 403], [!f.may('messages.send'), 403], [f.archived, 409], [!isAmong(f.kind.writes, f), 403]);
const signedIn = () => 'ok';
const whole = (f) => (f.scoped ? 403 : 'ok'); // what a token with a scope may not, because it would lead to more
const manages = (f) => first([!f.may('users.manage'), 403], [!f.exists, 404]);

// Deletes: of others by whoever governs or holds the permission; own where the kind lets members remove theirs.
function deletion(f) {
    if (!f.visible) return 404;
    if (!f.own) return f.governs || f.may('messages.delete_others') ? 'ok' : 403;
    if (!f.may('messages.delete_own')) return 403;
    return f.state !== 'published' || isAmong(f.kind.removes_messages, f) ? 'ok' : 403;
}
const reviewed = (f, more) => first([!f.visible, 404], [!f.may('messages.review'), 403], [f.state !== 'held', 409], ...more);

// mutates: a success changes what other cells are about, so it is tried on something of its own.
export const ofConversation = {
    'conversation.get': { rule: (f) => first(unseen(f)) },
    'member.list': { rule: (f) => first(unseen(f)) },
    'message.list': { rule: (f) => first(unseen(f)) },
    'message.withheld': { rule: (f) => first(unseen(f)) },
    'conversation.update': { rule: governed, data: { topic: 'Changed' }, mutates: true },
    'conversation.archive': { rule: governed, mutates: true },
    'conversation.restore': { rule: governed, mutates: true },
    'conversation.delete': { rule: (f) => first(unseen(f), [!f.kind.named || !owns(f), 403]), mutates: true },
    'conversation.join': {
        rule: (f) => {
            const enters = f.exists && f.kind.listed && f.may('channels.enter_private');
            return first([!f.sees && !enters, 404], [f.member === undefined && f.archived, 409]);
        },
        mutates: true,
    },
    'conversation.leave': {
        rule: (f) => {
            if (!f.sees) return 404;
            if (f.member === undefined) return 'ok';
            return first([!isAmong(f.kind.leaves, f), 403], [f.member === 'owner', 409]); // there is one owner
        },
        mutates: true,
    },
    'member.add': {
        rule: (f) => {
            const adds = f.kind.adds_members !== 'nobody' && (isAmong(f.kind.adds_members, f) || f.governs);
            return first(unseen(f), [!adds, 403], [!f.may('users.see'), 400], [f.archived, 409]);
        },
        data: (f, people) => ({ user: f.may('users.see') ? people.tam.id : people.tom.id }),
        mutates: true,
    },
    'member.remove': {
        rule: (f) => first(unseen(f), [f.kind.adds_members === 'nobody' || !f.governs, 403]),
        data: (_, people) => ({ user: people.mia.id }),
        mutates: true,
    },
    'member.update': {
        rule: (f) => first(unseen(f), [!f.kind.named || !owns(f), 403]),
        data: (_, people) => ({ user: people.mia.id, role: 'admin' }),
        mutates: true,
    },
    // Mia holds nothing here yet, and whoever governs a room holds what a guest does, but for a token with a scope.
    'grant.add': {
        rule: (f) => first(unseen(f), [!f.governs, 403], [f.scoped, 403]),
        data: (_, people) => ({ user: people.mia.id, role: 'guest' }),
        mutates: true,
    },
    'grant.remove': { rule: (f) => first(unseen(f), [!f.governs, 403]), data: (_, people) => ({ user: people.mia.id }) },
    'member.ban': {
        rule: (f) => first(unseen(f), [f.kind.adds_members === 'nobody' || !f.governs, 403]),
        data: (_, people) => ({ user: people.mia.id }),
        mutates: true,
    },
    // Nobody is banned where this is tried.
    'member.unban': {
        rule: (f) => first(unseen(f), [f.kind.adds_members === 'nobody' || !f.governs, 403], [true, 404]),
        data: (_, people) => ({ user: people.mia.id }),
    },
    'member.bans': { rule: (f) => first(unseen(f), [f.kind.adds_members === 'nobody' || !f.governs, 403]) },
    'message.send': { rule: written, data: { text: 'Walking by' } },
    'typing.start': { rule: written },
    'typing.stop': { rule: written },
    'read.mark': { rule: entered, data: { seq: 1 } },
    'read.unmark': { rule: entered, data: { seq: 1 } },
    'membership.update': { rule: entered, data: { notify: 'all' } },
};

export const ofMessage = {
    'message.get': { rule: (f) => first([!f.visible, 404]) },
    'message.thread': { rule: (f) => first([!f.visible, 404]) },
    'message.revisions': { rule: (f) => first([!f.visible, 404], [f.deleted && !f.may('messages.delete_others'), 404]) },
    'message.edit': {
        rule: (f) => {
            const mine = f.may('messages.edit_own') && f.member !== undefined;
            const may = f.own ? mine : f.may('messages.edit_others');
            return first([!f.visible, 404], [f.archived || f.deleted || f.state !== 'published', 409], [!may, 403]);
        },
        data: { text: 'Changed' },
        mutates: true,
    },
    'message.delete': { rule: deletion, mutates: true },
    'message.delete hard': {
        rule: (f) => first([!f.visible, 404], [!f.may('messages.delete_hard'), 403]),
        data: { hard: true },
        mutates: true,
    },
    'message.release': { rule: (f) => reviewed(f, [[f.archived, 409]]), mutates: true },
    'message.reject': { rule: (f) => reviewed(f, []), data: { reason: 'Walking by' }, mutates: true },
};

// user: somebody of the tenant or of another, or nobody.
export const ofUser = {
    'user.get': { rule: (f) => first([!f.exists || !(f.self || f.may('users.see') || f.sharesWith), 404]) },
    'user.change': { rule: manages, data: { disabled: false } },
    'user.sign_out': { rule: (f) => first([f.scoped, 403], [f.self, 'elsewhere'], [!f.may('users.manage'), 403], [!f.exists, 404]) },
    'user.reset_password': { rule: (f) => first([f.scoped, 403], [!f.may('users.manage'), 403], [!f.exists, 404]) },
    'user.reset_totp': { rule: (f) => first([f.scoped, 403], [!f.may('users.manage'), 403], [!f.exists, 404]) },
    'direct.open': { rule: (f) => first([!f.may('direct.open'), 403], [!f.exists || f.self, 400]) },
    // Who has no say over accounts learns nothing of them here: absent, foreign and forbidden are one answer.
    'token.create': {
        rule: (f) => first([f.scoped, 403], [f.self, 'ok'], [!f.may('users.manage') || !f.exists, 404], [!f.isBot, 403]),
        data: { name: 'Walking by' },
    },
    'token.list': { rule: (f) => first([f.scoped, 403], [f.self, 'ok'], [!f.may('users.manage') || !f.exists, 404], [!f.isBot, 403]) },
};

const taken = (permission) => (f) => (f.may(permission) ? 'ok' : 403);
export const ofTenant = {
    'user.me': { rule: signedIn },
    'user.update': { rule: signedIn, data: { status_text: 'Walking by' } },
    'conversation.list': { rule: signedIn },
    'snapshot.get': { rule: signedIn },
    'events.get': { rule: signedIn, data: { since: 0, limit: 1000 } },
    'events.wait': { rule: signedIn, data: { since: 0, limit: 1000, seconds: 0 } },
    'presence.get': { rule: signedIn, data: (_, people) => ({ users: Object.values(people).map((one) => one.id) }) },
    'presence.set': { rule: signedIn, data: { presence: 'busy' } },
    'kinds.list': { rule: signedIn },
    'permissions.list': { rule: signedIn },
    'role.list': { rule: signedIn },
    'conversation.browse': { rule: taken('channels.browse') },
    'user.list': { rule: taken('users.see') },
    'audit.list': { rule: taken('audit.see') },
    'account.list': { rule: taken('users.manage') },
    'settings.list': { rule: taken('settings.see') },
    'plugins.list': { rule: taken('settings.see') },
    'server.state': { rule: taken('settings.see') },
    'settings.change': { rule: (f) => (f.may('settings.manage') ? 400 : 403), data: { revision: 'none', changes: {} } },
    'user.create': { rule: taken('users.manage'), data: (_, __, mark) => ({ username: `made${mark}` }) },
    'session.list': { rule: whole },
    // Somebody else's, whoever asks.
    'session.end': { rule: (f) => first([f.scoped, 403], [true, 404]), data: (_, people) => ({ session: people.mia.tokenId }) },
    'token.revoke': { rule: () => 404, data: (_, people) => ({ token: people.mia.tokenId }) },
    'password.change': { rule: () => [403, 429], data: { old_password: 'never had one', new_password: 'correct horse battery' } },
    'totp.begin': { rule: whole },
    'totp.confirm': { rule: (f) => (f.scoped ? 403 : [400, 409]), data: { code: '000000' } },
    'totp.disable': { rule: whole, data: { code: '000000' } },
    'totp.prove': { rule: whole, data: { code: '000000' } },
};

// The kinds and the permission that making one takes: named by the server, tried with each.
export const making = {
    channel: [{ name: 'x', visibility: 'public' }, { name: 'x', visibility: 'unlisted' }, { name: 'x', visibility: 'private' }],
    group: [{ name: 'x' }],
    direct: [{}],
    group_direct: [{}],
    contact: [{ name: 'x' }],
    support: [{}],
    personal: [{}],
    ticket: [{}],
};
export function makingOutcome(f, { kind, visibility }) {
    if (!f.kind.made_with) return 403;
    const needed = kind === 'channel' && visibility === 'private' ? 'channels.create_private' : f.kind.made_with;
    return f.may(needed) ? 'ok' : 403;
}

// What ends the hand that walks: other stories try it.
export const endsTheWalker = new Set(['session.close', 'session.end_all']);

// What anybody may ask, and what is answered to who brings nothing good.
export const ofAnybody = {
    'server.info': { outcome: 'ok' },
    'session.open': { outcome: [401, 429], data: { username: 'nobody.there', password: 'guess' } },
    'session.refresh': { outcome: 401, data: { refresh_token: 'prr_a.b' } },
    'session.guest': { outcome: 403, data: { display_name: 'Walking by' } },
    'session.vouch': { outcome: 403, data: { user: 'u', expires: 1, signature: 'x' } },
    'session.jwt': { outcome: 401, data: { token: 'x' } },
    'sign_in.providers': { outcome: 'ok' },
    'sign_in.start': { outcome: 404, data: { provider: 'nobody' } },
    'sign_in.callback': { outcome: 401, data: { provider: 'nobody', state: 'guess' } },
    'password.reset': { outcome: 410, data: { token: 'prw_1.x', password: 'correct horse battery' } },
};

// No commands of a WebSocket.
export const overHttpAlone = new Set(['events.wait']);

// Without a rule of its own: the permission that the operation's own sentence names.
export function permissionNamed(operation) {
    return /Takes the permission ([\w.]+\w)/.exec(`${operation.summary ?? ''} ${operation.description ?? ''}`)?.[1];
}
