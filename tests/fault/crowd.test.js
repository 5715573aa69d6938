// Many at once: everybody comes back in the same moment after a death, and one who reads too slowly among those who do
// not. Nobody has a gap, nobody else notices, and memory stays bounded.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { eventually } from '../acceptance/lib/deadline.js';
import { recordsOf } from './lib/journal.js';
import { recoveryPatience, scenes, usage } from './lib/scene.js';

const crowd = Number(process.env.PARLEY_TEST_CROWD ?? 300);
const readers = Number(process.env.PARLEY_TEST_READERS ?? 200);
const latest = Number(process.env.PARLEY_TEST_LATEST_MS ?? 30_000); // that a message may come to who reads

const most = (server) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8'))[1]);

for (const way of ['killed', 'stopped'])
scenes(`${crowd} clients come back at once after the server was ${way}`, { clients: crowd, rooms: 1, load: { lanes: 1, writers: 4, every: 400 } }, async ({ scene, t }) => {
    const { listeners } = scene.load;
    const all = (test, what) => eventually(() => (listeners.every(test) ? true : undefined), what, recoveryPatience);
    await scene.more(12);
    const before = usage(scene.server).kib;
    scene.begins(way);
    if (way === 'stopped') scene.server.tellToStop();
    await (way === 'stopped' ? scene.server.stop() : scene.server.kill());
    await all((one) => !one.isLive, 'all to be cut off');
    await scene.server.start();
    scene.heals(way);
    const began = performance.now();
    await all((one) => one.isLive && one.resumed > 0, 'all to be back');
    t.diagnostic(`all ${crowd} resumed after ${Math.round(performance.now() - began)} ms; ${before} KiB resident before, at most ${most(scene.server)} KiB after`);
    assert.ok(most(scene.server) < before * 2 + 20_000, 'memory is bounded');
    await scene.more(12);
    await scene.verdict(t, { keeps: 24 });
});

// From a message's first attempt to the last of these clients that heard it, in milliseconds: [the median, the latest].
async function latenciesOf(journal, clients) {
    const [begun, all] = [new Map(), new Map()];
    const names = new Set(clients.map((one) => one.name));
    for await (const one of recordsOf(journal.file)) {
        if (one.is === 'attempt' && !begun.has(one.key)) begun.set(one.key, one.t);
        if (one.is === 'heard' && names.has(one.client)) all.set(one.key, one.t - begun.get(one.key));
    }
    const sorted = [...all.values()].sort((one, other) => one - other);
    return [sorted[sorted.length >> 1], sorted.at(-1)];
}

const slow = { websocket: { send_queue_bytes: 1_048_576 } };
scenes(`one of ${readers} reads nothing`, { clients: readers, rooms: 1, settings: slow, load: { lanes: 2, writers: 4, filler: 'x'.repeat(4000) } }, async ({ scene, t }) => {
    const [sluggard, ...others] = [...scene.load.listeners].reverse();
    const metric = async (name) => Number(new RegExp(`^${name} (\\d+)`, 'm').exec((await scene.probe('/metrics')).body)?.[1]);
    await scene.more(20);
    const before = usage(scene.server).kib;
    sluggard.ws.pause();
    // For what waits for it, or, on a slow machine, because it answers no ping.
    const wasTooSlow = await eventually(async () => {
        if ((await metric('parley_slow_consumers_total')) > 0) return true;
        return (await metric('parley_websockets_open')) < readers ? false : undefined;
    }, 'the server to let go of it', recoveryPatience);
    sluggard.ws.resume();
    await eventually(() => (sluggard.resumed > 0 && sluggard.isLive ? true : undefined), 'it to be back', recoveryPatience);
    t.diagnostic(`the server let go of it because it ${wasTooSlow ? 'read too slowly' : 'answered no ping'}`);
    // The server does not wait long for its last word to be read.
    if (wasTooSlow) assert.ok([4001, 1006].includes(sluggard.closedWith), `it was told to resume, not ${sluggard.closedWith}`);
    await scene.more(20);
    const after = most(scene.server);
    await scene.verdict(t);
    assert.ok(others.every((one) => one.opened === 1), 'nobody else was disconnected');
    const [median, last] = await latenciesOf(scene.journal, others);
    t.diagnostic(`the others heard a message after ${Math.round(median)} ms, at most ${Math.round(last)}; ${before} KiB resident before, at most ${after} after`);
    assert.ok(last < latest, `the others did not wait for it: ${last} ms`);
    assert.ok(after < before * 2 + 20_000, 'memory is bounded');
});
