// Where no WebSocket is let through: requests that wait until something is said. They hear what a WebSocket hears, once.
import assert from 'node:assert/strict';
import { assertSameState, ClientState } from './lib/client_state.js';
import { eventually } from './lib/deadline.js';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';

const given = {
    tenants: { acme: { people: { ann: 'admin', bob: 'member', carol: 'member', dan: 'member', sue: { role: 'member', password: 'correct horse battery' }, tom: 'member', tim: 'member' } } },
};

const positionOf = async (who) => (await who.get('/api/v1/snapshot')).body.position;
const waits = (who, since, more = '') => who.get(`/api/v1/events/wait?since=${since}${more}`);
// The same, once the server is known to wait: somebody who asks is there. For who has not asked before.
async function waitsUntilSeen(who, by, since, more) {
    const answer = waits(who, since, more);
    await eventually(async () => ((await by.get(`/api/v1/presence?users=${who.id}`)).body.presence.length > 0 ? true : undefined), `${who.name} to be there`);
    return { answer };
}
const typesIn = (answer) => answer.body.events.map((one) => one.type);

// A client that follows by requests alone.
class Poller {
    constructor(who, state) {
        Object.assign(this, { who, state, since: state.position, positions: [], turns: 0, isOver: false });
        this.over = this.run();
    }
    async run() {
        while (!this.isOver) {
            const answer = await waits(this.who, this.since, '&limit=50&seconds=5');
            assert.equal(answer.status, 200, answer.text);
            ++this.turns;
            for (const one of answer.body.events) {
                this.positions.push(one.position);
                this.state.hear(one);
            }
            this.since = answer.body.upto;
        }
    }
    async stops() {
        this.isOver = true;
        await this.over;
    }
}

async function polls(who) {
    const state = new ClientState((path) => who.get(path), who.id);
    await state.begin();
    return new Poller(who, state);
}

