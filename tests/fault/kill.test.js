// The server is killed at random while people write. What was acknowledged is there, once, in order; nothing is there
// that nobody wrote; and who resumes after each death has heard all of it.
import { randomness } from '../acceptance/lib/corpus.js';
import { scenes } from './lib/scene.js';

const deaths = Number(process.env.PARLEY_TEST_DEATHS ?? 5);
const between = Number(process.env.PARLEY_TEST_BETWEEN ?? 140); // messages between deaths, at most
const seed = Number(process.env.PARLEY_TEST_SEED ?? 7);

scenes(`kill -9 under load, ${deaths} times`, { clients: 4, load: { lanes: 4 } }, async ({ scene, t }) => {
    const random = randomness(seed);
    for (let death = 1; death <= deaths; ++death) {
        await scene.more(20 + random.below(between));
        scene.begins('kill');
        await scene.server.kill();
        await scene.server.start();
        scene.heals('kill');
    }
    await scene.more(20);
    await scene.verdict(t, { keeps: deaths * 20 });
});
