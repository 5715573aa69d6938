// What only a browser has: its own WebSocket, IndexedDB, locks among tabs, and words about the network.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { after, before } from 'node:test';
import { buildSync } from 'esbuild';
import { openBrowser } from '../../../tests/acceptance/lib/browser.js';
import { eventually, within } from '../../../tests/acceptance/lib/deadline.js';
import { stories } from '../../../tests/acceptance/lib/story.js';
import { lay } from './lib/cable.js';

const password = 'correct horse battery';
const acme = { people: { ann: { role: 'admin', password }, bob: { role: 'member', password } }, settings: { hosts: ['127.0.0.1'], sessions: { access_minutes: 1 } } };
const entry = fileURLToPath(new URL('../dist/index.js', import.meta.url));
const bundle = buildSync({ entryPoints: [entry], bundle: true, minify: true, format: 'iife', globalName: 'parley', target: 'es2022', write: false }).outputFiles[0].text;

let browser;
before(async () => {
    browser = await openBrowser();
});
after(() => browser?.close());

// A page of the server's origin with the SDK as window.parley and a client as window.client.
async function opens(context, url, options = '{}') {
    const page = await context.newPage();
    await page.goto(`${url}/api/v1/server`);
    await page.evaluate(`${bundle}; window.parley = parley; window.client = parley.createClient({ timing: { firstBackOff: 20, longestBackOff: 200 }, ...${options} });`);
    return page;
}
const isLive = (page) => within(page.waitForFunction(() => window.client.status === 'live'), 'the page to be live');

stories('the SDK in a browser', { tenants: { acme } }, (story) => {
    story('what is written without a network is sent after a reload, and the session is there again', async ({ ann, bob, world, t }) => {
        await ann.creates('channel', 'browser', { members: [bob] });
        const id = ann.idOf('browser');
        const context = await browser.newContext({ bypassCSP: true });
        t.after(() => context.close());
        const first = await opens(context, world.server.url);
        await first.evaluate(({ password }) => window.client.signIn({ username: 'bob', password }), { password });
        await first.evaluate(() => window.client.connect());
        assert.equal(await first.evaluate((id) => window.client.send(id, 'online').stored.then((one) => one.seq), id), 1);
        await context.setOffline(true);
        await within(first.waitForFunction(() => !navigator.onLine), 'the browser to be offline');
        await first.evaluate((id) => {
            for (const text of ['one', 'two', 'three']) window.client.send(id, text);
        }, id);
        await within(first.waitForFunction(async () => (await window.parley.indexedDbStorage().keys('')).filter((one) => one.includes('/out/')).length === 3), 'three messages in IndexedDB');
        await first.close();
        await context.setOffline(false);

        const second = await opens(context, world.server.url);
        assert.equal(await second.evaluate(() => window.client.restore().then((session) => session.user.username)), 'bob');
        await second.evaluate(() => window.client.connect());
        await eventually(async () => ((await ann.reads('browser')).length === 4 ? true : undefined), 'the messages to be sent');
        assert.deepEqual((await ann.reads('browser')).map((one) => one.text), ['online', 'one', 'two', 'three']);
        await within(second.waitForFunction(async () => (await window.parley.indexedDbStorage().keys('')).every((one) => !one.includes('/out/'))), 'IndexedDB to be empty');
    });

    story('localStorage is a storage as well', async ({ world, t }) => {
        const context = await browser.newContext({ bypassCSP: true });
        t.after(() => context.close());
        const page = await opens(context, world.server.url);
        const found = await page.evaluate(() => {
            localStorage.setItem('of somebody else', 'x');
            const storage = window.parley.webStorage(localStorage);
            for (const name of ['p/1', 'p/2', 'p/3']) storage.set(name, name.toUpperCase());
            storage.remove('p/2');
            return [storage.get('p/1'), storage.get('p/2'), storage.keys('p/').sort()];
        });
        assert.deepEqual(found, ['P/1', null, ['p/1', 'p/3']]);
    });

    story('the network goes and comes, and the page is live again at once', async ({ world, t }) => {
        const context = await browser.newContext({ bypassCSP: true });
        t.after(() => context.close());
        const cable = await lay(world.server.port);
        t.after(cable.remove);
        // Without the browser's word the next try would be an hour away.
        const page = await opens(context, cable.url, '{ timing: { firstBackOff: 7_200_000, longestBackOff: 7_200_000 } }');
        await page.evaluate(({ password }) => window.client.signIn({ username: 'ann', password }), { password });
        await page.evaluate(() => window.client.connect());
        await context.setOffline(true);
        cable.cut(); // an open WebSocket outlives the other in Chromium
        await within(page.waitForFunction(() => window.client.status === 'offline'), 'the page to be offline');
        await context.setOffline(false);
        await isLive(page);
    });

    story('tabs renew one session at the same moment without ending it', async ({ world, t }) => {
        const context = await browser.newContext({ bypassCSP: true });
        t.after(() => context.close());
        const one = await opens(context, world.server.url);
        await one.evaluate(({ password }) => window.client.signIn({ username: 'ann', password }), { password });
        // As if its time were over, for all.
        await one.evaluate(async () => {
            window.kept = async (change) => {
                const storage = window.parley.indexedDbStorage();
                const [key] = (await storage.keys('')).filter((each) => each.endsWith('/session'));
                if (change) await storage.set(key, JSON.stringify({ ...JSON.parse(await storage.get(key)), ...change }));
                return JSON.parse(await storage.get(key));
            };
            await window.kept({ renewAt: 1 });
        });
        const tabs = await Promise.all(Array.from({ length: 4 }, () => opens(context, world.server.url)));
        await Promise.all(tabs.map((tab) => tab.evaluate(() => window.client.restore())));
        await within(one.waitForFunction(async () => (await window.kept()).renewAt > Date.now() + 10_000), 'the session to be renewed');
        for (const tab of [...tabs, one]) {
            assert.equal(await tab.evaluate(() => window.client.call('user.me').then((me) => me.username)), 'ann');
            await tab.evaluate(() => window.client.connect());
            await isLive(tab);
        }
    });
});
