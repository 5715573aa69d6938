// Share links: the dialog behind a file, the pages that strangers see, and the list with its end.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { brings, isIn, sendsFiles, png } from '../acceptance/lib/files.js';
import { openHouse } from './lib/people.js';

describe('share links', () => {
    let house;
    let ann;
    let address;
    before(async () => {
        house = await openHouse(['ann', 'bob'], { share_links: { allow_conversation_links: true } }, { folders: [], load: ['attachments', 'share_links'] });
        const { people } = house.world;
        await people.ann.creates('channel', 'general', { members: [people.bob] });
        for (const name of ['harbour.png', 'boat.png']) {
            const file = await brings(people.ann, 'general', name, png);
            await isIn(people.ann, file, 'ready');
            await sendsFiles(people.ann, 'general', [file], { text: name });
        }
        ann = await house.enters('ann');
        await ann.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
        await ann.opens('general');
    });
    after(() => house?.close());

    const dialog = (name) => ann.page.getByRole('dialog', { name });
    // A stranger's browser.
    const stranger = async (at, options = {}) => {
        const context = await house.browser.newContext({ viewport: { width: 900, height: 700 }, ...options });
        const page = await context.newPage();
        page.on('console', (said) => /Content Security Policy/.test(said.text()) && house.faults.push(said.text()));
        await page.goto(at);
        return page;
    };
    const isAccessible = (page, what) => Object.assign(Object.create(Object.getPrototypeOf(ann)), { page }).assertAccessible(what);

    it('a link is made in the dialog of a file, and copied', async () => {
        await ann.message('harbour.png').locator('.file_picture').click();
        await dialog('harbour.png').getByRole('button', { name: 'Share harbour.png by a link' }).click();
        const box = dialog('Links to harbour.png');
        await box.getByText('You made no links here.').waitFor();
        await ann.assertAccessible('the dialog');
        await box.getByLabel('Whoever has the link may').selectOption('download');
        await box.getByLabel('Good for').selectOption('1440');
        await box.getByLabel('Password (optional)').fill('harbour master');
        await box.getByLabel('How often it may be opened (optional)').fill('2');
        await box.getByLabel('Note for yourself (optional)').fill('for the painter');
        await ann.keepsPicture('share_dialog');
        await box.getByRole('button', { name: 'Make a link' }).click();
        const field = box.getByLabel('The link, shown only now');
        await field.waitFor();
        address = await field.inputValue();
        assert.match(address, /^http:\/\/127\.0\.0\.1:\d+\/share_links\/to\/[\w-]{43}$/);
        await box.getByRole('button', { name: 'Copy the link' }).click();
        await ann.page.getByText('The link is copied.').waitFor();
        assert.equal(await ann.page.evaluate(() => navigator.clipboard.readText()), address);
        await box.getByText('opened 0 of 2 times').waitFor();
        await box.getByText('for the painter').waitFor();
        await ann.assertAccessible('the dialog with a link');
        await ann.keepsPicture('share_made');
        await ann.page.evaluate(() => (document.documentElement.dataset.theme = 'dark'));
        await ann.assertAccessible('the dialog in the dark');
        await ann.keepsPicture('share_made_dark');
        await ann.page.evaluate(() => (document.documentElement.dataset.theme = 'light'));
        for (const name of ['Links to harbour.png', 'harbour.png']) {
            await ann.page.keyboard.press('Escape');
            await dialog(name).waitFor({ state: 'detached' });
        }
    });

    it('a stranger opens it with the password, without any script', async () => {
        const page = await stranger(address, { javaScriptEnabled: false });
        await page.getByLabel('Password').fill('harbour mistress');
        await page.getByRole('button', { name: 'Open' }).click();
        await page.getByRole('alert').waitFor();
        await page.getByLabel('Password').fill('harbour master');
        await page.getByRole('button', { name: 'Open' }).click();
        await page.getByRole('heading', { name: 'harbour.png' }).waitFor();
        assert.equal(page.url(), address);
        const [kept] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download' }).click()]);
        assert.equal(kept.suggestedFilename(), 'harbour.png');
        await page.reload();
        await page.getByRole('heading', { name: 'harbour.png' }).waitFor();
        await page.context().close();
    });

    it('its pages are for everybody, by day and by night', async () => {
        for (const colorScheme of ['light', 'dark']) {
            const page = await stranger(address, { colorScheme });
            await isAccessible(page, `the door, ${colorScheme}`);
            await Object.assign(Object.create(Object.getPrototypeOf(ann)), { page }).keepsPicture(`share_door_${colorScheme}`);
            if (colorScheme === 'dark') {
                await page.getByLabel('Password').fill('harbour master');
                await page.getByRole('button', { name: 'Open' }).click();
                const picture = page.getByRole('img', { name: 'harbour.png' });
                await picture.waitFor();
                assert.equal(await picture.evaluate((img) => img.decode().then(() => img.naturalWidth)), 1);
                await isAccessible(page, 'the file');
            }
            await page.context().close();
        }
        const late = await stranger(address);
        await late.getByRole('heading', { name: 'This link is over' }).waitFor();
        await isAccessible(late, 'the end');
        await late.context().close();
    });

    it('all files of a conversation; who used it; and its end', async () => {
        await ann.button('Shared links').click();
        const panel = ann.page.locator('.panel');
        await panel.getByText('Used up').waitFor();
        await panel.getByRole('button', { name: 'Share all files' }).click();
        const box = dialog('Links to all files');
        await box.getByText('It leads to all files of this conversation').waitFor();
        await box.getByRole('button', { name: 'Make a link' }).click();
        const all = await box.getByLabel('The link, shown only now').inputValue();
        await ann.page.keyboard.press('Escape');
        const page = await stranger(all);
        await page.getByRole('button', { name: 'Open' }).click();
        await page.getByRole('heading', { name: 'Shared files' }).waitFor();
        await isAccessible(page, 'the list');
        await Object.assign(Object.create(Object.getPrototypeOf(ann)), { page }).keepsPicture('share_list');
        await page.getByRole('link', { name: 'boat.png' }).click();
        await page.getByRole('img', { name: 'boat.png' }).waitFor();
        assert.equal(await page.getByRole('link', { name: 'Download' }).count(), 0);

        const line = panel.locator('.share_link', { hasText: 'all files' });
        await line.getByRole('button', { name: /Who used/ }).click();
        await line.getByText('opened it').waitFor();
        await line.getByText('127.0.0.1').first().waitFor();
        await ann.assertAccessible('the panel');
        await ann.keepsPicture('share_panel');
        await line.getByRole('button', { name: /Revoke/ }).click();
        await line.getByText('Revoked').waitFor();
        await page.reload();
        await page.getByRole('heading', { name: 'This link is over' }).waitFor();
        await page.context().close();
    });

    it('who may not share has no button', async () => {
        const bob = await house.enters('bob');
        await bob.opens('general');
        await bob.message('harbour.png').locator('.file_picture').click();
        const box = bob.page.getByRole('dialog', { name: 'harbour.png' });
        await box.getByRole('link', { name: /Download/ }).waitFor();
        assert.equal(await box.getByRole('button', { name: /by a link/ }).count(), 0);
        assert.equal(await bob.button('Shared links').count(), 0);
        house.assertNoFaults();
    });
});
