// The table of roles and permissions, cell by cell, over HTTP and over the WebSocket. The table is the server's own:
// who should be let in is what GET /api/v1/permissions says.
import assert from 'node:assert/strict';
import { contractOf } from './lib/contract.js';
import { stories } from './lib/story.js';

const people = { boss: 'admin', gus: 'guest', max: 'member', sam: 'staff', meg: 'manager', ada: 'admin' };
const actors = ['gus', 'max', 'sam', 'meg', 'ada'];

// What cannot be tried through a route yet, and where it is tried instead.
const elsewhere = new Map([
    ['authors.see', 'no route lets anybody write as a persona; the kernel has its own tests'],
    ['files.upload', 'no route takes files'],
    ['log.read_all', 'no route reads the whole log'],
]);

// A room in which the actor is a plain member, and what the boss said there.
async function roomOf(world, actor) {
    const { boss } = world.people;
    const name = `room ${++world.marks}`;
    await boss.creates('channel', name, { visibility: 'private', members: [actor] });
    const said = await boss.sends(name, 'Said by the boss');
    return { conversation: boss.idOf(name), message: said.id, name };
}

// For each permission an operation that takes it, as [operation, data]; with what it means to be let in when that is
// not success: the check of the permission was passed and something later refused.
const probes = {
    'messages.send': async (world, actor) => ['message.send', { conversation: (await roomOf(world, actor)).conversation, text: 'Hi' }],
    'messages.edit_own': async (world, actor) => {
        const { name } = await roomOf(world, actor);
        return ['message.edit', { message: (await actor.sends(name, 'Mine')).id, text: 'Still mine' }];
    },
    'messages.delete_own': async (world, actor) => {
        const { name } = await roomOf(world, actor);
        return ['message.delete', { message: (await actor.sends(name, 'Mine')).id }];
    },
    'messages.edit_others': async (world, actor) => ['message.edit', { message: (await roomOf(world, actor)).message, text: 'Changed' }],
    'messages.delete_others': async (world, actor) => ['message.delete', { message: (await roomOf(world, actor)).message }],
    'messages.delete_hard': async (world, actor) => ['message.delete', { message: (await roomOf(world, actor)).message, hard: true }],
    'messages.review': async (world, actor) => ['message.release', { message: (await roomOf(world, actor)).message }, 'message_decided'],
    'channels.browse': async () => ['conversation.browse', {}],
    'channels.create': async (world) => ['conversation.create', { kind: 'channel', name: `open ${++world.marks}`, visibility: 'public' }],
    'channels.create_private': async (world) => ['conversation.create', { kind: 'channel', name: `closed ${++world.marks}`, visibility: 'private' }],
    'channels.manage': async (world, actor) => ['conversation.update', { conversation: (await roomOf(world, actor)).conversation, topic: 'New' }],
    'channels.enter_private': async (world) => ['conversation.join', { conversation: (await roomOf(world, world.people.boss)).conversation }],
    'groups.manage': async (world) => ['conversation.create', { kind: 'group', name: `group ${++world.marks}` }],
    'direct.open': async (world) => ['direct.open', { user: world.people.boss.id }],
    'contacts.open': async (world) => ['conversation.create', { kind: 'contact', name: `contact ${++world.marks}`, members: [world.people.boss.id] }],
    'users.see': async () => ['user.list', {}],
    'audit.see': async () => ['audit.list', {}],
    'users.manage': undefined,
};

function routeOf({ openapi }, operationId) {
    for (const [path, methods] of Object.entries(openapi.paths))
        for (const [method, one] of Object.entries(methods)) if (one.operationId === operationId) return { path, method: method.toUpperCase() };
    throw new Error(`no operation ${operationId}`);
}

function overHttp(actor, contract, operation, data) {
    const { path, method } = routeOf(contract, operation);
    const rest = { ...data };
    const target = path.replace(/{(\w+)}/g, (_, name) => {
        const value = rest[name];
        delete rest[name];
        return value;
    });
    if (method !== 'GET' && method !== 'DELETE') return actor.request(method, target, rest);
    const query = new URLSearchParams(rest).toString();
    return actor.request(method, query ? `${target}?${query}` : target);
}

const wasLetIn = ({ status, body }, code) => status < 300 || (code !== undefined && body?.code === code);

stories('rights', { tenants: { acme: { people } } }, (story) => {
    story('every cell of the table is as it says, over HTTP and over the WebSocket', async ({ world, t }) => {
        const { permissions, roles } = (await world.people.boss.get('/api/v1/permissions')).body;
        const contract = await contractOf(world.people.boss.url);
        for (const name of actors) await world.people[name].connects();

        let cells = 0;
        const wrong = [];
        for (const { name } of permissions) {
            const probe = probes[name];
            if (!probe) assert.ok(elsewhere.has(name) || name === 'users.manage', `nothing tries ${name}`);
            if (!probe) continue;
            for (const actor of actors.map((one) => world.people[one])) {
                const granted = roles.find((one) => one.name === actor.role).permissions.includes(name);
                for (const ask of [overHttp, (who, _, operation, data) => who.asks(operation, data)]) {
                    const [operation, data, passed] = await probe(world, actor);
                    const answer = await ask(actor, contract, operation, data);
                    cells += 1;
                    if (wasLetIn(answer, passed) !== granted)
                        wrong.push(`${name} as ${actor.role}: ${granted ? 'refused' : 'let in'} with ${answer.status}`);
                }
            }
        }
        t.diagnostic(`${cells} cells`);
        assert.deepEqual(wrong, []);
        assert.ok(cells >= 160, `only ${cells} cells`);
    });
});