stories('polling', given, (story) => {
    story('a request waits until something is said, and is answered at once then', async ({ ann, bob }) => {
        await ann.creates('channel', 'quiet', { members: [bob] });
        const since = await positionOf(bob);
        const { answer } = await waitsUntilSeen(bob, ann, since);
        const said = await ann.sends('quiet', 'at last');
        const heard = await answer;
        assert.deepEqual(typesIn(heard), ['message.created']);
        assert.equal(heard.body.events[0].data.message.id, said.id);
        assert.equal(heard.body.upto, heard.body.log_end);
        const known = (await bob.get(`/api/v1/events?since=${since}`)).body;
        assert.deepEqual(heard.body.events, known.events, 'as it stands in the log');
        const at = Date.now();
        assert.deepEqual(typesIn(await waits(bob, since)), ['message.created'], 'what is there already is answered without waiting');
        const nothing = await waits(bob, heard.body.upto, '&seconds=1');
        assert.deepEqual([nothing.status, nothing.body.events, nothing.body.more], [200, [], false]);
        assert.ok(Date.now() - at >= 900);
    });

    story('Bob follows by requests while much is said, and misses nothing and hears nothing twice', async ({ ann, bob, carol }) => {
        await ann.creates('channel', 'stream', { members: [bob, carol] });
        await ann.creates('channel', 'not his', { members: [carol] });
        const poller = await polls(bob);
        const from = poller.since;
        await carol.connects();
        let sent = 0;
        const writer = async (one, way) => {
            while (sent < 240) {
                const text = `message ${++sent} of ${one.name}`;
                const message = await one[way]('stream', text);
                if (sent % 10 === 0) await one.edits(message, `${text}, again`);
                if (sent % 15 === 0) await one.sends('not his', 'nothing for him');
                if (sent % 60 === 0) await ann.makes('stream', carol, sent % 120 ? 'admin' : 'member');
            }
        };
        await Promise.all([writer(ann, 'sends'), writer(carol, 'says'), writer(ann, 'sends')]);
        await bob.bringsUpToDate(poller.state);
        await poller.stops();
        await poller.state.settled();
        assertSameState(poller.state.state(), (await bob.freshState()).state(), 'bob');
        const all = [];
        for (let at = from, more = true; more; ) {
            const page = (await bob.get(`/api/v1/events?since=${at}&limit=1000`)).body;
            all.push(...page.events.map((one) => one.position));
            ({ upto: at, more } = page);
        }
        assert.deepEqual(poller.positions, all);
        assert.ok(poller.turns > 5, `${poller.turns} requests`);
    });

    story('who is added hears it, and who is removed hears nothing more', async ({ ann, tim }) => {
        await ann.creates('channel', 'club');
        const first = await waitsUntilSeen(tim, tim, await positionOf(tim));
        await ann.adds('club', tim);
        const joined = await first.answer;
        assert.ok(typesIn(joined).includes('conversation.joined'));
        const second = waits(tim, joined.body.upto);
        await ann.removes('club', tim);
        const left = await second;
        assert.ok(typesIn(left).includes('conversation.left'));
        await ann.sends('club', 'now that he is gone');
        assert.deepEqual(typesIn(await waits(tim, left.body.upto, '&seconds=0')), []);
    });

    story('whoever goes on asking is there, and is gone a while after; who types is told', async ({ ann, tom }) => {
        await ann.creates('channel', 'hall', { members: [tom] });
        await ann.connects();
        const first = waits(tom, await positionOf(tom));
        await ann.receives('presence.changed', { user: tom.id, presence: 'online' });
        await ann.asks('typing.start', { conversation: ann.idOf('hall') });
        const heard = await first;
        assert.deepEqual(heard.body.passing.map((one) => [one.type, one.data.user]), [['typing.started', ann.id]]);
        await ann.receives('presence.changed', { user: tom.id, presence: 'offline' });
    });

    story('what passes between two requests is heard with the next one', async ({ ann, bob, carol }) => {
        await ann.creates('channel', 'corridor', { members: [bob, carol] });
        await Promise.all([ann.connects(), carol.connects()]);
        const before = await waits(bob, await positionOf(bob), '&seconds=0');
        await ann.asks('typing.start', { conversation: ann.idOf('corridor') });
        await carol.receives('typing.started', { user: ann.id });
        await ann.asks('typing.stop', { conversation: ann.idOf('corridor') });
        await carol.receives('typing.stopped', { user: ann.id });
        await carol.disconnects();
        await ann.receives('presence.changed', { user: carol.id, presence: 'offline' });
        // That ann has come may be told late.
        const isTheirs = ({ data }) => [ann.id, carol.id].includes(data.user) && data.presence !== 'online';
        const heard = [];
        const named = () => heard.map((one) => [one.type, one.data.user, one.data.presence]);
        const all = [['typing.started', ann.id, undefined], ['typing.stopped', ann.id, undefined], ['presence.changed', carol.id, 'offline']];
        let last = before;
        await eventually(async () => {
            last = await waits(bob, last.body.upto, `&seconds=0&heard=${last.body.heard}`);
            heard.push(...last.body.passing.filter(isTheirs));
            return heard.length >= all.length ? true : undefined;
        }, 'all that passed');
        assert.deepEqual(named(), all);
        const after = await waits(bob, last.body.upto, `&seconds=0&heard=${last.body.heard}`);
        assert.deepEqual(after.body.passing.filter(isTheirs), [], 'once');
        assertRefused(await waits(bob, after.body.upto, '&heard=-1'), 400, 'field_range', 'heard');
    });

    story('the end of the session is the end of the waiting', async ({ ann, sue }) => {
        const signedIn = await sue.post('/api/v1/sessions', { username: 'sue', password: sue.password });
        const desk = sue.onAnotherDevice(signedIn.body.token);
        await ann.creates('channel', 'door', { members: [sue] });
        const { answer } = await waitsUntilSeen(desk, ann, await positionOf(sue));
        assert.equal((await desk.delete('/api/v1/sessions/current')).status, 200);
        assertRefused(await answer, 401, 'token_invalid');
        assertRefused(await waits(desk, 0), 401, 'token_invalid');
    });

    story('what cannot be gone on from is refused as everywhere', async ({ bob }) => {
        const since = await positionOf(bob);
        assertRefused(await waits(bob, since + 1_000_000), 410, 'snapshot_needed', 'since');
        assertRefused(await waits(bob, -1), 400, 'field_range', 'since');
        assertRefused(await waits(bob, since, '&seconds=61'), 400, 'field_range', 'seconds');
        await bob.connects();
        assertRefused(await bob.asks('events.wait', { since }), 404, 'command_unknown');
    });

    story('a server that stops answers those who wait', async ({ ann, dan, world }) => {
        const { answer } = await waitsUntilSeen(dan, dan, await positionOf(dan));
        const stopped = world.server.stop();
        const { status, body } = await answer;
        assert.deepEqual([status, body.events, body.passing.map((one) => one.type)], [200, [], ['server.draining']]);
        await stopped;
        await world.server.start();
        await ann.get('/api/v1/users/me');
    });
});
