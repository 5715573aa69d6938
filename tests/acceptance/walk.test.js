// The walk: each actor, each operation of the server's own list, each object, over HTTP and WebSocket. What should come
// of each cell is told by lib/rights.js, from the table of permissions and the kinds; and whatever comes, no answer may
// hold a word of what its reader may not see.
import assert from 'node:assert/strict';
import { contractOf } from './lib/contract.js';
import { ask, askRaw } from './lib/http.js';
import { Person } from './lib/person.js';
import { endsTheWalker, ofAnybody } from './lib/rights.js';
import { Socket } from './lib/socket.js';
import { stories } from './lib/story.js';
import { Facts, insiders, isAsExpected, people, plan, requestOf, rooms, sampleOf, scopeOfBot, statesIn, walkers } from './lib/walk.js';
import { withhold } from './lib/withheld.js';

const password = 'correct horse battery';
const tenants = {
    acme: { people, settings: { hosts: ['acme.test'] } },
    globex: { people: { eve: 'admin' }, settings: { hosts: ['globex.test'] } },
};
const strict = { initech: { people: { una: { role: 'admin', password } }, settings: { hosts: ['127.0.0.1'], sessions: { require_totp: true } } } };

// So many at a time, in whatever order they end.
async function each(all, work, atOnce = 96) {
    const left = [...all].reverse();
    await Promise.all(Array.from({ length: atOnce }, async () => {
        for (let one = left.pop(); one !== undefined; one = left.pop()) await work(one);
    }));
}

const done = async (answer) => {
    const { status, body, text } = await answer;
    assert.ok(status < 300, text);
    return body;
};

// The rooms and what was said in them, and for each cell that changes something a room or message of its own.
class Town {
    constructor(world, everybody) {
        Object.assign(this, { world, everybody });
        this.words = new Map(); // a secret word: {room, state, isLoose}
        this.rooms = new Map();
        this.messages = new Map();
        this.copies = [];
        this.withheldIds = 1000;
        this.removals = [];
        this.endings = []; // of rooms, after all else
    }

    word(about) {
        const made = `secret-${this.words.size + 1}-`;
        this.words.set(made, about);
        return made;
    }

    // isLoose: what cells change, so that who sees it does not stay as it was.
    async makeRoom(name, { isLoose = false } = {}) {
        const { boss, ann, max } = this.everybody;
        const { kind, visibility, archived, ended } = rooms[name];
        if (kind === 'direct') return (await done(ann.post('/api/v1/direct', { user: max.id }))).conversation.id;
        if (kind === 'personal') {
            const all = (await done(ann.get('/api/v1/conversations'))).conversations;
            return all.find((one) => one.conversation.kind === 'personal').conversation.id;
        }
        const named = kind === 'group_direct' ? {} : { name: this.word({ room: name, isLoose }), topic: this.word({ room: name, isLoose }) };
        const members = insiders.map((one) => this.everybody[one].id);
        const id = (await done(boss.post('/api/v1/conversations', { kind, visibility, ...named, members }))).conversation.id;
        await done(boss.delete(`/api/v1/conversations/${id}/members/${this.everybody.gone.id}`));
        if (kind !== 'group_direct') await done(boss.patch(`/api/v1/conversations/${id}/members/${this.everybody.cap.id}`, { role: 'admin' }));
        if (archived) this.endings.push(() => done(boss.post(`/api/v1/conversations/${id}/archive`)));
        if (ended) this.endings.push(() => done(boss.delete(`/api/v1/conversations/${id}`)));
        return id;
    }

    async makeMessage(room, state, { isLoose = false } = {}) {
        const { ann, boss } = this.everybody;
        // Where no manager is in, nothing can be removed for good: an id of nobody takes its place.
        if (state === 'purged' && ['direct', 'personal'].includes(room)) return '999';
        const text = this.word({ room, state, isLoose });
        const isCopy = state === 'held' || state === 'rejected';
        if (isCopy) {
            this.copies.push({ of: this.messages.get(`${room} published`), id: ++this.withheldIds, state, text });
            return String(this.withheldIds);
        }
        const { id } = await done(ann.post(`/api/v1/conversations/${this.rooms.get(room)}/messages`, { text }));
        const remover = rooms[room].kind === 'group' ? boss : ann;
        if (state === 'deleted') this.removals.push(() => done(remover.delete(`/api/v1/messages/${id}`)));
        if (state === 'purged') this.removals.push(() => done(boss.delete(`/api/v1/messages/${id}?hard=true`)));
        return id;
    }

