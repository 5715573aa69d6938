// Deaths at chosen moments: core/storage/failpoint.hpp says which there are. Builds for tests have them, others do not.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { within } from '../../acceptance/lib/deadline.js';
import { program } from '../../acceptance/lib/server.js';

// What these tests say when they are not played.
export const noFailpoints = readFileSync(program('PARLEYD', 'parleyd')).includes('PARLEY_FAILPOINT') ? false : 'this build has no failpoints';

// Starts the scene's server, which is not running, and lets it die at the n-th arrival at that point; `next` is called as
// soon as it is there.
export async function diesAt(scene, point, n, patience, next = () => {}) {
    const { server } = scene;
    server.more = { ...server.more, PARLEY_FAILPOINT: `${point}:${n}` };
    try {
        await server.start();
        next();
    } catch (why) {
        // Clients do not wait until it says that it is ready, and may bring it there before.
        if (server.process.exit?.killedBy !== 'SIGKILL') throw why;
    }
    const { ended } = server.process;
    const { killedBy, code } = await within(ended.promise, () => `the server to come to ${point} ${n} times; it said last:\n${scene.said()}`, patience);
    assert.equal(killedBy, 'SIGKILL', `it ended with ${code}`);
    scene.begins(point);
    server.process = undefined;
    delete server.more.PARLEY_FAILPOINT;
}
