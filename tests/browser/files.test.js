// Files: dropped, pasted and chosen, with their progress; in messages, as pictures and as cards; and in their panel.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openHouse } from './lib/people.js';
import { png } from './lib/pictures.js';

describe('files', () => {
    let house;
    let ann;
    let bob;
    before(async () => {
        house = await openHouse(['ann', 'bob'], {}, { folders: [], load: ['attachments'] });
        const { people } = house.world;
        await people.ann.creates('channel', 'general', { members: [people.bob] });
        [ann, bob] = await Promise.all([house.enters('ann'), house.enters('bob')]);
        for (const one of [ann, bob]) await one.opens('general');
    });
    after(() => house?.close());

    // As if somebody let go of files over the field, or pasted them.
    const gives = (one, event, files) =>
        one.page.evaluate(
            ([type, all]) => {
                const data = new DataTransfer();
                for (const { name, mime, bytes } of all) data.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name, { type: mime }));
                const field = document.querySelector('.room textarea');
                const made = type === 'paste' ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }) : new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
                field.dispatchEvent(made);
            },
            [event, files.map(({ name, mime, bytes }) => ({ name, mime, bytes: bytes.toString('base64') }))],
        );
    const sendable = (one) => one.page.locator('.room .send:not([disabled])').waitFor();

    it('a dropped picture is shown before it is sent, and then to others', async () => {
        await gives(ann, 'drop', [{ name: 'blue.png', mime: 'image/png', bytes: png(640, 400, [40, 90, 170]) }]);
        await ann.page.locator('.file_going img').waitFor();
        await sendable(ann);
        await ann.keepsPicture('files_tray');
        await ann.assertAccessible('the tray');
        await ann.says('The harbour');
        const picture = bob.message('The harbour').locator('.file_picture img');
        await picture.waitFor();
        assert.equal(await picture.evaluate((img) => img.decode().then(() => img.naturalWidth)), 640);
        await picture.click();
        await bob.page.getByRole('dialog', { name: 'blue.png' }).waitFor();
        await bob.assertAccessible('a picture alone');
        await bob.page.keyboard.press('Escape');
    });

    it('a pasted picture goes without words; a document is a card', async () => {
        await gives(ann, 'paste', [{ name: 'image.png', mime: 'image/png', bytes: png(300, 300, [170, 90, 40]) }]);
        await sendable(ann);
        await ann.field.press('Enter');
        await bob.page.locator('.message .file_picture').nth(1).waitFor();
        const [chooser] = await Promise.all([ann.page.waitForEvent('filechooser'), ann.button('Attach files').first().click()]);
        await chooser.setFiles([{ name: 'plan.txt', mimeType: 'text/plain', buffer: Buffer.from('First this, then that.\n') }]);
        await sendable(ann);
        await ann.field.press('Enter');
        const card = bob.page.locator('.file_card', { hasText: 'plan.txt' });
        await card.waitFor();
        const [download] = await Promise.all([bob.page.waitForEvent('download'), card.getByRole('link', { name: 'Download plan.txt' }).click()]);
        assert.equal(download.suggestedFilename(), 'plan.txt');
        await bob.keepsPicture('files_room');
        await bob.assertAccessible('messages with files');
    });

    it('a large file shows how far it is, and can be taken off', async () => {
        await gives(bob, 'drop', [{ name: 'large.bin', mime: 'application/octet-stream', bytes: Buffer.alloc(3_000_000, 7) }]);
        await bob.page.locator('.file_going', { hasText: 'large.bin' }).waitFor();
        await sendable(bob);
        await bob.button('Take large.bin off').click();
        await bob.page.locator('.file_going').waitFor({ state: 'detached' });
        assert.equal(await bob.page.locator('.room .send').isDisabled(), true);
    });

    it('what is not allowed says why', async () => {
        await gives(bob, 'drop', [{ name: 'evil.png', mime: 'image/png', bytes: Buffer.from('#!/bin/sh\necho evil\n') }]);
        await bob.page.locator('.file_fault').waitFor();
        await bob.keepsPicture('files_fault');
        await bob.button('Take evil.png off').click();
    });

    it('a hostile name is a name', async () => {
        await gives(bob, 'drop', [{ name: '<img src=x onerror=alert(1)>.txt', mime: 'text/plain', bytes: Buffer.from('nothing to see\n') }]);
        await sendable(bob);
        await bob.says('look');
        await ann.page.locator('.file_card').nth(1).waitFor();
        assert.equal(await ann.page.locator('.file_card img').count(), 0);
    });

    it('all files of a conversation stand in a panel', async () => {
        await bob.button('Files').first().click();
        await bob.page.locator('.panel .file_picture').nth(1).waitFor();
        await bob.page.locator('.panel .file_card', { hasText: 'plan.txt' }).waitFor();
        await bob.keepsPicture('files_panel');
        await bob.assertAccessible('the panel of files');
        await bob.page.getByLabel('Kind').selectOption('image');
        await bob.page.locator('.panel .file_card', { hasText: 'plan.txt' }).waitFor({ state: 'detached' });
        house.assertNoFaults();
    });
});
