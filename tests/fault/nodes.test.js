// Two servers on one PostgreSQL under load: whatever goes between them, every client hears everything, once and in order.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { eventually, within } from '../acceptance/lib/deadline.js';
import { NatsCluster } from '../acceptance/lib/nats.js';
import { Nodes } from '../acceptance/lib/nodes.js';
import { PgBouncer } from '../acceptance/lib/pgbouncer.js';
import { stopPostgres } from '../acceptance/lib/postgres.js';
import { temporaryFolder } from '../acceptance/lib/processes.js';
import { Balancer } from './lib/balancer.js';
import { isClean, judgeFile, toText } from './lib/check.js';
import { Journal } from './lib/journal.js';
import { historyOf, Load } from './lib/load.js';

const patience = 120_000;
const people = { ann: 'admin', bob: 'member', carol: 'member', dave: 'member' };
const tenants = { acme: { people, settings: { hosts: ['127.0.0.1'] } } };

// `urlOf(nodes, i)`: where the i-th client goes, asked each time that it connects.
async function play(t, { urlOf, begins = () => {}, ...options }, luck) {
    const nodes = await Nodes.open({ tenants, ...options });
    let load;
    try {
        const all = Object.values(nodes.people);
        const rooms = [];
        for (const name of ['room 1', 'room 2']) {
            await all[0].creates('channel', name, { members: all.slice(1) });
            rooms.push(all[0].idOf(name));
        }
        const scene = { nodes, t, ...(await begins(nodes)) };
        const journal = new Journal(path.join(temporaryFolder('journal'), 'journal.jsonl'));
        load = new Load(journal, { lanes: 2, every: 10 });
        const clients = [0, 1, 2, 3, 4, 5].map((i) => {
            const { name, token } = all[i % all.length];
            return { name, token, get url() { return urlOf(nodes, i, scene); } };
        });
        await within(load.start(clients, rooms), 'the clients to hear', patience);
        const more = (count) => within(load.more(count), `${count} more messages to be acknowledged`, patience);
        await luck({ ...scene, load, more, journal });
        await more(100);
        await within(load.finish(), 'the writers to finish', patience);
        const history = await historyOf(all[0], rooms);
        await eventually(() => (load.hasHeard(history) ? true : undefined), 'all to have heard all', patience).catch(() => {});
        load.stop();
        const { judge, verdict } = await judgeFile(journal.file, history);
        t.diagnostic(`${toText(verdict)}; refusals ${JSON.stringify(judge.codes)}`);
        assert.ok(isClean(verdict), `${toText(verdict)}\n${judge.first.join('\n')}`);
        assert.equal(verdict.acknowledged, verdict.attempted);
        await scene.ends?.();
        await nodes.close();
    } catch (why) {
        load?.stop();
        for (const one of nodes.servers) t.diagnostic((one.process?.output ?? '').split('\n').filter((line) => !line.includes('"message":"request"')).slice(-15).join('\n'));
        await nodes.kill();
        throw why;
    }
}

const metricOf = (nodes, name) => Promise.all(nodes.servers.map((one) => one.metric(name)));

const atBoth = ({ servers }, i) => servers[i % 2].url;
const behindProxy = {
    urlOf: (nodes, i, scene) => scene.proxy.url,
    begins: async (nodes) => {
        const proxy = await Balancer.before(nodes.servers);
        return { proxy, ends: () => proxy.stop() };
    },
};

describe('two servers under load', () => {
    it('NATS is killed and started again', (t) =>
        play(t, { urlOf: atBoth }, async ({ nodes, more }) => {
            for (let death = 1; death <= 3; ++death) {
                await more(60);
                await nodes.nats.kill();
                await more(60);
                await nodes.nats.begin();
            }
        }));

    it('one of them is cut off from NATS', (t) =>
        play(t, { urlOf: atBoth }, async ({ nodes, more }) => {
            await more(60);
            nodes.cables[1].cut();
            await more(60);
            nodes.cables[1].mend();
        }));

    it('one of them is cut off from PostgreSQL', (t) =>
        play(t, { urlOf: atBoth, databaseCables: true }, async ({ nodes, more, load, journal }) => {
            await more(60);
            journal.note('fault', { what: 'no database' });
            nodes.databaseCables[0].cut();
            // Those at the other go on.
            await more(60);
            await eventually(async () => ((await fetch(`${nodes.servers[1].url}/ready`)).status === 503 ? true : undefined), 'the server to say so');
            await more(20);
            nodes.databaseCables[0].mend();
            journal.note('healed', { what: 'database' });
            await eventually(async () => ((await fetch(`${nodes.servers[1].url}/ready`)).status === 200 ? true : undefined), 'the server to be back');
            assert.ok(load.listeners.length > 0);
        }));

    it('one of them is killed, and its clients go on at the other', (t) =>
        play(t, behindProxy, async ({ nodes, more }) => {
            for (let death = 1; death <= 3; ++death) {
                await more(60);
                await nodes.servers[death % 2].kill();
                await more(60);
                await nodes.servers[death % 2].start();
            }
        }));

    it('each is replaced in its turn, and no request fails', (t) =>
        play(t, behindProxy, async ({ nodes, more, load, proxy }) => {
            for (const one of [...nodes.servers, ...nodes.servers]) {
                await more(60);
                proxy.out.add(one);
                await one.stop();
                await more(20);
                await one.start();
                proxy.out.delete(one);
            }
            await more(60);
            assert.deepEqual(proxy.failed, []);
            assert.deepEqual(load.refusals, [], 'nobody was refused anything');
            assert.ok(load.listeners.every((one) => one.resumed > 0), 'everybody was somewhere else meanwhile');
        }));

    it('they are in a cluster of three NATS with certificates, and each of those is killed in its turn', (t) =>
        play(t, { urlOf: atBoth, startNats: () => NatsCluster.start() }, async ({ nodes, more }) => {
            const bothReach = () => eventually(async () => ((await metricOf(nodes, 'parley_bus_reachable')).every((value) => value === 1) ? true : undefined), 'both to reach the bus');
            for (const one of nodes.nats.members) {
                await one.kill();
                await more(60);
                await bothReach();
                await one.begin();
            }
            // Whatever members they are at now, they hear one another.
            const before = await metricOf(nodes, 'parley_bus_heard_total');
            await more(60);
            await eventually(async () => ((await metricOf(nodes, 'parley_bus_heard_total')).every((value, i) => value > before[i]) ? true : undefined), 'both to hear the other');
        }));

    it('PgBouncer is between them and PostgreSQL, and is killed', async (t) => {
        const pool = await PgBouncer.start();
        try {
            await play(t, { urlOf: atBoth, url: pool.url }, async ({ more, journal }) => {
                for (let death = 1; death <= 3; ++death) {
                    await more(60);
                    journal.note('fault', { what: 'no PgBouncer' });
                    await pool.kill();
                    await pool.begin();
                    journal.note('healed', { what: 'PgBouncer' });
                }
            });
        } finally {
            await pool.kill();
        }
    });
    after(stopPostgres);
});
