// Now and then an allocation finds no memory while people write: on the threads of connections, where that ends what it
// was for and nothing else, and anywhere, where the server may die of it and is started again. Nobody misses anything.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { eventually } from '../acceptance/lib/deadline.js';
import { temporaryFolder } from '../acceptance/lib/processes.js';
import { program } from '../acceptance/lib/server.js';
import { scenes } from './lib/scene.js';

const dial = path.join(temporaryFolder('scarce'), 'dial');
function oneOf(many) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(many);
    // In place: the server has it mapped.
    writeFileSync(dial, bytes, { flag: 'r+' });
}
writeFileSync(dial, Buffer.alloc(4));

const { PARLEY_SCARCE: library } = process.env;
assert.ok(library, 'PARLEY_SCARCE says where the library is that takes the memory');
const more = { LD_PRELOAD: library, PARLEY_TEST_SCARCE: dial };
// Its allocator has to come first, and would see nothing of this one.
const isSanitized = readFileSync(program('PARLEYD', 'parleyd')).includes('__asan_init') ? 'not played with sanitizers' : false;
// Threads that die in one moment mix their last words.
const lastWords = /^(terminate|called|after|throwing|an|instance|of|recursively|what\(\):|std::bad_alloc|['\s])*$/;
const expects = [/failed|memory|bad_alloc|could not/i, lastWords];
const { PARLEY_TEST_SCARCE_SECONDS: seconds = 3 } = process.env;

// Answers how often it died, and what the process that lives at the end has outlived.
async function press({ scene, t, database }, rates) {
    const { server } = scene;
    let deaths = 0;
    async function revive() {
        if (!server.process.exit) return;
        ++deaths;
        assert.ok(server.process.exit.killedBy, 'it did not end by itself as if all were well');
        server.process = undefined;
        await server.start();
    }
    for (const rate of rates) {
        scene.begins(`one of ${rate}`);
        oneOf(rate);
        const until = performance.now() + seconds * 1000;
        while (performance.now() < until && !server.process.exit) await new Promise((resolve) => setTimeout(resolve, 50));
        oneOf(0);
        scene.heals(`one of ${rate}`);
        await eventually(async () => {
            await revive();
            return (await scene.probe('/ready')).status === 200 ? true : undefined;
        }, 'it to be ready', 120_000);
        await scene.more(60);
        await eventually(() => (scene.load.listeners.every((one) => one.isLive) ? true : undefined), 'all to be back', 120_000);
    }
    const faults = await server.metric('parley_session_faults_total');
    t.diagnostic(`${database}: one of ${rates.join(', ')}: died ${deaths} times, ${faults} faults outlived at last`);
    await scene.verdict(t, { tolerates: [500] });
    return { deaths, faults };
}

const load = { lanes: 3, every: 2 };
const onIo = { more: { ...more, PARLEY_TEST_SCARCE_ON: 'parley io' } };
scenes('connections find no memory now and then', { skip: isSanitized, clients: 6, run: onIo, load, expects }, async (given) => {
    const { deaths, faults } = await press(given, [5000, 1000, 300]);
    assert.equal(deaths, 0);
    assert.ok(faults > 0, 'somebody found none');
});
scenes('somebody finds no memory now and then', { skip: isSanitized, clients: 6, run: { more }, load, expects }, async (given) => {
    const { deaths, faults } = await press(given, [20_000, 5000, 1000]);
    assert.ok(deaths + faults > 0, 'somebody found none');
});
