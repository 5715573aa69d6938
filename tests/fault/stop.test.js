// The server is stopped and started again under load, as for a new version: nothing acknowledged is lost, and everybody
// who was told to come back does.
import assert from 'node:assert/strict';
import { scenes } from './lib/scene.js';

const stops = Number(process.env.PARLEY_TEST_STOPS ?? 2);

scenes(`SIGTERM under load, ${stops} times`, { load: { lanes: 4 } }, async ({ scene, t }) => {
    for (let stop = 1; stop <= stops; ++stop) {
        await scene.more(100);
        scene.begins('stop');
        scene.server.tellToStop();
        await scene.server.stop(); // exit code 0, no errors in the log
        await scene.server.start();
        scene.heals('stop');
    }
    await scene.more(100);
    await scene.verdict(t);
    const { listeners } = scene.load;
    assert.ok(listeners.every((one) => one.resumed > 0), 'everybody came back');
});
