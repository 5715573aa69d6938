// What strangers write stays text: in messages, names, topics, files' names; and the page's own rules hold.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { corpus } from './lib/hostile.js';
import { openHouse, plugins } from './lib/people.js';

describe('hostile words', () => {
    let house;
    let one;
    const dialogs = [];
    const elsewhere = [];
    before(async () => {
        house = await openHouse(['ann', 'bob', 'eve']);
        const { ann, bob, eve } = house.world.people;
        await eve.patch('/api/v1/users/me', { display_name: '<img src=x onerror=alert(1)>', status_text: '<svg onload=alert(1)>' });
        await ann.creates('channel', 'general', { members: [bob, eve], topic: '<script>alert(1)</script>' });
        const said = [];
        for (const text of corpus) said.push(await eve.sends('general', text));
        for (const [at, text] of corpus.entries()) await eve.sends('general', `re ${text}`, at % 2 ? { reply_to: said[at].id } : { thread_root: said[at].id });
        await eve.sends('general', '', { type: 'constructor', data: { level: '"><img src=x onerror=alert(1)>', files: [{ name: '<img src=x onerror=alert(1)>' }] } });
        one = await house.visitor('bob');
        one.page.on('dialog', (dialog) => (dialogs.push(dialog.message()), dialog.dismiss()));
        one.page.on('request', (asked) => !asked.url().startsWith(house.url) && !/^(data|blob):/.test(asked.url()) && elsewhere.push(asked.url()));
        await one.signsIn();
        await one.opens('general');
        await one.page.locator(`.message[data-seq="${corpus.length * 2 + 1}"]`).waitFor();
    });
    after(() => house?.close());

    const looksInert = async (what) => {
        // Whatever could run would have done so when it came into the page; its events are waited for.
        await one.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50)))));
        const found = await one.page.evaluate(() => {
            const inside = [...document.querySelectorAll('.log *, .panel *, .side *, .room_head *')];
            const bad = inside.filter((each) => /^(script|iframe|object|embed|img|style|base|form|meta|link|template|math)$/i.test(each.localName) || [...each.attributes].some((one) => /^on/i.test(one.name)));
            const links = [...document.querySelectorAll('.text a')].filter((each) => !/^(https?|mailto):$/.test(each.protocol) && !each.classList.contains('channel'));
            return [...bad, ...links].map((each) => each.outerHTML.slice(0, 200));
        });
        assert.deepEqual(found, [], what);
        assert.deepEqual(dialogs, [], what);
        assert.deepEqual(elsewhere, [], what);
    };

    it('messages, quotes and names are text', async () => {
        await looksInert('the conversation');
        const shown = await one.page.locator('.room .log').innerText();
        for (const text of ['<script>alert(1)</script>', '<img src=x onerror=alert(1)>']) assert.ok(shown.includes(text), `${text} is to be read`);
        house.assertNoFaults();
    });

    it('so they are in threads, members, search, mentions and the list', async () => {
        await one.page.locator('.thread_link').first().click();
        await one.page.locator('.panel .message').first().waitFor();
        await looksInert('a thread');
        await one.button('Members').click();
        await one.page.locator('.panel .person_row').first().waitFor();
        await looksInert('members');
        await one.page.locator('.panel .name', { hasText: '@eve' }).click();
        await looksInert('a profile');
        await one.page.keyboard.press('Escape');
        await one.field.pressSequentially('@eve');
        await one.page.getByRole('option').first().waitFor();
        await looksInert('suggestions');
        await one.page.keyboard.press('Control+k');
        await one.page.getByRole('combobox', { name: /Find/ }).fill('<img');
        await one.page.getByRole('option').first().waitFor();
        await looksInert('the finder');
        house.assertNoFaults();
    });

    it('nobody can put a script into the page, not even from inside', async () => {
        await one.page.keyboard.press('Escape');
        const ran = await one.page.evaluate(async () => {
            const tried = {};
            try {
                const inline = document.createElement('script');
                inline.textContent = 'window.ran = true';
                document.body.append(inline);
            } catch (why) {
                tried.inline = why.name;
            }
            try {
                const box = document.createElement('div');
                box.innerHTML = '<img src=x onerror="window.ran = true">';
                document.body.append(box);
            } catch (why) {
                tried.markup = why.name;
            }
            await new Promise((done) => setTimeout(done, 100));
            return { ran: window.ran ?? false, ...tried };
        });
        assert.equal(ran.ran, false, JSON.stringify(ran));
        assert.equal(ran.markup, 'TypeError');
        house.faults.length = 0; // the browser told of both
    });

    it('the page says what it may, and files are kept as long as they may be', async () => {
        const page = await fetch(`${house.url}/webapp/`);
        const policy = page.headers.get('content-security-policy');
        assert.match(policy, /default-src 'none'/);
        assert.doesNotMatch(policy, /unsafe|\*/);
        assert.equal(page.headers.get('cache-control'), 'no-cache');
        assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
        const text = await page.text();
        assert.doesNotMatch(text, /<script(?![^>]*\ssrc=)|\son\w+=|style=/);
        const [asset] = text.match(/\/webapp\/assets\/index-[\w-]+\.js/);
        for (const [takes, gets] of [['br, gzip', 'br'], ['gzip', 'gzip'], ['identity', null], ['br;q=0, gzip', 'gzip']]) {
            const answer = await fetch(house.url + asset, { headers: { 'accept-encoding': takes } });
            assert.equal(answer.headers.get('content-encoding'), gets, takes);
            assert.equal(answer.headers.get('cache-control'), 'public, max-age=31536000, immutable');
            assert.equal(answer.headers.get('vary'), 'Accept-Encoding');
            assert.match(await answer.text(), /\bimport\b/);
        }
        const root = await fetch(`${house.url}/`, { redirect: 'manual' });
        assert.deepEqual([root.status, root.headers.get('location')], [302, '/webapp/']);
        for (const wrong of ['/webapp/nothing.js', '/webapp/assets/..%2findex.html', '/webapp/assets/index.html', '/webapp/%2e%2e/parley.yaml', '/webapp/index.html.br', '/webapp/.hidden.js'])
            assert.equal((await fetch(house.url + wrong)).status, 404, wrong);
        const seen = await fetch(`${house.url}/webapp/`, { headers: { 'if-none-match': page.headers.get('etag') } });
        assert.ok([200, 304].includes(seen.status));
    });

    it('the first load is at most 200 KB of compressed JavaScript', async () => {
        const folder = path.join(plugins, 'webapp.share');
        const page = readFileSync(path.join(folder, 'index.html'), 'utf8');
        const scripts = [...new Set(page.match(/\/webapp\/[\w./-]+\.js/g))];
        const pieces = readdirSync(plugins).filter((name) => name.endsWith('.share')).map((name) => path.join(plugins, name, 'web/piece.js.br'));
        const sizes = [...scripts.map((name) => path.join(folder, `${name.slice('/webapp/'.length)}.br`)), path.join(folder, 'runtime.js.br'), ...pieces.filter((one) => statSync(one, { throwIfNoEntry: false }))];
        const sum = sizes.reduce((all, one) => all + statSync(one).size, 0);
        assert.ok(scripts.length > 0 && sum > 20_000, 'something is measured');
        assert.ok(sum <= 200_000, `${sum} bytes`);
    });
});
