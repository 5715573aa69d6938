// What Lighthouse says of the page to sign in and of the first one behind it, on a desk and on a phone.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import lighthouse, { desktopConfig } from 'lighthouse';
import { openDebugged } from '../acceptance/lib/browser.js';
import { within } from '../acceptance/lib/deadline.js';
import { openHouse, password } from './lib/people.js';

const least = 95;
const tries = 3;
const runTakes = 120_000;
const presets = { desk: desktopConfig, phone: undefined }; // a phone is what Lighthouse is without a word

describe('the web client as Lighthouse sees it', () => {
    let house;
    before(async () => {
        house = await openHouse(['ann', 'bob']);
        const { ann, bob } = house.world.people;
        for (const name of ['lobby', 'office', 'garden']) await ann.creates('channel', name, { members: [bob] });
        await Promise.all([ann.connects(), bob.connects()]);
        for (let i = 1; i <= 60; ++i) await (i % 2 ? ann : bob).says('lobby', `message ${i}`);
    });
    after(() => house?.close());

    // Each in a browser that has never been here.
    async function look(config, isSignedIn) {
        const { context, port } = await openDebugged();
        try {
            if (isSignedIn) {
                const made = await context.request.post(`${house.url}/api/v1/sessions`, { data: { username: 'bob', password, cookie: true } });
                assert.equal(made.status(), 201);
            }
            const flags = { port, logLevel: 'error', onlyCategories: ['performance', 'accessibility'], disableStorageReset: isSignedIn };
            const { lhr } = await within(lighthouse(`${house.url}/`, flags, config), 'what Lighthouse says', runTakes);
            assert.equal(lhr.runtimeError, undefined);
            return lhr;
        } finally {
            await context.close();
        }
    }
    const scores = (lhr) => Object.fromEntries(Object.entries(lhr.categories).map(([name, { score }]) => [name, Math.round(score * 100)]));
    const faults = (lhr) =>
        Object.values(lhr.audits)
            .filter((one) => one.score !== null && one.score < 0.9 && one.scoreDisplayMode !== 'informative')
            .map((one) => `${one.id}: ${one.displayValue ?? one.title}`);

    for (const [name, config] of Object.entries(presets))
        for (const isSignedIn of [false, true]) {
            const what = `the ${isSignedIn ? 'first page behind the door' : 'page to sign in'}, on a ${name}`;
            it(what, async (t) => {
                let best;
                for (let i = 0; i < tries; ++i) {
                    const lhr = await look(config, isSignedIn);
                    const now = scores(lhr);
                    t.diagnostic(`${JSON.stringify(now)} ${['first-contentful-paint', 'largest-contentful-paint', 'total-blocking-time', 'cumulative-layout-shift', 'speed-index', 'total-byte-weight'].map((id) => lhr.audits[id]?.displayValue).join(', ')}`);
                    if (!best || now.performance > best.now.performance) best = { lhr, now };
                    if (best.now.performance >= least) break;
                }
                if (process.env.PARLEY_TEST_PICTURES) t.diagnostic(faults(best.lhr).join('\n'));
                assert.ok(best.now.accessibility >= least, `accessibility ${best.now.accessibility}: ${faults(best.lhr).join('; ')}`);
                assert.ok(best.now.performance >= least, `performance ${best.now.performance}: ${faults(best.lhr).join('; ')}`);
            });
        }
});
