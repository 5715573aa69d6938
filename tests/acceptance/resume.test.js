// Connections break. What was said meanwhile is told afterwards, in order, once.
import assert from 'node:assert/strict';
import { assertSameState } from './lib/client_state.js';
import { eventually } from './lib/deadline.js';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';

const given = {
    tenants: {
        acme: { people: { ann: 'admin', bob: 'member', carol: 'member' }, settings: { hosts: ['acme.test'], messages: { max_graphemes: 100_000 } } },
        // Of this one's log little is kept.
        brief: { people: { dora: 'admin', emil: 'member' }, settings: { events: { retention_count: 10 } } },
    },
};

stories('resuming', given, (story) => {
    story('Bob is cut off, comes back, and hears what was said meanwhile', async ({ ann, bob }) => {
        await ann.creates('channel', 'tunnel', { members: [bob] });
        const state = await bob.follows();
        await ann.sends('tunnel', 'Before the tunnel');
        await bob.receives('message.created', { text: 'Before the tunnel' });
        await bob.isCutOff();
        const first = await ann.sends('tunnel', 'In the tunnel');
        await ann.edits(first, 'In the long tunnel');
        const gone = await ann.sends('tunnel', 'Never to be read');
        await ann.purges(gone);
        await bob.followsAgain(state);
        await ann.sends('tunnel', 'After the tunnel');
        await bob.receives('message.created', { text: 'After the tunnel' });
        await state.settled();
        assertSameState(state.state(), (await bob.freshState()).state(), 'bob');
        assert.ok(!bob.socket.inbox.some((one) => JSON.stringify(one).includes('Never to be read')));
    });

    story('Bob comes back in the middle of a stream of messages and misses none', async ({ ann, bob, carol }) => {
        await ann.creates('channel', 'stream', { members: [bob, carol] });
        const state = await bob.follows();
        await carol.connects();
        const total = 300;
        let sent = 0;
        const writer = async (one, way) => {
            while (sent < total) await one[way]('stream', `message ${++sent} of ${one.name}`);
        };
        const writing = Promise.all([writer(ann, 'sends'), writer(carol, 'says'), writer(ann, 'sends')]);
        for (const upto of [40, 110, 190]) {
            await state.until(() => state.rooms.get(bob.idOf('stream')).conversation.last_seq >= upto);
            await bob.isCutOff();
            await bob.followsAgain(state);
        }
        await writing;
        await bob.bringsUpToDate(state);
        await state.settled();
        assertSameState(state.state(), (await bob.freshState()).state(), 'bob');
    });

    story('the log is read over HTTP just the same', async ({ ann, bob }) => {
        const since = (await bob.get('/api/v1/snapshot')).body.position;
        await ann.creates('channel', 'by post', { members: [bob] });
        for (let i = 1; i <= 7; ++i) await ann.sends('by post', `letter ${i}`);
        const heard = [];
        for (let at = since, more = true; more; ) {
            const page = (await bob.get(`/api/v1/events?since=${at}&limit=3`)).body;
            heard.push(...page.events);
            ({ upto: at, more } = page);
        }
        const letters = heard.filter((one) => one.type === 'message.created').map((one) => one.data.message.text);
        assert.deepEqual(letters, [1, 2, 3, 4, 5, 6, 7].map((i) => `letter ${i}`));
        const positions = heard.map((one) => one.position);
        assert.deepEqual(positions, [...positions].sort((one, other) => one - other));
    });

    story('positions that cannot be resumed from are refused, and a snapshot is asked for', async ({ bob }) => {
        const { position } = (await bob.get('/api/v1/snapshot')).body;
        const future = await bob.resumes(position + 1_000_000);
        assertRefused(future, 410, 'snapshot_needed', 'since');
        await bob.receives('snapshot_needed', {});
        for (const since of [-1, 2 ** 63, 1.5, 'x', null, undefined, true, {}]) assertRefused(await bob.asks('resume', { since }), 400, 'since_invalid', 'since');
        assert.equal((await bob.asks('snapshot', {})).status, 200, 'and the connection goes on');
        await bob.receives('resumed', {});
        assertRefused(await bob.asks('resume', { since: position }), 409, 'following');
        assertRefused(await bob.get(`/api/v1/events?since=${position + 1_000_000}`), 410, 'snapshot_needed', 'since');
        assertRefused(await bob.get('/api/v1/events?since=-1'), 400, 'field_range', 'since');
        assertRefused(await bob.get('/api/v1/events?since=99999999999999999999'), 400, 'field_type', 'since');
        assertRefused(await bob.get('/api/v1/events'), 400, 'field_missing', 'since');
    });

    story('Emil was away for longer than the log reaches back, and starts afresh', async ({ dora, emil, world }) => {
        await dora.creates('channel', 'archive', { members: [emil] });
        const state = await emil.follows();
        await emil.isCutOff();
        for (let i = 1; i <= 30; ++i) await dora.sends('archive', `day ${i}`);
        // A server trims when it starts, and then each minute.
        await world.server.stop();
        await world.server.start();
        await eventually(async () => ((await emil.get('/api/v1/events?since=0')).status === 410 ? true : undefined), 'the log to be trimmed');
        const answer = await emil.resumes(state.position);
        assertRefused(answer, 410, 'snapshot_needed', 'since');
        await emil.receives('snapshot_needed', {});
        await state.begin((await emil.asks('snapshot', {})).body);
        await emil.receives('resumed', {});
        assertSameState(state.state(), (await emil.freshState()).state(), 'emil');
        assert.equal((await emil.reads('archive', '?limit=200')).length, 30, 'messages are not trimmed');
        assert.equal((await emil.resumes(state.position)).status, 200);
    });

    story('Carol reads too slowly, is cut off, and loses nothing', async ({ ann, carol }) => {
        await ann.creates('channel', 'flood', { members: [carol] });
        const state = await carol.follows({ compression: false });
        await carol.catchesUp();
        await state.settled();
        carol.socket.ws.pause();
        const text = 'All work and no play makes Jack a dull boy. '.repeat(1400);
        // Until the buffers of the system between the two are full and the server's own queue, too.
        const cutOff = async () => Number(/^parley_\w*slow_consumers\w* (\d+)/m.exec((await ann.get('/metrics')).text)[1]) > 0;
        while (!(await cutOff())) await Promise.all(Array.from({ length: 5 }, () => ann.sends('flood', text)));
        carol.socket.ws.resume();
        assert.equal((await carol.socket.ends()).code, 4001);
        await state.settled();
        assert.ok(state.rooms.get(carol.idOf('flood')).messages.size < (await ann.sees('flood')).conversation.last_seq, 'not everything had arrived');
        // What is missing is more than the queue holds, too; and it goes on while she catches up.
        for (let i = 0; i < 20; ++i) await ann.sends('flood', text);
        await carol.followsAgain(state, { compression: false });
        await state.settled();
        assertSameState(state.state(), (await carol.freshState()).state(), 'carol');
    });

    story('a token may come as the first command, and nothing is said before', async ({ bob }) => {
        const { Socket } = await import('./lib/socket.js');
        const headers = { host: 'acme.test' };
        const socket = await Socket.open(bob.url, { headers });
        assertRefused(await socket.ask('snapshot', {}), 401, 'not_signed_in');
        assertRefused(await socket.ask('user.me', {}), 401, 'not_signed_in');
        assert.equal((await socket.ask('authenticate', { token: bob.token })).status, 200);
        await socket.receives('hello', { user: { id: bob.id } });
        assertRefused(await socket.ask('authenticate', { token: bob.token }), 409, 'signed_in');
        await socket.close();

        const wrong = await Socket.open(bob.url, { headers });
        assertRefused(await wrong.ask('authenticate', { token: 'prl_wrong' }), 401, 'token_invalid');
        assert.equal((await wrong.ends()).code, 1008);
        await assert.rejects(Socket.open(bob.url, { token: 'prl_wrong' }), /401/);
    });
});