    async build(cells) {
        for (const room of Object.keys(rooms)) this.rooms.set(room, await this.makeRoom(room));
        for (const room of Object.keys(rooms)) this.messages.set(`${room} published`, await this.makeMessage(room, 'published'));
        for (const room of Object.keys(rooms))
            for (const state of statesIn(room).slice(1)) this.messages.set(`${room} ${state}`, await this.makeMessage(room, state));
        await each(cells.filter((cell) => cell.changes), async (cell) => {
            const loose = { isLoose: true };
            cell.own = cell.state ? { message: await this.makeMessage(cell.room, cell.state, loose) } : { room: await this.makeRoom(cell.room, loose) };
        });
        await each(this.removals, (remove) => remove());
        await each(this.endings, (end) => end());
        await this.world.server.stop();
        await withhold(this.world.server, this.copies);
        await this.world.server.start();
    }

    idsOf(cell) {
        return cell.own ?? { room: this.rooms.get(cell.room), message: this.messages.get(`${cell.room} ${cell.state}`) };
    }

    // The words in `text` that `by` may not read. The log tells who was in a room once that it joined, and what the room
    // was called then.
    leaks(facts, by, text, operation) {
        return [...new Set(text.match(/secret-\d+-/g) ?? [])].filter((word) => {
            const { room, state, isLoose } = this.words.get(word);
            if (by === undefined || by === 'eve') return true;
            if (isLoose) return false;
            const wasIn = operation.startsWith('events.') && [...insiders, 'boss'].includes(by);
            if (state === undefined) return !facts.in(by, room).sees && !wasIn;
            const seen = facts.about(by, room, state);
            return !seen.visible || (state === 'deleted' && !seen.may('messages.delete_others'));
        });
    }

    // What must be after the walk as it was before: all that no cell was allowed to change, as ann sees it.
    async picture() {
        const { ann } = this.everybody;
        const seen = [];
        for (const [room, id] of this.rooms) {
            if (rooms[room].ended) continue;
            const { conversation } = await done(ann.get(`/api/v1/conversations/${id}`));
            const { name, topic, visibility, archived_at, member_count } = conversation;
            const members = (await done(ann.get(`/api/v1/conversations/${id}/members`))).members.map((one) => [one.user.id, one.role]);
            seen.push({ room, name, topic, visibility, archived_at, member_count, members });
            for (const state of statesIn(room).filter((one) => one !== 'purged'))
                seen.push(await done(ann.get(`/api/v1/messages/${this.messages.get(`${room} ${state}`)}`)));
        }
        return seen;
    }
}

async function makeBot(world) {
    const { boss } = world.people;
    const { id } = await done(boss.post('/api/v1/users', { username: 'bot', kind: 'bot', role: 'manager' }));
    const { token } = await done(boss.post('/api/v1/tokens', { name: 'walk', user: id, permissions: scopeOfBot.join(' ') }));
    return Object.assign(new Person(world, 'bot', { tenant: 'acme', role: 'manager', token }), { id });
}

const over = {
    http: async (who, operation, data) => {
        const answer = await who.request(...requestOf(operation, data));
        return { status: answer.status, text: answer.text };
    },
    socket: async (who, operation, data) => {
        const { status, body } = await who.walking.ask(operation.name, data);
        return { status, text: JSON.stringify(body) };
    },
};

stories('the walk', { tenants }, (story) => {
    story('every cell is as the table says, and nothing is seen that is not for the reader', async ({ world, t }) => {
        const { boss } = world.people;
        const bot = await makeBot(world);
        const everybody = { ...world.people, bot };
        world.people.mia.tokenId = (await done(world.people.mia.get('/api/v1/tokens'))).tokens[0].id;
        const ended = (await done(world.people.ada.post('/api/v1/tokens', { name: 'ended' })));
        await done(world.people.ada.delete(`/api/v1/tokens/${ended.id}`));

        const { roles } = await done(boss.get('/api/v1/permissions'));
        const { kinds } = await done(boss.get('/api/v1/kinds'));
        const contract = await contractOf(boss.url);
        const facts = new Facts(roles, kinds, { ...people, eve: 'admin', bot: 'manager' });
        const { cells, operations } = plan(contract, facts, () => everybody);
        const town = new Town(world, everybody);
        let began = Date.now();
        const took = (what) => {
            t.diagnostic(`${what}: ${Date.now() - began} ms`);
            began = Date.now();
        };
        await town.build(cells);
        took(`a town of ${town.words.size} secrets`);
        const before = await town.picture();

        for (const name of walkers) {
            everybody[name].walking = await Socket.open(world.server.url, { token: everybody[name].token });
            await everybody[name].walking.receives('hello', {});
        }
        const wrong = [];
        // The walkers take turns, so that the one's waiting is the other's time.
        const turns = new Map(walkers.map((name) => [name, 0]));
        const inTurn = new Map(cells.map((cell) => [cell, turns.set(cell.by, turns.get(cell.by) + 1).get(cell.by)]));
        cells.sort((one, other) => inTurn.get(one) - inTurn.get(other));
        await each(cells, async (cell) => {
            const { by, operation, outcome, way } = cell;
            const name = `${by}: ${operation.name} of ${cell.state ?? ''} ${cell.room ?? ''} over ${way}`;
            const { status, text } = await over[way](everybody[by], operation, cell.data(town.idsOf(cell))).catch((why) => ({ status: 0, text: why.message }));
            if (!isAsExpected(status, outcome)) wrong.push(`${name}: ${status} and not ${outcome} ${text.slice(0, 200)}`);
            const leaked = town.leaks(facts, by, text, operation.name).map((word) => JSON.stringify(town.words.get(word)));
            if (leaked.length > 0) wrong.push(`${name}: tells of ${leaked.slice(0, 3)}`);
        });
        took(`${cells.length} cells of ${walkers.length} actors`);
        for (const name of walkers) await everybody[name].walking.close();

        const count = cells.length + (await walkUnsigned(world, contract, operations, town, ended.token, wrong));
        took('nobody, and a session that has ended');
        t.diagnostic(`${count} cells, ${wrong.length} mismatches`);
        assert.deepEqual(wrong.slice(0, 40), []);
        assert.ok(count > 10_000, `only ${count} cells`);
        assert.deepEqual(await town.picture(), before, 'what nobody was allowed to change is as it was');
    });

});

