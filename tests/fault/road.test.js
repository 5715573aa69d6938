// Bad ways between clients and the server: connections that are dead without a word, that are reset again and again, and
// that carry 256 kbit/s. Everybody comes back without a gap, and nobody else notices. Real packets get lost in
// loss.test.js, where the machine allows it.
import assert from 'node:assert/strict';
import { eventually } from '../acceptance/lib/deadline.js';
import { Road } from './lib/road.js';
import { recoveryPatience, scenes } from './lib/scene.js';

const on = process.env.PARLEY_TEST_DATABASE ? undefined : ['sqlite'];
const resets = Number(process.env.PARLEY_TEST_RESETS ?? 4);

// `first`: how many of the clients come by the road.
const by = (first) => async (scene) => {
    scene.road = await Road.open(scene.server);
    return (i) => (i < first ? scene.road.url : undefined);
};
const metric = async (scene, name) => Number(new RegExp(`^${name} (\\d+)`, 'm').exec((await scene.probe('/metrics')).body)?.[1]);

scenes('connections that are half open', { on, clients: 6, rooms: 1, by: by(3), load: { lanes: 1, every: 50 } }, async ({ scene, t }) => {
    const { listeners } = scene.load;
    const [cut, others] = [listeners.slice(0, 3), listeners.slice(3)];
    await scene.more(30);
    scene.begins('half open');
    const began = performance.now();
    scene.road.swallow();
    // Its pings are not answered.
    await eventually(async () => ((await metric(scene, 'parley_websockets_open')) <= 3 ? true : undefined), 'the server to let go of them', recoveryPatience);
    t.diagnostic(`the server noticed after ${Math.round(performance.now() - began)} ms`);
    assert.ok(cut.every((one) => one.opened === 1), 'it was the server that noticed');
    // They by the pings that do not come.
    for (const one of cut) one.ws.terminate();
    scene.heals('half open');
    await eventually(() => (cut.every((one) => one.isLive && one.resumed > 0) ? true : undefined), 'them to be back', recoveryPatience);
    await scene.more(30);
    await scene.verdict(t);
    assert.ok(others.every((one) => one.opened === 1), 'nobody else was disconnected');
});

scenes(`connections are reset ${resets} times`, { on, clients: 6, by: by(6), load: { lanes: 2, every: 5 } }, async ({ scene, t }) => {
    for (let i = 0; i < resets; ++i) {
        await scene.more(100);
        scene.begins('reset');
        assert.ok(scene.road.reset() > 0);
        scene.heals('reset');
    }
    await scene.more(100);
    await scene.verdict(t);
    assert.ok(scene.load.listeners.every((one) => one.resumed > 0), 'everybody came back');
});

const narrow = 256_000 / 8;
scenes('256 kbit/s', { on, clients: 6, rooms: 1, by: by(3), load: { lanes: 1, filler: 'x'.repeat(2000) } }, async ({ scene, t }) => {
    const { road } = scene;
    await scene.more(10);
    scene.begins('narrow');
    road.bytesPerSecond = narrow;
    const [began, before] = [performance.now(), road.most];
    await scene.more(100);
    const rate = (road.most - before) / ((performance.now() - began) / 1000);
    t.diagnostic(`it carried at most ${Math.round(rate)} bytes a second`);
    assert.ok(rate < narrow * 1.5, `it was narrow: ${rate}`);
    scene.heals('narrow');
    await scene.verdict(t);
    // Who has more waiting than comes by in the time in which a ping is to be answered may be taken for dead, and resumes.
    assert.ok(scene.load.listeners.slice(3).every((one) => one.opened === 1), 'nobody else was disconnected');
});
