// Two servers on one PostgreSQL, with NATS between them: it does not matter at which of them somebody is.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { assertSameState } from './lib/client_state.js';
import { eventually } from './lib/deadline.js';
import { NatsCluster } from './lib/nats.js';
import { Nodes } from './lib/nodes.js';
import { assertRefused } from './lib/person.js';
import { stopPostgres } from './lib/postgres.js';
import { Server } from './lib/server.js';
import { Authority } from './lib/tls.js';

const tenants = {
    acme: {
        people: { ann: 'admin', bob: 'member', carol: { role: 'member', password: 'a password of hers' } },
        settings: { hosts: ['127.0.0.1'], presence: { typing_seconds: 30 } },
    },
    // Nothing of theirs comes here.
    other: { people: { zoe: 'admin' }, settings: { hosts: ['other.test'] } },
};

function told(title, options, play) {
    describe(title, () => {
        let nodes;
        before(async () => {
            nodes = await Nodes.open({ tenants, ...options });
        });
        after(async () => {
            await nodes?.close();
        });
        play((name, tell) =>
            it(name, async (t) => {
                const { ann, bob, carol } = nodes.people;
                try {
                    await tell({ nodes, world: nodes.world, t, ann: nodes.at(0, ann), bob: nodes.at(1, bob), carol: nodes.at(1, carol) });
                } finally {
                    await nodes.world.settleDown();
                }
            }),
        );
    });
}

// Every server knows of every other, as far as its own metrics say.
const isLinked = (server, wanted) =>
    eventually(async () => ((await server.metric('parley_bus_reachable')) === wanted ? true : undefined), `the bus to be ${wanted ? 'there' : 'away'}`);

const presenceAt = (viewer, who, wanted) =>
    eventually(async () => {
        const { body } = await viewer.get(`/api/v1/presence?users=${who.id}`);
        return (body.presence[0]?.presence ?? 'offline') === wanted ? true : undefined;
    }, `${who.name} to be ${wanted} at the server of ${viewer.name}`);

