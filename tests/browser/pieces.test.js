// Pieces of plugins: there where the plugin is on, also of strangers' plugins, and not where it is off.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { after, before, describe, it } from 'node:test';
import { openHouse } from './lib/people.js';

const strangers = process.env.PARLEY_SDK_PLUGINS ?? fileURLToPath(new URL('../../build/debug/tests/sdk/plugins', import.meta.url));

describe('pieces of plugins', () => {
    let house;
    let ann;
    before(async () => {
        // Reactions are loaded in this server, and off in this tenant.
        const settings = { plugins: { enable: ['webapp', 'word_watch'] }, word_watch: { words: ['secret'] } };
        house = await openHouse(['ann', 'bob'], settings, { folders: [strangers], load: ['word_watch'] });
        const { people } = house.world;
        await people.ann.creates('channel', 'general', { members: [people.bob] });
        await people.bob.sends('general', 'good morning');
        ann = await house.enters('ann');
        await ann.opens('general');
        await ann.sees('good morning');
    });
    after(() => house?.close());

    it('the list has those that are on here, each once', async () => {
        const listed = await (await fetch(`${house.url}/api/v1/web/pieces`)).json();
        assert.deepEqual(listed, { pieces: [{ plugin: 'word_watch', module: '/word_watch/web/piece.js', style: null }] });
        assert.equal((await fetch(`${house.url}/reactions/web/piece.js`)).status, 404);
        const piece = await fetch(`${house.url}/word_watch/web/piece.js`);
        assert.equal(piece.headers.get('content-type'), 'text/javascript; charset=utf-8');
        assert.equal(piece.headers.get('content-encoding'), null, 'there are no copies of it');
        assert.match(piece.headers.get('content-security-policy'), /default-src 'none'/);
        assert.equal((await fetch(`${house.url}/word_watch/web/piece.css`)).status, 404);
    });

    it("the template's action works, for whom it is, in the reader's language", async () => {
        await ann.does('Watched words', 'good morning');
        await ann.page.getByText('No watched word was met.').waitFor();
        await ann.says('a secret');
        await ann.message('a secret').getByText(/Not sent: This message contains a word/).waitFor();
        await ann.does('Watched words', 'good morning');
        await ann.page.getByText('secret: 1').waitFor();
        await ann.keepsPicture('piece_action');
        const bob = await house.enters('bob');
        await bob.opens('general');
        await bob.message('good morning').hover();
        await bob.message('good morning').getByRole('button', { name: 'More', exact: true }).click();
        await bob.page.getByRole('menuitem', { name: 'Copy text' }).waitFor();
        assert.equal(await bob.page.getByRole('menuitem', { name: 'Watched words' }).count(), 0, 'bob may not see the counts');
        await bob.page.context().close();
    });

    it('of a plugin that is off there is nothing', async () => {
        await ann.message('good morning').hover();
        await ann.message('good morning').getByRole('button', { name: 'Reply', exact: true }).waitFor();
        assert.equal(await ann.message('good morning').getByRole('button', { name: /React/ }).count(), 0);
    });

    it('a piece that fails harms no other', async () => {
        const other = await house.browser.newContext({ serviceWorkers: 'block', locale: 'en' });
        const page = await other.newPage();
        const told = [];
        page.on('console', (said) => told.push(said.text()));
        await page.route('**/api/v1/web/pieces', (route) =>
            route.fulfill({ json: { pieces: [{ plugin: 'gone', module: '/gone/web/piece.js' }, { plugin: 'evil', module: 'https://evil.example/piece.js' }, { plugin: 'word_watch', module: '/word_watch/web/piece.js' }] } }),
        );
        await page.context().addCookies(await ann.page.context().cookies());
        await page.goto(`${house.url}/`);
        await page.locator('html[data-pieces]').waitFor({ state: 'attached' });
        await page.locator('.side_entry', { hasText: 'general' }).click();
        const message = page.locator('.room .message', { hasText: 'good morning' });
        await message.hover();
        await message.getByRole('button', { name: 'More', exact: true }).click();
        await page.getByRole('menuitem', { name: 'Watched words' }).waitFor();
        assert.ok(told.some((one) => one.includes('the piece of gone could not be loaded')), told.join('\n'));
        assert.ok(!told.some((one) => one.includes('evil.example')), 'nothing is loaded from elsewhere');
        await other.close();
        house.assertNoFaults();
    });
});
