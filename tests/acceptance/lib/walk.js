// Actors, what they walk over, and the cells: each actor with each operation on each object, over HTTP and WebSocket.
import assert from 'node:assert/strict';
import { endsTheWalker, making, makingOutcome, ofAnybody, ofConversation, ofMessage, ofTenant, ofUser, overHttpAlone, permissionNamed } from './rights.js';

// All of acme but eve, who runs globex. Who is in the rooms, and as what.
export const people = {
    boss: 'admin', ann: 'member', max: 'member', out: 'member', gone: 'member', cap: 'member', gus: 'guest', gil: 'guest',
    sam: 'staff', sue: 'staff', meg: 'manager', mag: 'manager', ada: 'admin', mia: 'member', tam: 'member', tom: 'member', ned: 'member',
};
export const insiders = ['ann', 'max', 'gone', 'cap', 'gus', 'sue', 'mag', 'mia', 'bot'];
export const walkers = ['boss', 'ann', 'max', 'out', 'gone', 'cap', 'gus', 'gil', 'sam', 'sue', 'meg', 'mag', 'ada', 'bot', 'eve'];
export const scopeOfBot = ['messages.send', 'channels.browse'];
export const nobodysId = '123456789012345678';

// What stands in the rooms; ann has written all of it.
export const rooms = {
    open: { kind: 'channel', visibility: 'public' },
    unlisted: { kind: 'channel', visibility: 'unlisted' },
    closed: { kind: 'channel', visibility: 'private' },
    group: { kind: 'group' },
    contact: { kind: 'contact' },
    group_direct: { kind: 'group_direct' },
    direct: { kind: 'direct' },
    personal: { kind: 'personal' },
    archived: { kind: 'channel', visibility: 'public', archived: true },
    archived_closed: { kind: 'channel', visibility: 'private', archived: true },
    deleted: { kind: 'channel', visibility: 'public', ended: true },
};
// Where it would be the same again, not all that a message can be.
const few = { unlisted: 2, group_direct: 2, contact: 2, archived_closed: 2, deleted: 1 };
export const statesIn = (room) => messageStates.slice(0, few[room]);
export const messageStates = ['published', 'held', 'rejected', 'deleted', 'purged'];

function membersOf(room) {
    if (room.kind === 'direct') return new Map([['ann', 'member'], ['max', 'member']]);
    if (room.kind === 'personal') return new Map([['ann', 'member']]);
    const members = new Map([['boss', 'owner'], ...insiders.map((name) => [name, 'member'])]);
    if (room.kind !== 'group_direct') members.set('cap', 'admin');
    members.delete('gone');
    return members;
}

// What one walker may, by the server's own table, and what holds of it in a room and about a message there.
export class Facts {
    constructor(table, kinds, roles) {
        Object.assign(this, { table, kinds, roles });
        this.members = new Map(Object.entries(rooms).map(([name, room]) => [name, membersOf(room)]));
    }

    of(name) {
        const granted = this.table.find((one) => one.name === this.roles[name]).permissions;
        const scoped = name === 'bot';
        const may = (what) => granted.includes(what) && (!scoped || scopeOfBot.includes(what));
        return { name, scoped, may, isForeign: name === 'eve' };
    }

    in(name, room) {
        const facts = this.of(name);
        const { kind, visibility, archived = false, ended = false } = rooms[room];
        const exists = !facts.isForeign && !ended;
        const member = exists ? this.members.get(room).get(name) : undefined;
        const isOpen = kind === 'channel' && visibility !== 'private' && facts.may('channels.browse');
        const known = this.kinds.find((one) => one.name === kind);
        const governs = exists && (member === 'admin' || member === 'owner' || facts.may(known.managed_with));
        return { ...facts, exists, member, archived, kind: known, governs, sees: exists && (member !== undefined || isOpen) };
    }

    about(name, room, state) {
        const facts = this.in(name, room);
        const own = name === 'ann';
        const published = state === 'published' || state === 'deleted';
        const visible = facts.sees && state !== 'purged' && (published || own || facts.may('messages.review'));
        return { ...facts, own, visible, state: state === 'deleted' ? 'published' : state, deleted: state === 'deleted' };
    }

    // Whether two share a conversation that has not ended.
    share(one, other) {
        return [...this.members].some(([room, members]) => !rooms[room].ended && members.has(one) && members.has(other));
    }
}