stories('the walk before a second factor', { tenants: strict }, (story) => {
    story('before the second factor that the tenant wants there is nothing but setting it up', async ({ una, world, t }) => {
        const { token, must_enrol } = await done(una.request('POST', '/api/v1/sessions', { username: 'una', password }, { token: null }));
        assert.equal(must_enrol, true);
        const contract = await contractOf(una.url);
        const { operations } = plan(contract, new Facts((await done(una.get('/api/v1/permissions'))).roles, (await done(una.get('/api/v1/kinds'))).kinds, { ...people, eve: 'admin', bot: 'manager' }), () => world.people);
        const free = new Set(['totp.begin', 'totp.confirm', 'session.close', ...Object.keys(ofAnybody), 'kinds.list', 'permissions.list']);
        let tried = 0;
        for (const operation of operations.filter((one) => !free.has(one.name) && one.document.security?.length !== 0)) {
            const answer = await una.request(...requestOf(operation, sampleOf(contract, operation)), { token });
            assert.ok([400, 403, 404].includes(answer.status), `${operation.name}: ${answer.status} ${answer.text}`);
            if (answer.status === 403) assert.equal(answer.body.code, 'second_factor_needed', operation.name);
            if (answer.status === 403) tried += 1;
        }
        t.diagnostic(`${tried} operations`);
        assert.ok(tried > 40, `only ${tried}`);
        assert.equal((await una.request('POST', '/api/v1/users/me/totp', undefined, { token })).status, 201);
    });
});

// Nobody and a session that has ended, with ids of what is there; for the latter not even a socket is opened.
async function walkUnsigned(world, contract, operations, town, endedToken, wrong) {
    const { url } = world.server;
    const nobody = await Socket.open(url, { headers: { host: 'acme.test' } });
    const there = { conversation: town.rooms.get('open'), message: town.messages.get('open published'), user: town.everybody.ann.id };
    const byName = (method, target, body) => {
        const text = body === undefined ? '' : JSON.stringify(body);
        const head = `${method} ${target} HTTP/1.1\r\nHost: acme.test\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\nConnection: close`;
        return askRaw(url, `${head}\r\n\r\n${text}`);
    };
    const tries = [];
    for (const operation of operations) {
        const free = operation.document.security?.length === 0;
        const own = ofAnybody[operation.name];
        const sample = sampleOf(contract, operation);
        const data = own ? (own.data ?? {}) : { ...sample, ...Object.fromEntries(Object.entries(there).filter(([name]) => name in sample)) };
        const request = requestOf(operation, data);
        // Whoever adds a way in says in lib/rights.js what comes of trying it with nothing good.
        const outcome = free ? (own?.outcome ?? 'a rule') : 401;
        tries.push([`nobody over http: ${operation.name}`, outcome, () => byName(...request)]);
        tries.push([`nobody over socket: ${operation.name}`, 401, () => nobody.ask(operation.name, data)]);
        if (!free) tries.push([`ended over http: ${operation.name}`, 401, () => ask(url, request[0], request[1], { body: request[2], token: endedToken })]);
    }
    await each(tries, async ([name, outcome, attempt]) => {
        const { status, body } = await attempt();
        const text = JSON.stringify(body ?? '');
        if (!isAsExpected(status, outcome)) wrong.push(`${name}: ${status} and not ${outcome} ${text.slice(0, 200)}`);
        if (town.leaks(undefined, undefined, text).length > 0) wrong.push(`${name}: tells`);
    });
    nobody.ws.terminate();
    await assert.rejects(Socket.open(url, { token: endedToken }), /401/);
    return tries.length + 1;
}
