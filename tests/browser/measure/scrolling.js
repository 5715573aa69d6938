// What a long conversation costs whoever scrolls through all of it: node tests/browser/measure/scrolling.js [messages]
// [pixels at each frame]. With PARLEYD, PARLEY and PARLEY_PLUGIN_FILES naming what was built, as the tests have it. Exits
// with 1 when the page holds 300 MB or more, or was blank for more than two frames.
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { fill, watchFrames, wheel } from '../lib/frames.js';
import { openHouse } from '../lib/people.js';

const [total = 100_000, step = 1500] = process.argv.slice(2).map(Number);
const mostMegabytes = 300;
const mostBlank = 2;
const every = 500; // ms between two looks at the memory
const mega = (bytes) => Math.round(bytes / 1e6);
const seconds = (since) => ((performance.now() - since) / 1000).toFixed(0);

const house = await openHouse(['ann', 'bob']);
let failed = false;
try {
    const { ann, bob } = house.world.people;
    await ann.creates('channel', 'long', { members: [bob] });
    await Promise.all([ann.connects(), bob.connects()]);
    for (const each of [ann, bob]) each.socket.keeps = false;
    const filling = performance.now();
    await fill('long', [ann, bob], total);
    await bob.hasRead('long', total);
    console.log(`${total} messages were written in ${seconds(filling)} s`);

    const one = await house.enters('bob');
    const { page } = one;
    await one.opens('long');
    await page.locator(`.message[data-seq="${total}"]`).waitFor();
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Performance.enable');
    const heap = async () => {
        const { metrics } = await devtools.send('Performance.getMetrics');
        return metrics.find(({ name }) => name === 'JSHeapUsedSize').value;
    };
    // What belongs to the page's own process alone, code and drawn pictures included.
    const browser = await house.browser.newBrowserCDPSession();
    const { processInfo } = await browser.send('SystemInfo.getProcessInfo');
    const ownMemory = ({ id }) => {
        try {
            const text = readFileSync(`/proc/${id}/smaps_rollup`, 'utf8');
            return 1024 * [...text.matchAll(/^Private_\w+:\s+(\d+)/gm)].reduce((sum, [, kilobytes]) => sum + Number(kilobytes), 0);
        } catch {
            return 0; // it has ended
        }
    };
    const ofPage = () => Math.max(...processInfo.filter(({ type }) => type === 'renderer').map(ownMemory));

    const most = { heap: 0, process: 0 };
    let isOver = false;
    const watching = (async () => {
        while (!isOver) {
            most.heap = Math.max(most.heap, await heap());
            most.process = Math.max(most.process, ofPage());
            await new Promise((resolve) => setTimeout(resolve, every));
        }
    })();
    const before = { heap: await heap(), process: ofPage() };
    await page.evaluate(watchFrames);
    for (const [way, by, until] of [['to the beginning', -step, 1], ['and back to the end', step, total]]) {
        const began = performance.now();
        const turns = await wheel(page, by, until);
        console.log(`${way}: ${turns} turns of ${step} px in ${seconds(began)} s, ${mega(await heap())} MB in the heap, ${mega(ofPage())} MB in the process`);
    }
    isOver = true;
    await watching;
    const watch = await page.evaluate(() => {
        window.watch.stop = true;
        return window.watch;
    });
    await devtools.send('HeapProfiler.collectGarbage');
    console.log(`before: ${mega(before.heap)} MB in the heap, ${mega(before.process)} MB in the process`);
    console.log(`at most: ${mega(most.heap)} MB in the heap, ${mega(most.process)} MB in the process, ${watch.most} messages in the page`);
    console.log(`after a collection of garbage: ${mega(await heap())} MB in the heap, ${mega(ofPage())} MB in the process`);
    console.log(`frames: ${watch.frames}; blank in a row: ${watch.longestBlank}; jumps: ${watch.jumps.length}`);
    failed = most.process >= mostMegabytes * 1e6 || watch.longestBlank > mostBlank || watch.jumps.length > 0;
    house.assertNoFaults();
} finally {
    await house.close();
}
process.exitCode = failed ? 1 : 0;
