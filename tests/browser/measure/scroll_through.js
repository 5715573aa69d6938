// Somebody goes through a whole conversation and back in a browser of their own: what its page holds meanwhile.
import { performance } from 'node:perf_hooks';
import { BareBrowser } from '../../acceptance/lib/bare_browser.js';
import { turn, watchFrames } from '../lib/frames.js';
import { password } from '../lib/people.js';

const every = 250; // ms between two looks at the memory

function signsIn(name, secret) {
    const form = document.querySelector('form');
    form.username.value = name;
    form.password.value = secret;
    form.requestSubmit();
}

// `total` messages are in `room`; each frame turns it by `step` pixels. `args`: more of Chromium's own. `tells` is given
// lines on the way. All sizes in bytes.
export async function scrollThrough({ url, name, room, total, step, args, tells = () => {} }) {
    const browser = await BareBrowser.open(args);
    try {
        await browser.goes(`${url}/`);
        await browser.until(`!!document.querySelector('form input[name=password]')`);
        await browser.calls(signsIn, name, password);
        await browser.until(`!!document.querySelector('[data-status="live"]')`);
        await browser.until(`!![...document.querySelectorAll('.side_entry')].find((one) => one.textContent.includes(${JSON.stringify(room)}))`);
        await browser.calls((title) => [...document.querySelectorAll('.side_entry')].find((one) => one.textContent.includes(title)).click(), room);
        await browser.until(`!!document.querySelector('.message[data-seq="${total}"]')`);
        const heap = () => browser.evaluates('performance.memory.usedJSHeapSize');
        const most = { heap: 0, process: 0 };
        let isOver = false;
        const look = async () => {
            const now = { heap: await heap(), process: browser.memory };
            for (const each of Object.keys(most)) most[each] = Math.max(most[each], now[each]);
            return now;
        };
        const watching = (async () => {
            while (!isOver) {
                await look();
                await new Promise((resolve) => setTimeout(resolve, every));
            }
        })();
        const found = { most, ways: [], before: await look() };
        await browser.calls(watchFrames);
        for (const [way, by, until] of [['to the beginning', -step, 1], ['back to the end', step, total]]) {
            const began = performance.now();
            const turns = await browser.calls(turn, [by, until]);
            found.ways.push({ way, turns, seconds: (performance.now() - began) / 1000, ...(await look()) });
            tells(found.ways.at(-1));
        }
        isOver = true;
        await watching;
        found.frames = await browser.calls(() => {
            window.watch.stop = true;
            return window.watch;
        });
        // Only now is something looked into.
        for (let i = 0; i < 3; ++i) await browser.sends('HeapProfiler.collectGarbage');
        found.collected = { heap: await heap(), process: browser.memory };
        return found;
    } finally {
        await browser.close();
    }
}