told('two servers with a bus', {}, (story) => {
    story('Ann and Bob talk, each at another server', async ({ ann, bob }) => {
        await ann.creates('channel', 'bridge', { members: [bob] });
        const [hers, his] = [await ann.follows(), await bob.follows()];
        for (let i = 1; i <= 20; ++i) {
            await ann.says('bridge', `ann ${i}`);
            await bob.receives('message.created', { text: `ann ${i}` });
            await bob.sends('bridge', `bob ${i}`);
            await ann.receives('message.created', { text: `bob ${i}` });
        }
        const last = await bob.says('bridge', 'with a tpyo');
        await ann.receives('message.created', { text: 'with a tpyo' });
        await bob.edits(last.message ?? last, 'with a typo');
        await ann.receives('message.edited', {});
        for (const [one, state] of [[ann, hers], [bob, his]]) {
            await one.bringsUpToDate(state);
            await state.settled();
            assertSameState(state.state(), (await one.freshState()).state(), one.name);
        }
    });

    story('both write to one channel at once, and everybody hears the same order', async ({ ann, bob, carol }) => {
        await ann.creates('channel', 'race', { members: [bob, carol] });
        const all = [ann, bob, carol];
        const states = await Promise.all(all.map((one) => one.follows()));
        await Promise.all([ann, bob].map(async (one) => {
            for (let i = 1; i <= 50; ++i) await one.says('race', `${one.name} ${i}`);
        }));
        for (const [i, one] of all.entries()) {
            await one.bringsUpToDate(states[i]);
            await states[i].settled();
            assertSameState(states[i].state(), (await one.freshState()).state(), one.name);
        }
    });

    story('Ann sees Bob come, type, be busy and go at the other server', async ({ ann, bob }) => {
        await ann.creates('channel', 'window', { members: [bob] });
        await ann.connects();
        await bob.connects();
        await ann.receives('presence.changed', { user: bob.id, presence: 'online' });
        await presenceAt(bob, ann, 'online');
        await bob.asks('typing.start', { conversation: bob.idOf('window') });
        await ann.receives('typing.started', { user: bob.id, conversation: bob.idOf('window') });
        await bob.asks('typing.stop', { conversation: bob.idOf('window') });
        await ann.receives('typing.stopped', { user: bob.id });
        assert.equal((await bob.put('/api/v1/users/me/presence', { presence: 'busy' })).status, 200);
        await ann.receives('presence.changed', { user: bob.id, presence: 'busy' });
        const seen = await ann.get(`/api/v1/presence?users=${bob.id}`);
        assert.deepEqual(seen.body.presence.map((one) => one.presence), ['busy']);
        await bob.disconnects();
        await ann.receives('presence.changed', { user: bob.id, presence: 'offline' });
    });

    story('with a device at each server Bob stays online until the last one goes', async ({ nodes, ann, bob }) => {
        await ann.creates('channel', 'two hands', { members: [bob] });
        await ann.connects();
        await bob.connects();
        await ann.receives('presence.changed', { user: bob.id, presence: 'online' });
        const second = nodes.at(0, bob);
        await second.connects();
        await bob.disconnects();
        // Said after it, by the same server.
        await nodes.at(1, ann).connects();
        await presenceAt(ann, bob, 'online');
        await second.disconnects();
        await ann.receives('presence.changed', { user: bob.id, presence: 'offline' });
        assert.deepEqual(ann.socket.heard('presence.changed', { user: bob.id }), [], 'once, and not when the first one went');
    });

    story('Bob resumes at the other server and misses nothing', async ({ nodes, ann, bob }) => {
        await ann.creates('channel', 'moving', { members: [bob] });
        const state = await bob.follows();
        await ann.sends('moving', 'before');
        await bob.receives('message.created', { text: 'before' });
        await bob.isCutOff();
        await ann.sends('moving', 'meanwhile');
        const there = nodes.at(0, bob);
        await there.followsAgain(state);
        await ann.sends('moving', 'afterwards');
        await there.bringsUpToDate(state);
        await state.settled();
        assertSameState(state.state(), (await bob.freshState()).state(), 'bob');
    });

    story('whoever signs out at one server is out at the other', async ({ nodes, carol }) => {
        const here = nodes.at(0, carol);
        const signedIn = await here.post('/api/v1/sessions', { username: 'carol', password: 'a password of hers' });
        assert.ok([200, 201].includes(signedIn.status), signedIn.text);
        const { token } = signedIn.body;
        const away = Object.assign(nodes.at(1, carol), { token });
        await away.connects();
        assert.ok((await here.request('DELETE', '/api/v1/sessions/current', undefined, { token })).status < 300);
        await away.socket.closed.promise;
        await away.isSignedOut(token);
    });

    story('whoever is removed at one server hears nothing more at the other', async ({ ann, bob }) => {
        await ann.creates('channel', 'closed', { members: [bob], visibility: 'private' });
        await bob.connects();
        await ann.sends('closed', 'you may hear this');
        await bob.receives('message.created', { text: 'you may hear this' });
        await ann.removes('closed', bob);
        await bob.receives('conversation.left', {});
        await ann.sends('closed', 'and not this');
        await bob.hearsNothingOf('message.created', { text: 'and not this' });
        assertRefused(await bob.get(bob.pathOf('closed')), 404);
    });

    story('without the bus messages still come, and when it is back so does presence', async ({ nodes, ann, bob, carol }) => {
        await ann.creates('channel', 'partition', { members: [bob, carol] });
        const state = await bob.follows();
        await ann.connects();
        await isLinked(nodes.servers[1], 1);
        await presenceAt(ann, bob, 'online');
        nodes.cables[1].cut();
        await isLinked(nodes.servers[1], 0);
        for (let i = 1; i <= 5; ++i) {
            await ann.says('partition', `ann ${i}`);
            await bob.receives('message.created', { text: `ann ${i}` });
            await bob.says('partition', `bob ${i}`);
            await ann.receives('message.created', { text: `bob ${i}` });
        }
        // A server that says nothing for ten seconds is taken for dead.
        await ann.receives('presence.changed', { user: bob.id, presence: 'offline' });
        await carol.connects();
        nodes.cables[1].mend();
        await ann.receives('presence.changed', { user: bob.id, presence: 'online' });
        await ann.receives('presence.changed', { user: carol.id, presence: 'online' });
        await bob.bringsUpToDate(state);
        await state.settled();
        assertSameState(state.state(), (await bob.freshState()).state(), 'bob');
    });

    story('a server that is killed takes nothing along but the presence of those who were there', async ({ nodes, ann, bob }) => {
        await ann.creates('channel', 'wreck', { members: [bob] });
        const state = await bob.follows();
        await ann.connects();
        await presenceAt(ann, bob, 'online');
        await bob.says('wreck', 'acknowledged');
        await ann.receives('message.created', { text: 'acknowledged' });
        await nodes.servers[1].kill();
        await ann.receives('presence.changed', { user: bob.id, presence: 'offline' });
        await ann.says('wreck', 'into the void');
        const there = nodes.at(0, bob);
        await there.followsAgain(state);
        await there.bringsUpToDate(state);
        await state.settled();
        assertSameState(state.state(), (await there.freshState()).state(), 'bob');
        await nodes.servers[1].start();
        await bob.connects();
        await ann.says('wreck', 'welcome back');
        await bob.receives('message.created', { text: 'welcome back' });
    });

    story('a server with a number that another one has does not start, and says why', async ({ nodes }) => {
        const [first] = nodes.servers;
        const twin = await Server.prepare('postgresql', { url: first.databaseUrl, settings: { server: { node: 0 } }, tenants: { acme: {} } });
        await assert.rejects(twin.start(), /Another server on this database has server\.node 0/);
    });

    story('a server that stops says so, and its devices are gone at once', async ({ nodes, ann, bob }) => {
        await ann.creates('channel', 'harbour', { members: [bob] });
        await ann.connects();
        await bob.connects();
        await ann.receives('presence.changed', { user: bob.id, presence: 'online' });
        nodes.servers[1].tellToStop();
        await ann.receives('presence.changed', { user: bob.id, presence: 'offline' });
        await nodes.servers[1].stop();
        await nodes.servers[1].start();
    });
});

