// Now and then, anywhere in the server, an allocation finds no memory while people write: what it was for fails or is
// done again, and nobody misses anything by it. If it dies of it, it is started again.
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
const expects = [/failed|memory|terminate|bad_alloc|could not/i];
const rates = (process.env.PARLEY_TEST_SCARCE_RATES ?? '20000 5000 1000').split(' ').map(Number);

scenes('memory is missing now and then', { skip: isSanitized, clients: 6, run: { more }, load: { lanes: 3, every: 2 }, expects }, async ({ scene, t, database }) => {
    const { server } = scene;
    let deaths = 0;
    for (const rate of rates) {
        scene.begins(`one of ${rate}`);
        oneOf(rate);
        const until = performance.now() + 3000;
        while (performance.now() < until && !server.process.exit) await new Promise((resolve) => setTimeout(resolve, 50));
        oneOf(0);
        if (server.process.exit) {
            ++deaths;
            t.diagnostic(`${database}: one of ${rate}: it ended with ${server.process.exit.killedBy ?? server.process.exit.code}`);
            assert.ok(server.process.exit.killedBy, 'it did not end by itself as if all were well');
            server.process = undefined;
            await server.start();
        }
        scene.heals(`one of ${rate}`);
        await scene.becomes(200);
        await scene.more(60);
        await eventually(() => (scene.load.listeners.every((one) => one.isLive) ? true : undefined), 'all to be back', 120_000);
    }
    t.diagnostic(`${database}: died ${deaths} times`);
    await scene.verdict(t, { tolerates: [500] });
});
