// A long run, by hand: rounds of messages with a misfortune after each, until a million are acknowledged; then the checker's
// report. PARLEY_TEST_DATABASE=postgresql, PARLEY_TEST_MESSAGES, PARLEY_TEST_BETWEEN (messages between two misfortunes),
// PARLEY_TEST_MISFORTUNES=cut,kill (these alone).
//     PARLEYD=... PARLEY=... PARLEY_TEST_LIFETIME_MS=7200000 node tests/fault/long.js
import { randomness } from '../acceptance/lib/corpus.js';
import { ownPostgres, stopPostgres } from '../acceptance/lib/postgres.js';
import { diesAt, noFailpoints } from './lib/failpoints.js';
import { recoveryPatience, Scene, usage } from './lib/scene.js';

const database = process.env.PARLEY_TEST_DATABASE ?? 'sqlite';
const wanted = Number(process.env.PARLEY_TEST_MESSAGES ?? 1_000_000);
const between = Number(process.env.PARLEY_TEST_BETWEEN ?? 10_000);
const random = randomness(Number(process.env.PARLEY_TEST_SEED ?? 7));
const counts = {};

async function dies(scene, point) {
    await scene.server.kill();
    await diesAt(scene, point, 20 + random.below(200), recoveryPatience, () => scene.heals(point));
    await scene.server.start();
}

const misfortunes = {
    async kill(scene) {
        await scene.server.kill();
        await scene.server.start();
    },
    async stop(scene) {
        scene.server.tellToStop();
        await scene.server.stop();
        await scene.server.start();
    },
    async cut(scene) {
        for (const one of scene.load.listeners) one.ws?.terminate();
    },
};
if (!noFailpoints) for (const point of ['before_commit', 'before_fan_out', 'before_answers']) misfortunes[point] = (scene) => dies(scene, point);
if (!noFailpoints && database === 'sqlite') misfortunes.in_checkpoint = (scene) => dies(scene, 'in_checkpoint');
if (database === 'postgresql')
    misfortunes.database = async () => {
        const cluster = await ownPostgres();
        await cluster.program.stop('SIGQUIT');
        cluster.program = await cluster.begin();
    };

const wish = process.env.PARLEY_TEST_MISFORTUNES?.split(',');
const chosen = Object.keys(misfortunes).filter((name) => !wish || wish.includes(name));

// Its words go where a test's would.
const t = { diagnostic: (line) => console.log(line) };

async function play(scene) {
    const began = performance.now();
    for (let round = 0; scene.load.acknowledged < wanted; ++round) {
        await scene.more(between / 2 + random.below(between));
        const name = chosen[round % chosen.length];
        counts[name] = (counts[name] ?? 0) + 1;
        scene.begins(name);
        await misfortunes[name](scene);
        scene.heals(name);
        scene.load.refusals = [];
        if (round % 10 === 0) console.log(`${Math.round((performance.now() - began) / 1000)} s: ${scene.load.acknowledged} acknowledged, ${usage(scene.server).kib} KiB resident`);
    }
    await scene.more(100);
    console.log(`${Math.round((performance.now() - began) / 1000)} s; misfortunes: ${JSON.stringify(counts)}`);
    await scene.verdict(t, { keeps: wanted });
}

const scene = await Scene.open(database, { clients: 3, load: { lanes: 24, ways: ['websocket', 'websocket', 'websocket', 'http'] } });
try {
    await play(scene);
    await scene.close();
} catch (why) {
    console.log(scene.said());
    scene.load.stop();
    await scene.server.kill();
    throw why;
} finally {
    await stopPostgres();
}
