// What a long conversation costs whoever scrolls through all of it: node tests/browser/measure/scrolling.js [messages]
// [pixels at each frame] [more arguments of Chromium's ...]. With PARLEYD, PARLEY and PARLEY_PLUGIN_FILES naming what was
// built, as the tests have it. Exits with 1 when the page holds 300 MB or more, or was blank for more than two frames.
import { performance } from 'node:perf_hooks';
import { fill } from '../lib/frames.js';
import { openWorld } from '../lib/people.js';
import { scrollThrough } from './scroll_through.js';

const [total, step] = [Number(process.argv[2] ?? 100_000), Number(process.argv[3] ?? 1500)];
const mostMegabytes = 300;
const mostBlank = 2;
const mega = (bytes) => Math.round(bytes / 1e6);
const told = ({ heap, process: own }) => `${mega(heap)} MB in the heap, ${mega(own)} MB in the process`;

const world = await openWorld(['ann', 'bob']);
let failed = false;
try {
    const { ann, bob } = world.people;
    await ann.creates('channel', 'long', { members: [bob] });
    await Promise.all([ann.connects(), bob.connects()]);
    for (const each of [ann, bob]) each.socket.keeps = false;
    const filling = performance.now();
    await fill('long', [ann, bob], total);
    await bob.hasRead('long', total);
    console.log(`${total} messages were written in ${((performance.now() - filling) / 1000).toFixed(0)} s`);
    const found = await scrollThrough({
        url: world.server.url,
        name: 'bob',
        room: 'long',
        total,
        step,
        args: process.argv.slice(4),
        tells: (way) => console.log(`${way.way}: ${way.turns} turns of ${step} px in ${way.seconds.toFixed(0)} s, ${told(way)}`),
    });
    const { frames, most } = found;
    console.log(`before: ${told(found.before)}`);
    console.log(`at most: ${told(most)}, ${frames.most} messages in the page`);
    console.log(`after a collection of garbage: ${told(found.collected)}`);
    console.log(`frames: ${frames.frames}; blank in a row: ${frames.longestBlank}; jumps: ${frames.jumps.length}`);
    failed = most.process >= mostMegabytes * 1e6 || frames.longestBlank > mostBlank || frames.jumps.length > 0;
} finally {
    await world.close();
}
process.exitCode = failed ? 1 : 0;
