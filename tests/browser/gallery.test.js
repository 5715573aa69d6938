// The gallery: small pictures in messages, and a panel with a grid and a list, by day.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../acceptance/lib/deadline.js';
import { openHouse } from './lib/people.js';
import { png } from './lib/pictures.js';

describe('the gallery', () => {
    let house;
    let ann;
    let bob;
    before(async () => {
        house = await openHouse(['ann', 'bob'], {}, { folders: [], load: ['attachments', 'gallery'] });
        const { people } = house.world;
        await people.ann.creates('channel', 'general', { members: [people.bob] });
        [ann, bob] = await Promise.all([house.enters('ann'), house.enters('bob')]);
        for (const one of [ann, bob]) await one.opens('general');
    });
    after(() => house?.close());

    const brings = async (one, files) => {
        const [chooser] = await Promise.all([one.page.waitForEvent('filechooser'), one.button('Attach files').first().click()]);
        await chooser.setFiles(files.map(([name, buffer, mimeType = 'image/png']) => ({ name, buffer, mimeType })));
        await one.page.locator('.room .send:not([disabled])').waitFor({ timeout: 60_000 });
        await one.field.press('Enter');
    };
    const hasThumbnails = (count) =>
        eventually(
            async () => {
                const { items } = (await house.person('ann').get(`${house.person('ann').pathOf('general')}/gallery`)).body;
                return items.filter((each) => each.state === 'done').length === count ? true : undefined;
            },
            `${count} thumbnails`,
            90_000,
        );

    it('messages show small pictures', async () => {
        await brings(ann, [['harbour.png', png(2000, 1200, [40, 90, 170])], ['garden.png', png(1200, 1600, [60, 140, 60])], ['brick.png', png(900, 900, [170, 80, 50])]]);
        await hasThumbnails(3);
        await bob.page.reload();
        const picture = bob.page.locator('.message .file_picture img').first();
        await picture.waitFor({ timeout: 60_000 });
        assert.match(await picture.getAttribute('src'), /\/thumbnails\/(300|800)$/);
        await eventually(async () => ([300, 800].includes(await picture.evaluate((img) => img.naturalWidth)) ? true : undefined), 'the small picture', 60_000);
    });

    it('the panel has all of them, as a grid and as a list', async () => {
        await brings(bob, [['plan.txt', Buffer.from('First this, then that.\n'), 'text/plain']]);
        await bob.button('Gallery').first().click();
        const tiles = bob.page.locator('.gallery_tile');
        await eventually(async () => ((await tiles.count()) === 4 ? true : undefined), 'four files', 60_000);
        await eventually(async () => ((await bob.page.locator('.gallery_tile img').evaluateAll((all) => all.filter((img) => img.naturalWidth > 0).length)) === 3 ? true : undefined), 'three pictures', 60_000);
        assert.equal(await bob.page.locator('.gallery_day h3').count(), 1);
        await bob.keepsPicture('gallery_grid');
        await bob.assertAccessible('the gallery');
        await bob.button('As a list').click();
        await bob.page.locator('.gallery_list').waitFor();
        await bob.keepsPicture('gallery_list');
        await bob.page.getByLabel('Kind').selectOption('image');
        await eventually(async () => ((await tiles.count()) === 3 ? true : undefined), 'the images', 60_000);
        await bob.page.getByLabel('Search files').fill('GARD');
        await eventually(async () => ((await tiles.count()) === 1 ? true : undefined), 'the garden', 60_000);
    });

    it('who is entitled labels and moves, and others see it', async () => {
        await ann.button('Gallery').first().click();
        await ann.page.locator('.gallery_tile[aria-label="Open garden.png"]').click();
        const dialog = ann.page.getByRole('dialog', { name: 'garden.png' });
        await dialog.waitFor();
        await dialog.getByLabel('Add a label').fill('flowers');
        await dialog.getByLabel('Add a label').press('Enter');
        await dialog.getByRole('button', { name: 'Take the label flowers off' }).waitFor();
        await dialog.getByRole('button', { name: 'Move to the portfolio' }).click();
        await dialog.getByRole('button', { name: 'Move to the client’s files' }).waitFor();
        await ann.keepsPicture('gallery_one');
        await ann.assertAccessible('one file of the gallery');
        await ann.page.keyboard.press('Escape');
        await bob.page.locator('.gallery_words', { hasText: 'flowers' }).waitFor({ timeout: 60_000 });
        await bob.page.getByLabel('Search files').fill('');
        await bob.page.getByLabel('From').selectOption('portfolio');
        await eventually(async () => ((await bob.page.locator('.gallery_tile').count()) === 1 ? true : undefined), 'the portfolio', 60_000);
        assert.equal(await bob.button('Add a label').count(), 0);
        house.assertNoFaults();
    });
});
