// The server is killed twenty times while people write. What was acknowledged is there, once, in order; nothing is
// there that nobody wrote; and a reader who resumes after each death has heard all of it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertSameState } from '../acceptance/lib/client_state.js';
import { randomness } from '../acceptance/lib/corpus.js';
import { signal, within } from '../acceptance/lib/deadline.js';
import { stopPostgres } from '../acceptance/lib/postgres.js';
import { databases } from '../acceptance/lib/server.js';
import { Socket } from '../acceptance/lib/socket.js';
import { World } from '../acceptance/lib/story.js';

const deaths = Number(process.env.PARLEY_TEST_DEATHS ?? 20);
const seed = Number(process.env.PARLEY_TEST_SEED ?? 7);
const acme = { people: { ann: 'admin', bob: 'member', carol: 'member', rita: 'member' } };
const rooms = ['north', 'south'];

// What was tried and what was acknowledged, as the writers saw it.
class Journal {
    attempted = new Map(); // key: {lane, number, text, tries}
    acknowledged = new Map(); // key: {id, seq}
    waiting = [];

    begin(key, what) {
        this.attempted.set(key, { ...what, tries: 0 });
    }
    acknowledge(key, { id, seq }) {
        this.acknowledged.set(key, { id, seq });
        this.waiting = this.waiting.filter((one) => this.acknowledged.size < one.upto || one.reach());
    }
    // When so many more have been acknowledged.
    more(count) {
        const upto = this.acknowledged.size + count;
        return new Promise((resolve) => this.waiting.push({ upto, reach: () => void resolve() }));
    }
}

// One after another, each until it is acknowledged; the same key however often it takes.
async function writes({ person, lane, room, way, journal, run }) {
    let socket;
    for (let number = 1; !run.over; ++number) {
        const key = `${lane}-${number}`;
        const text = `${lane} says ${number} 🙂`;
        journal.begin(key, { lane, number, text, room });
        while (!journal.acknowledged.has(key)) {
            await run.up.promise;
            ++journal.attempted.get(key).tries;
            const body = { text, client_key: key };
            try {
                let answer;
                if (way === 'http') {
                    answer = await person.post(`${person.pathOf(room)}/messages`, body);
                } else {
                    if (!socket || socket.end) socket = await Socket.open(person.url, { token: person.token });
                    answer = await socket.ask('message.send', { conversation: person.idOf(room), ...body });
                }
                if (answer.status === 503) continue; // it says itself that it did not
                assert.ok([200, 201].includes(answer.status), JSON.stringify(answer.body));
                journal.acknowledge(key, answer.body);
            } catch (why) {
                if (why instanceof assert.AssertionError || run.isUp) run.faults.push(why);
                if (run.faults.length > 0) return;
            }
        }
    }
    await socket?.cutOff();
}

function judge(journal, history) {
    const found = { attempted: journal.attempted.size, acknowledged: journal.acknowledged.size, retried: 0, lost: 0, unexpected: 0, duplicated: 0, reordered: 0, gaps: 0 };
    for (const one of journal.attempted.values()) if (one.tries > 1) ++found.retried;
    const seen = new Map();
    for (const messages of history) {
        const last = new Map(); // number by lane
        messages.forEach((one, i) => {
            const tried = journal.attempted.get(one.client_key);
            if (!tried || tried.text !== one.text) return void ++found.unexpected;
            if (seen.has(one.client_key)) ++found.duplicated;
            seen.set(one.client_key, one);
            if (tried.number < (last.get(tried.lane) ?? 0)) ++found.reordered;
            last.set(tried.lane, tried.number);
            if (one.seq !== i + 1) ++found.gaps;
        });
    }
    for (const [key, { id, seq }] of journal.acknowledged) {
        const there = seen.get(key);
        if (there?.id !== id || there?.seq !== seq) ++found.lost;
    }
    return found;
}

async function suffers(world, t) {
    const { ann, bob, carol, rita } = world.people;
    for (const room of rooms) await ann.creates('channel', room, { members: [bob, carol, rita] });
    const state = await rita.follows();
    // From here on the log has messages only, and Rita hears them all, so her positions must have no gap.
    const heard = [];
    const apply = state.apply.bind(state);
    state.apply = (frame) => {
        if ('at' in frame) heard.push(frame.position);
        return apply(frame);
    };
    const start = state.position;

    const journal = new Journal();
    const random = randomness(seed);
    const run = { up: signal(), isUp: true, over: false, faults: [] };
    run.up.resolve();
    const lanes = [];
    for (const person of [ann, bob, carol])
        for (const way of ['http', 'http', 'websocket', 'websocket']) {
            const lane = `${person.name}-${way}-${lanes.length}`;
            lanes.push(writes({ person, lane, room: rooms[lanes.length % 2], way, journal, run }));
        }

    const recoveries = [];
    for (let death = 1; death <= deaths && run.faults.length === 0; ++death) {
        await within(journal.more(20 + random.below(120)), 'messages to be acknowledged', 60_000);
        run.isUp = false;
        run.up = signal();
        await world.server.kill();
        await rita.socket.ends();
        const began = performance.now();
        await world.server.start();
        recoveries.push(performance.now() - began);
        run.isUp = true;
        run.up.resolve();
        await state.settled();
        await rita.followsAgain(state);
    }
    run.over = true;
    await within(Promise.all(lanes), 'the writers to finish', 60_000);
    if (run.faults.length > 0) throw run.faults[0];

    const fresh = await ann.freshState();
    const history = fresh.state().rooms.filter((room) => rooms.includes(room.conversation.name)).map((room) => room.messages);
    // Own keys are shown to their owners only, so each looks for its own.
    const mine = await Promise.all([ann, bob, carol].map(async (one) => (one === ann ? fresh : one.freshState())));
    const keys = new Map();
    for (const each of mine) for (const room of each.rooms.values()) for (const one of room.messages.values()) if (one.client_key) keys.set(one.id, one.client_key);
    const found = judge(journal, history.map((messages) => messages.map((one) => ({ ...one, client_key: keys.get(one.id) }))));

    await rita.bringsUpToDate(state);
    found.reader_gaps = heard.filter((at, i) => at !== (i === 0 ? start : heard[i - 1]) + 1).length;
    const slowest = Math.max(...recoveries).toFixed(0);
    t.diagnostic(`${Object.entries(found).map(([name, count]) => `${name} ${count}`).join(', ')}; ${deaths} deaths, slowest recovery ${slowest} ms`);
    const { attempted, acknowledged, retried, ...bad } = found;
    assert.ok(acknowledged >= deaths * 20 && retried > 0, 'there was load, and the kills met it');
    assert.equal(acknowledged, attempted);
    assert.deepEqual(bad, { lost: 0, unexpected: 0, duplicated: 0, reordered: 0, gaps: 0, reader_gaps: 0 });
    assertSameState(state.state(), (await rita.freshState()).state(), 'the reader');
}

const chosen = process.env.PARLEY_TEST_DATABASE ? [process.env.PARLEY_TEST_DATABASE] : databases;
describe('kill -9 under load', () => {
    for (const database of chosen)
        it(`loses nothing that was acknowledged and doubles nothing, on ${database}`, async (t) => {
            const world = await World.open(database, { tenants: { acme } });
            try {
                await suffers(world, t);
            } finally {
                await world.close();
                await stopPostgres();
            }
        });
});