// Every cell there is: {by, operation, room?, state?, outcome, mutates, data}. `data` is asked when the ids are known.
export function plan(contract, facts, everybody) {
    const operations = new Map();
    for (const [path, methods] of Object.entries(contract.openapi.paths))
        for (const [method, one] of Object.entries(methods))
            if (one.operationId) operations.set(one.operationId, { name: one.operationId, path, method: method.toUpperCase(), document: one });
    const cells = [];
    const add = (by, operation, outcome, more) => {
        if (outcome === 'elsewhere') return;
        const found = operations.get(operation.split(' ')[0]);
        cells.push({ by, operation: found, outcome, way: 'http', ...more });
        cells.push({ by, operation: found, outcome: overHttpAlone.has(found.name) ? 404 : outcome, way: 'socket', ...more });
    };
    const made = (given, ...rest) => (typeof given === 'function' ? given(...rest) : (given ?? {}));
    let mark = 0;
    const known = (rules) => Object.entries(rules).filter(([name]) => operations.has(name.split(' ')[0]));

    for (const by of walkers) {
        for (const [operation, { rule, data, mutates }] of known(ofConversation))
            for (const room of Object.keys(rooms)) {
                const f = facts.in(by, room);
                const changes = mutates && rule(f) === 'ok';
                add(by, operation, rule(f), { room, changes, data: (here) => ({ conversation: here.room, ...made(data, f, everybody()) }) });
            }
        for (const [operation, { rule, data, mutates }] of known(ofMessage))
            for (const room of Object.keys(rooms))
                for (const state of statesIn(room)) {
                    const f = facts.about(by, room, state);
                    const changes = mutates && rule(f) === 'ok';
                    add(by, operation, rule(f), { room, state, changes, data: (here) => ({ message: here.message, ...made(data, f) }) });
                }
        for (const [operation, { rule, data }] of known(ofUser))
            for (const user of ['mia', 'tom', 'ned', 'self', 'bot', 'eve', 'absent']) {
                const other = user === 'self' ? by : user;
                const self = other === by;
                const exists = user !== 'absent' && (self || (other === 'eve') === (by === 'eve'));
                const f = { ...facts.of(by), self, exists, isBot: other === 'bot', sharesWith: facts.share(by, other) };
                // Who walks must not be disturbed, and a disturbed one proves nothing.
                if (exists && !self && operation !== 'user.get' && other !== 'ned' && rule(f) === 'ok') continue;
                if (self && operation !== 'user.get' && !operation.startsWith('token.') && rule(f) === 'ok') continue;
                add(by, operation, rule(f), { data: () => ({ user: user === 'absent' ? nobodysId : everybody()[other].id, ...made(data) }) });
            }
        for (const [operation, { rule, data }] of known(ofTenant))
            add(by, operation, rule(facts.of(by)), { data: () => made(data, facts.of(by), everybody(), ++mark) });
        for (const [kind, ways] of Object.entries(making))
            for (const way of ways) {
                const f = { ...facts.of(by), kind: facts.kinds.find((one) => one.name === kind) };
                const outcome = makingOutcome(f, { kind, ...way });
                const others = () => (kind === 'group_direct' ? ['tam', 'ned'] : kind === 'direct' || kind === 'contact' ? ['tam'] : []);
                const name = way.name ? { name: `made ${++mark}` } : {};
                // To eve nobody of acme is there to be invited.
                const invites = by === 'eve' && others().length > 0 && outcome === 'ok';
                add(by, 'conversation.create', invites ? 400 : outcome, {
                    data: () => ({ kind, ...way, ...name, members: others().map((one) => everybody()[one].id) }),
                });
            }
    }

    const ruled = new Set([ofConversation, ofMessage, ofUser, ofTenant, ofAnybody, { 'conversation.create': 0 }].flatMap((one) => Object.keys(one).map((name) => name.split(' ')[0])));
    const unruled = [];
    for (const operation of operations.values()) {
        if (ruled.has(operation.name) || endsTheWalker.has(operation.name)) continue;
        const permission = permissionNamed(operation.document);
        if (!permission) unruled.push(operation.name);
        else
            for (const by of walkers)
                if (!facts.of(by).may(permission)) add(by, operation.name, [403, 404], { data: () => sampleOf(contract, operation) });
    }
    assert.deepEqual(unruled, [], 'no rule in lib/rights.js says who may do this, and no sentence names a permission');
    return { cells, operations: [...operations.values()] };
}

// Something valid for all that an operation must have; ids are nobody's.
export function sampleOf(contract, { path, document }) {
    const resolve = (value) => (value?.$ref ? value.$ref.slice(2).split('/').reduce((at, key) => at[key], contract.openapi) : value);
    const parameters = [...(contract.openapi.paths[path].parameters ?? []), ...(document.parameters ?? [])].map(resolve);
    const body = resolve(resolve(document.requestBody)?.content?.['application/json']?.schema);
    const sample = (given) => {
        const schema = resolve(given);
        if (schema.enum) return schema.enum[0];
        if (schema.type === 'integer') return schema.minimum ?? 0;
        if (schema.type === 'boolean') return false;
        if (schema.type === 'array') return [nobodysId];
        if (schema.type === 'object') return {};
        if (schema.format === 'date-time') return '2100-01-01T00:00:00Z';
        return schema.pattern?.includes('[0-9]') || /\\d|0-9/.test(schema.pattern ?? '') ? nobodysId : 'x';
    };
    const needed = parameters.filter((one) => one.required).map((one) => [one.name, one.in === 'path' ? nobodysId : sample(one.schema)]);
    for (const name of body?.required ?? []) needed.push([name, sample(body.properties[name])]);
    return Object.fromEntries(needed);
}

// As a request: what is in the path, in the query of a GET or DELETE, or in the body.
export function requestOf({ path, method }, data) {
    const rest = { ...data };
    const target = path.replace(/{(\w+)}/g, (_, name) => {
        const value = rest[name];
        delete rest[name];
        return value;
    });
    if (method !== 'GET' && method !== 'DELETE') return [method, target, rest];
    const query = Object.entries(rest).map(([name, value]) => `${name}=${encodeURIComponent(Array.isArray(value) ? value.join(',') : value)}`);
    return [method, query.length > 0 ? `${target}?${query.join('&')}` : target, undefined];
}

export function isAsExpected(status, outcome) {
    if (outcome === 'ok') return status >= 200 && status < 300;
    return Array.isArray(outcome) ? outcome.includes(status) : status === outcome;
}
