// What waits for approval: a guest brings it, a manager decides, and both see at once what came of it.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openHouse } from './lib/people.js';

// Longer than the page needs to ask again by itself, on the busiest machine.
const soon = { timeout: 60_000 };
const pixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const pdf = Buffer.from('%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n', 'latin1');
const hostile = '<img src=x onerror=alert(1)>';

describe('the queue of what waits for approval', () => {
    let house;
    let gus;
    let max;
    before(async () => {
        const approval = { auto_approve: ['image/gif'], hold_words: ['casino'], due_minutes: 60 };
        house = await openHouse(['ann', 'gus', 'max', 'bob'], { approval }, { folders: [], load: ['attachments', 'approval'], roles: { gus: 'guest', max: 'manager' } });
        const { people } = house.world;
        // The manager is not in the conversation: nothing of it is told to that browser.
        await people.ann.creates('channel', 'reception', { visibility: 'private', members: [people.gus, people.bob] });
        [gus, max] = await Promise.all([house.enters('gus'), house.enters('max')]);
        await gus.opens('reception');
    });
    after(() => house?.close());

    const brings = async (one, name, mimeType, buffer, words) => {
        const [chooser] = await Promise.all([one.page.waitForEvent('filechooser'), one.button('Attach files').first().click()]);
        await chooser.setFiles([{ name, mimeType, buffer }]);
        await one.page.locator('.room .send:not([disabled])').waitFor(soon);
        await one.says(words);
    };
    const item = (text) => max.page.locator('.approval_item', { hasText: text });
    const decides = (text, what) => item(text).getByRole('button', { name: new RegExp(`^${what}`) }).click();
    const opensQueue = async () => {
        await max.page.getByRole('link', { name: 'Administration' }).click();
        await max.page.getByRole('heading', { level: 1, name: 'Waiting for approval' }).waitFor(soon);
    };

    it('a guest’s document waits, is counted and found, approved and there at once', async () => {
        await brings(gus, 'passport.pdf', 'application/pdf', pdf, 'my passport');
        const mine = gus.message('my passport');
        await mine.getByText('Waits for approval').first().waitFor(soon);
        await gus.keepsPicture('approval_guest_waits');
        await gus.assertAccessible('a file that waits');
        await max.page.locator('.side_admin .badge', { hasText: '1' }).waitFor(soon);
        await opensQueue();
        await item('passport.pdf').waitFor(soon);
        await item('passport.pdf').getByText('from gus').waitFor();
        await item('passport.pdf').getByText('in a conversation that you are not in').waitFor();
        await item('passport.pdf').getByText(/due in/).waitFor();
        await item('passport.pdf').getByRole('button', { name: 'Details of passport.pdf' }).click();
        const [download] = await Promise.all([max.page.waitForEvent('download'), item('passport.pdf').getByRole('link', { name: 'Download passport.pdf' }).click()]);
        assert.equal(download.suggestedFilename(), 'passport.pdf');
        await max.assertAccessible('the queue');
        await decides('passport.pdf', 'Approve');
        await item('passport.pdf').waitFor({ state: 'detached', ...soon });
        await mine.getByText('Waits for approval').first().waitFor({ state: 'detached', ...soon });
        await mine.getByRole('link', { name: 'Download passport.pdf' }).waitFor(soon);
        await max.page.getByText('Nothing waits. Well done.').waitFor(soon);
    });

    it('a picture is looked at in the queue; rejected, its sender reads why', async () => {
        await brings(gus, 'tower.png', 'image/png', pixel, 'the tower');
        await item('tower.png').waitFor(soon);
        await item('tower.png').getByRole('button', { name: 'Details of tower.png' }).click();
        const preview = item('tower.png').getByRole('img', { name: 'Preview of tower.png' });
        assert.equal(await preview.evaluate((img) => img.decode().then(() => img.naturalWidth)), 1);
        await item('tower.png').getByLabel('Note for other reviewers').fill('The third one today.');
        await item('tower.png').getByRole('button', { name: 'Add the note' }).click();
        await item('tower.png').locator('.approval_history').getByText('The third one today.').waitFor(soon);
        await decides('tower.png', 'Reject');
        await max.page.getByLabel(/Why is it turned down/).fill('Too small to see anything.');
        // It goes by itself after a while, so whoever waits for it does so from before.
        const told = gus.page.getByText('Not approved: your file – Too small to see anything.').waitFor(soon);
        await max.page.getByRole('dialog').getByRole('button', { name: 'Reject' }).click();
        await told;
        await gus.page.locator('.room .message.rejected').getByText('Turned down: Too small to see anything.').waitFor(soon);
        await gus.keepsPicture('approval_guest_rejected');
        await gus.assertAccessible('a rejected file');
        await max.page.getByLabel('Show').selectOption('rejected');
        await item('tower.png').getByText('Too small to see anything.').first().waitFor(soon);
        for (const text of ['came here', 'noted', 'rejected']) await item('tower.png').locator('.approval_history').getByText(text).first().waitFor(soon);
        assert.equal(await item('tower.png').getByRole('img').count(), 0, 'what is decided has no content here');
        await max.page.getByLabel('Show').selectOption('pending');
    });

    it('a message waits with its words, and is published', async () => {
        await gus.says('see you at the casino');
        await gus.message('casino').getByText('Waits for approval').waitFor(soon);
        await item('casino').waitFor(soon);
        await item('casino').getByText('It has a word that is watched').waitFor();
        await decides('casino', 'Approve');
        await gus.message('casino').getByText('Waits for approval').waitFor({ state: 'detached', ...soon });
        const bob = await house.enters('bob');
        await bob.opens('reception');
        await bob.sees('see you at the casino', soon);
        assert.equal(await bob.page.getByRole('link', { name: 'Administration' }).count(), 0, 'a member finds no administration');
        await bob.page.context().close();
    });

    it('comes to and goes from the open queues of two reviewers, and neither asks by the clock', async () => {
        const reviewers = await Promise.all([house.enters('max'), house.enters('ann')]);
        const waits = (who) => who.page.locator('.approval_item', { hasText: 'contract.pdf' });
        for (const who of reviewers) {
            await who.page.addInitScript(() => (window.setInterval = () => 0));
            await who.page.goto(`${house.url}/webapp/#/admin/approval`);
            await who.page.reload();
            await who.page.getByText('Nothing waits. Well done.').waitFor(soon);
        }
        await brings(gus, 'contract.pdf', 'application/pdf', Buffer.concat([pdf, Buffer.from('% contract\n')]), 'the contract');
        for (const who of reviewers) {
            await waits(who).waitFor(soon);
            await who.page.locator('.admin_nav .badge', { hasText: '1' }).waitFor(soon);
        }
        const [one, two] = reviewers;
        await waits(one).getByRole('button', { name: /^Approve/ }).click();
        await waits(two).waitFor({ state: 'detached', ...soon });
        await two.page.getByText('Nothing waits. Well done.').waitFor(soon);
        await two.page.locator('.admin_nav .badge').waitFor({ state: 'detached', ...soon });
        await waits(one).waitFor({ state: 'detached', ...soon });
        for (const who of reviewers) await who.page.context().close();
        house.assertNoFaults();
    });

    it('many are decided at once; hostile names and words are names and words', async () => {
        for (const [name, words] of [[`${hostile}.pdf`, 'one'], ['two.pdf', 'two'], ['three.pdf', 'three']]) await brings(gus, name, 'application/pdf', Buffer.concat([pdf, Buffer.from(`% ${words}\n`)]), words);
        await gus.says(`casino ${hostile} <script>alert(1)</script>`);
        await item('two.pdf').waitFor(soon);
        await item('three.pdf').waitFor(soon);
        await item('<script>').waitFor(soon);
        await max.keepsPicture('approval_queue_light');
        await max.assertAccessible('a full queue');
        const inside = await max.page.locator('.admin').evaluate((area) => [...area.querySelectorAll('script, iframe, img, [onerror], [onclick]')].map((one) => one.outerHTML));
        assert.deepEqual(inside, []);
        await max.page.getByLabel('Choose all').check();
        await max.page.getByText('4 chosen').waitFor();
        await max.page.getByLabel('Choose a message of gus').uncheck();
        await max.page.locator('.approval_bulk').getByRole('button', { name: 'Reject' }).click();
        await max.page.getByLabel(/Why is it turned down/).fill('All of them are empty.');
        await max.page.getByRole('dialog').getByRole('button', { name: 'Reject' }).click();
        for (const name of ['two.pdf', 'three.pdf', 'onerror=alert(1)_.pdf']) await item(name).waitFor({ state: 'detached', ...soon });
        assert.equal(await max.page.locator('.approval_item').count(), 1);
        await decides('<script>', 'Approve');
        await max.page.getByText('Nothing waits. Well done.').waitFor(soon);
        house.assertNoFaults();
    });

    it('dark and on a phone; in the panel of a conversation', async () => {
        const phone = { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true, colorScheme: 'dark' };
        await gus.says('casino again');
        const ann = await house.enters('ann', phone);
        await ann.page.goto(`${house.url}/webapp/#/admin/approval`);
        await ann.page.locator('.approval_item', { hasText: 'casino again' }).waitFor(soon);
        await ann.keepsPicture('approval_queue_phone_dark');
        await ann.assertAccessible('the queue on a phone');
        assert.equal(await ann.page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, 'nothing sticks out');
        await ann.page.context().close();
        const desk = await house.enters('ann', { colorScheme: 'dark' });
        await desk.opens('reception');
        await desk.button('Waiting here').click();
        await desk.page.locator('.panel .approval_item', { hasText: 'casino again' }).waitFor(soon);
        await desk.keepsPicture('approval_panel_dark');
        await desk.assertAccessible('the panel of what waits');
        await desk.page.locator('.panel').getByRole('button', { name: /^Approve/ }).click();
        await desk.page.locator('.panel .approval_item').waitFor({ state: 'detached', ...soon });
        await gus.message('casino again').getByText('Waits for approval').waitFor({ state: 'detached', ...soon });
        house.assertNoFaults();
        await desk.page.context().close();
    });
});
