// Without TLS and away from the loopback, as in a trial within a company: there is no cookie, and pictures are there all the same.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { openHouse } from './lib/people.js';
import { png } from './lib/pictures.js';

describe('plain HTTP under a name that is not the loopback', () => {
    let house;
    let ann;
    let bob;
    before(async () => {
        house = await openHouse(['ann', 'bob'], {}, { folders: [], load: ['attachments', 'gallery'], host: 'chat.example' });
        const { people } = house.world;
        await people.ann.creates('channel', 'general', { members: [people.bob] });
        [ann, bob] = await Promise.all([house.enters('ann'), house.enters('bob')]);
        for (const one of [ann, bob]) await one.opens('general');
    });
    after(() => house?.close());

    const width = (picture) => picture.evaluate((img) => img.decode().then(() => img.naturalWidth));

    it('is a context that browsers do not trust', async () => {
        assert.deepEqual(await bob.page.evaluate(() => [location.hostname, isSecureContext]), ['chat.example', false]);
        assert.deepEqual(await bob.page.context().cookies(), []);
    });

    it('a picture is shown in its message, alone, small in the gallery, and can be kept', async () => {
        const bytes = png(640, 400, [40, 90, 170]);
        const [chooser] = await Promise.all([ann.page.waitForEvent('filechooser'), ann.button('Attach files').first().click()]);
        await chooser.setFiles([{ name: 'blue.png', mimeType: 'image/png', buffer: bytes }]);
        await ann.page.locator('.room .send:not([disabled])').waitFor();
        await ann.says('The harbour');
        for (const one of [ann, bob]) {
            const picture = one.message('The harbour').locator('.file_picture img[src^="blob:"]');
            await picture.waitFor();
            assert.ok((await width(picture)) > 0);
        }
        await bob.message('The harbour').locator('.file_picture').click();
        const dialog = bob.page.getByRole('dialog', { name: 'blue.png' });
        await dialog.locator('img[src^="blob:"]').waitFor();
        assert.equal(await width(dialog.locator('img')), 640);
        const [download] = await Promise.all([bob.page.waitForEvent('download'), dialog.getByRole('link', { name: 'Download blue.png' }).click()]);
        assert.equal(download.suggestedFilename(), 'blue.png');
        assert.deepEqual(readFileSync(await download.path()), bytes);
        await bob.page.keyboard.press('Escape');
        await bob.button('Gallery').first().click();
        const tile = bob.page.locator('.gallery_tile img[src^="blob:"]');
        await tile.waitFor();
        assert.ok((await width(tile)) > 0);
        house.assertNoFaults();
    });
});