told('two servers without a bus', { bus: false }, (story) => {
    story('messages and ends of sessions come by the database', async ({ nodes, ann, bob, carol }) => {
        await ann.creates('channel', 'slow', { members: [bob] });
        const state = await bob.follows();
        await ann.connects();
        for (let i = 1; i <= 5; ++i) {
            await ann.says('slow', `ann ${i}`);
            await bob.receives('message.created', { text: `ann ${i}` });
            await bob.says('slow', `bob ${i}`);
            await ann.receives('message.created', { text: `bob ${i}` });
        }
        await bob.bringsUpToDate(state);
        await state.settled();
        assertSameState(state.state(), (await bob.freshState()).state(), 'bob');
        const here = nodes.at(0, carol);
        const { token } = (await here.post('/api/v1/sessions', { username: 'carol', password: 'a password of hers' })).body;
        const away = Object.assign(nodes.at(1, carol), { token });
        await away.connects();
        await here.request('DELETE', '/api/v1/sessions/current', undefined, { token });
        await away.socket.closed.promise;
    });
});

describe('a bus with certificates', () => {
    it('is there for those who show one of its authority and believe it, and for nobody else', async () => {
        const cluster = await NatsCluster.start();
        const servers = [];
        try {
            const { bus, remove } = await cluster.cable();
            const { file: stranger } = new Authority();
            const key = 'what-the-servers-of-this-test-share';
            const { certificate, certificate_key, ...noneToShow } = bus;
            for (const own of [{ ...bus, authorities: stranger }, noneToShow, bus]) {
                const next = await Server.prepare('postgresql', { settings: { bus: { ...own, key } }, tenants: { acme: {} } });
                servers.push(next);
                await next.start();
            }
            await isLinked(servers[2], 1);
            const [believesAnother, showsNone] = servers;
            for (const one of [believesAnother, showsNone])
                await eventually(() => one.logs.find(({ message }) => message.startsWith('the bus is away')), 'a server to say that it has no bus');
            // Who does not believe NATS leaves, in the words of whatever version of TLS that is.
            const why = () => cluster.members.flatMap((one) => [...one.process.output.matchAll(/- TLS handshake error: (.*)/g)].map(([, words]) => words));
            const isAboutNone = (words) => words.includes("client didn't provide a certificate");
            await eventually(() => (why().some(isAboutNone) && !why().every(isAboutNone) ? true : undefined), 'NATS to have turned away one, and to have been left by the other');
            assert.deepEqual(await Promise.all(servers.map((one) => one.metric('parley_bus_reachable'))), [0, 0, 1]);
            for (const one of servers.splice(0)) await one.stop();
            remove();
        } finally {
            for (const one of servers) await one.kill();
            await cluster.kill();
        }
    });
});

after(stopPostgres);
