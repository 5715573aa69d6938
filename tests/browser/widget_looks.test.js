// What the widget costs a page, how it looks and reads, and that hostile words stay words in it.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../acceptance/lib/deadline.js';
import { corpus } from './lib/hostile.js';
import { openWidget, Visitor, vouch } from './lib/site.js';

const phone = { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true };
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

describe('the widget to be looked at', () => {
    let world;
    let [house, site, cable] = [];
    before(async () => {
        world = await openWidget();
        ({ house, site, cable } = world);
    });
    after(() => world?.close());
    const visitor = (options) => Visitor.open(house, site, options);
    const keepsPicture = async (one, name) => {
        const folder = process.env.PARLEY_TEST_PICTURES;
        if (folder) await one.page.screenshot({ path: `${folder}/widget_${name}.png` });
    };
    const assertAccessible = async (one, what) => {
        const isOpen = await one.page.evaluate(() => window.Parley.isOpen);
        for (const where of [one.page.mainFrame(), ...(isOpen ? [one.frame] : [])]) {
            const told = await where.evaluate(async (source) => {
                // A page's policy keeps scripts out that are put into it, so it comes with the call.
                if (!window.axe) (0, eval)(source);
                const { violations } = await window.axe.run(document, { iframes: false, resultTypes: ['violations'] });
                return violations.map((each) => `${each.id}: ${each.help} ${each.nodes.map((node) => `${node.html.slice(0, 200)} ${node.failureSummary}`).join('\n')}`);
            }, axe);
            assert.deepEqual(told, [], `${what} is not accessible`);
        }
    };
    // What came over the wire from Parley for this visitor, compressed.
    const loaded = async (one) => {
        const paths = [...new Set(one.asked.filter((each) => each.startsWith(cable.url)).map((each) => new URL(each).pathname))].filter((each) => each.startsWith('/widget/') && each !== '/widget/config');
        const sizes = {};
        for (const each of paths) {
            const answer = await fetch(cable.url + each, { headers: { 'accept-encoding': 'gzip' } });
            assert.equal(answer.headers.get('content-encoding'), 'gzip', each);
            sizes[each] = Number(answer.headers.get('content-length'));
            await answer.arrayBuffer();
        }
        return sizes;
    };
    const sum = (sizes) => Object.values(sizes).reduce((all, one) => all + one, 0);

    it('costs a page one small script until somebody opens it, and 60 KB at most then', async () => {
        const one = await visitor();
        await one.visits();
        await one.button.waitFor();
        const before = await loaded(one);
        assert.deepEqual(Object.keys(before), ['/widget/v1.js']);
        assert.ok(sum(before) > 1000 && sum(before) < 6_000, JSON.stringify(before));
        await one.opens();
        const all = await loaded(one);
        assert.ok(Object.keys(all).some((name) => /panel-.*\.js$/.test(name)), JSON.stringify(all));
        assert.ok(sum(all) > 10_000 && sum(all) <= 60_000, JSON.stringify(all));
        house.assertNoFaults();
        await one.close();
    });

    it('hostile words stay words', async () => {
        const one = await visitor();
        const dialogs = [];
        one.page.on('dialog', (dialog) => (dialogs.push(dialog.message()), dialog.dismiss()));
        await one.visits('/', { who: vouch('customer-x', '<img src=x onerror=alert(1)>') });
        await one.opens();
        for (const text of corpus) await one.says(text);
        await one.hasSent('__proto__ constructor toString');
        const { people } = house.world;
        const mine = (await people.ann.get('/api/v1/conversations')).body.conversations.find((each) => each.conversation.name.startsWith('<img'));
        for (const text of corpus) await people.ann.post(`/api/v1/conversations/${mine.conversation.id}/messages`, { text: `re ${text}` });
        await people.ann.post(`/api/v1/conversations/${mine.conversation.id}/messages`, { text: 'the last one' });
        await one.sees('the last one');
        const found = await one.frame.evaluate(() => {
            const inside = [...document.querySelectorAll('#widget *')];
            const bad = inside.filter((each) => /^(script|iframe|object|embed|img|style|base|meta|link|template|math)$/i.test(each.localName) || [...each.attributes].some((attribute) => /^on/i.test(attribute.name)));
            const links = [...document.querySelectorAll('#widget a')].filter((each) => !/^(https?|mailto):$/.test(each.protocol));
            return [...bad, ...links].map((each) => each.outerHTML.slice(0, 200));
        });
        assert.deepEqual([found, dialogs], [[], []]);
        assert.ok((await one.chat.locator('.log').innerText()).includes('re <script>alert(1)</script>'));
        assert.deepEqual(one.asked.filter((each) => ![cable.url, site.url].some((own) => each.startsWith(own)) && !/^(data|blob):/.test(each)), []);
        const ran = await one.frame.evaluate(() => {
            try {
                document.createElement('div').innerHTML = '<img src=x onerror="alert(1)">';
                return 'taken';
            } catch (why) {
                return why.name;
            }
        });
        assert.equal(ran, 'TypeError');
        house.faults.length = 0; // the browser told of that
        await one.close();
    });

    it('looks well in light and dark, on desks and phones, in other languages', async () => {
        const open = async (name, options, attributes = {}) => {
            const one = await visitor(options);
            await one.visits('/', { who: vouch(`looks-${name}`, 'Lena'), ...attributes });
            await assertAccessible(one, `${name}, closed`);
            await one.opens();
            await keepsPicture(one, `${name}_home`);
            await assertAccessible(one, `${name}, home`);
            await one.says('Hello! Do you have this in *green*?');
            await one.hasSent('Hello!');
            const { people } = house.world;
            const entry = await eventually(async () => (await people.ann.get('/api/v1/conversations')).body.conversations.filter((each) => each.conversation.name === 'Lena').sort((a, b) => Number(b.conversation.id) - Number(a.conversation.id))[0], 'the conversation');
            const path = `/api/v1/conversations/${entry.conversation.id}/messages`;
            await people.ann.post(path, { text: 'Yes, in two greens:\n> light\n> dark' });
            await people.ann.post(path, { text: 'See https://example.org/greens' });
            await one.sees('example.org');
            await one.says('🎉');
            await one.hasSent('🎉');
            await keepsPicture(one, `${name}_room`);
            await assertAccessible(one, `${name}, a conversation`);
            return one;
        };
        const light = await open('desk_light');
        await light.chat.getByRole('button', { name: 'All conversations' }).click();
        await light.chat.locator('.entry', { hasText: 'Chat with us' }).waitFor();
        await light.chat.locator('.entry_last', { hasText: '🎉' }).waitFor();
        await keepsPicture(light, 'desk_light_list');
        await assertAccessible(light, 'the list');
        await light.says('Another thing');
        await light.hasSent('Another thing');
        await light.sees('in two greens');
        await light.close();
        await (await open('desk_dark', { colorScheme: 'dark' }, { accent: '#f2b134', position: 'left' })).close();

        const small = await open('phone_dark', { ...phone, colorScheme: 'dark' });
        const { width, height } = await small.page.locator('parley-widget iframe').boundingBox();
        assert.deepEqual([width, height], [phone.viewport.width, phone.viewport.height], 'it covers the phone');
        assert.equal(await small.frame.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, 'nothing sticks out');
        await small.chat.getByRole('button', { name: 'Close' }).click();
        await small.button.waitFor();
        await small.close();

        const german = await visitor();
        await german.visits('/', { lang: 'de-AT' });
        assert.equal(await german.button.getAttribute('aria-label'), 'Chat öffnen');
        await german.opens();
        await german.chat.getByText('Chatten Sie mit uns').waitFor();
        await keepsPicture(german, 'desk_german');
        await german.close();
        const arabic = await visitor();
        await arabic.visits('/', { 'lang': 'ar' });
        await arabic.opens();
        await arabic.chat.getByText('تحدث معنا').waitFor();
        assert.equal(await arabic.frame.evaluate(() => document.documentElement.dir), 'rtl');
        await arabic.says('مرحبا');
        await arabic.hasSent('مرحبا');
        const box = await arabic.message('مرحبا').locator('.bubble').boundingBox();
        const whole = await arabic.page.locator('parley-widget iframe').boundingBox();
        assert.ok(box.x - whole.x < whole.width / 2, 'one’s own stand on the other side');
        await keepsPicture(arabic, 'desk_arabic');
        await assertAccessible(arabic, 'Arabic');
        await arabic.close();
        house.assertNoFaults();
    });

    it('the demo page shows it, and what it is served with', async () => {
        const one = await visitor();
        await one.page.goto(`${cable.url}/widget/demo`);
        await one.opens();
        await one.chat.getByLabel('Your name (if you like)').waitFor();
        await assertAccessible(one, 'the demo page');
        await keepsPicture(one, 'demo');
        house.assertNoFaults();
        await one.close();

        const head = async (path, headers = {}) => {
            const answer = await fetch(cable.url + path, { headers });
            await answer.arrayBuffer();
            return answer;
        };
        const loader = await head('/widget/v1.js', { 'accept-encoding': 'br' });
        assert.deepEqual([loader.headers.get('cache-control'), loader.headers.get('content-encoding'), loader.headers.get('vary')], ['public, max-age=300', 'br', 'Accept-Encoding']);
        assert.equal((await head('/widget/v1.js', { 'accept-encoding': 'br', 'if-none-match': loader.headers.get('etag') })).status, 304);
        const frame = await fetch(`${cable.url}/widget/frame`);
        const text = await frame.text();
        assert.doesNotMatch(text, /<script(?![^>]*\ssrc=)|\son\w+=|style=/);
        const policy = frame.headers.get('content-security-policy');
        assert.ok(policy.endsWith(`frame-ancestors ${site.url} 'self'`), policy);
        assert.doesNotMatch(policy, /unsafe|\*/);
        const [asset] = text.match(/\/widget\/assets\/frame-[\w-]+\.js/);
        assert.equal((await head(asset)).headers.get('cache-control'), 'public, max-age=31536000, immutable');
        for (const wrong of ['/widget/', '/widget/frame.html', '/widget/assets/..%2fframe.html', '/widget/v2.js']) assert.equal((await head(wrong)).status, 404, wrong);
    });
});
