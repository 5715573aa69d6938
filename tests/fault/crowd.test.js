// Many at once: everybody comes back in the same moment after a death, and one who reads too slowly among those who do
// not. Nobody has a gap, nobody else notices, and memory stays bounded.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { eventually } from '../acceptance/lib/deadline.js';
import { recoveryPatience, scenes, usage } from './lib/scene.js';

const crowd = Number(process.env.PARLEY_TEST_CROWD ?? 300);
const readers = Number(process.env.PARLEY_TEST_READERS ?? 20);

const most = (server) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8'))[1]);

scenes(`${crowd} clients come back at once`, { clients: crowd, rooms: 1, load: { lanes: 1, writers: 4, every: 400 } }, async ({ scene, t }) => {
    const { listeners } = scene.load;
    const all = (test, what) => eventually(() => (listeners.every(test) ? true : undefined), what, recoveryPatience);
    await scene.more(12);
    const before = usage(scene.server).kib;
    scene.begins('kill');
    await scene.server.kill();
    await all((one) => !one.isLive, 'all to be cut off');
    await scene.server.start();
    scene.heals('kill');
    const began = performance.now();
    await all((one) => one.isLive && one.resumed > 0, 'all to be back');
    t.diagnostic(`all ${crowd} resumed after ${Math.round(performance.now() - began)} ms; ${before} KiB resident before, at most ${most(scene.server)} KiB after`);
    assert.ok(most(scene.server) < before * 2 + 20_000, 'memory is bounded');
    await scene.more(12);
    await scene.verdict(t, { keeps: 24 });
});

const slow = { websocket: { send_queue_bytes: 1_048_576 } };
scenes(`one of ${readers} reads too slowly`, { clients: readers, rooms: 1, settings: slow, load: { lanes: 2, writers: 4, filler: 'x'.repeat(4000) } }, async ({ scene, t }) => {
    const [sluggard, ...others] = scene.load.listeners.toReversed();
    const metric = async (name) => Number(new RegExp(`^${name} (\\d+)`, 'm').exec((await scene.probe('/metrics')).body)?.[1]);
    await scene.more(20);
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
    await scene.verdict(t);
    assert.ok(others.every((one) => one.opened === 1), 'nobody else was disconnected');
});
