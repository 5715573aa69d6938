// The widget in pages of another site: guests and vouched users talk with somebody in the web client.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { eventually, patience } from '../acceptance/lib/deadline.js';
import { png } from './lib/pictures.js';
import { openWidget, secret, Visitor, vouch } from './lib/site.js';

describe('the widget', () => {
    let world;
    let [house, site, cable, ann] = [];
    before(async () => {
        world = await openWidget();
        ({ house, site, cable, ann } = world);
    });
    after(() => world?.close());
    const visitor = (options) => Visitor.open(house, site, options);

    it('a guest and ann talk; the page is strict and loud, and neither harms the other', async () => {
        const one = await visitor();
        await one.visits('/', { loud: true });
        const { width, height } = await one.button.boundingBox();
        assert.deepEqual([width, height], [56, 56], 'the page’s styles do not reach the button');
        await one.opens();
        await one.chat.getByText('Good day! What can we do for you?').waitFor();
        await one.chat.getByLabel('Your name (if you like)').fill('Passer-by');
        await one.says('Is the *blue* one still there? https://example.org');
        await one.hasSent('Is the blue one');
        assert.equal(await one.message('Is the').locator('strong', { hasText: 'blue' }).count(), 1);

        await ann.opens('Passer-by');
        await ann.sees('Is the blue one');
        await one.chat.getByText('Somebody is here').waitFor();
        await ann.field.pressSequentially('Le');
        await one.chat.getByText('ann is typing…').waitFor();
        await ann.says('Let me look.');
        await one.sees('Let me look.');
        await one.field.pressSequentially('Than');
        await ann.page.getByText('Passer-by is typing…').waitFor();
        await one.says('Thanks');
        await ann.sees('Thanks');
        house.assertNoFaults();
        assert.equal(await one.page.evaluate(() => getComputedStyle(document.querySelector('main')).color), 'rgb(255, 0, 0)', 'the page looks as it did');
        await one.close();
    });

    it('what was open, said and begun is there on the next page', async () => {
        const one = await visitor();
        await one.visits();
        await one.opens();
        await one.chat.getByLabel('Your name (if you like)').fill('Returning');
        await one.says('First page');
        await one.hasSent('First page');
        await one.field.fill('a draft');
        await one.visits('/second');
        await one.sees('First page');
        await eventually(async () => ((await one.field.inputValue()) === 'a draft' ? true : undefined), 'the draft');
        assert.equal(await one.page.evaluate(() => document.activeElement === document.body), true, 'opening by itself takes no focus');

        await one.page.evaluate(() => window.Parley.close());
        await one.visits('/third');
        assert.equal(await one.page.evaluate(() => window.Parley.isOpen), false);
        // The frame is there before anybody looks, because there may be news.
        await eventually(async () => one.frame, 'the frame');
        await ann.opens('Returning');
        await ann.says('One');
        await ann.says('Two');
        await one.badge.getByText('2').waitFor();
        assert.equal(await one.button.getAttribute('aria-label'), 'Open chat, 2 unread messages');
        assert.equal(await one.page.title(), 'A shop');
        await one.page.evaluate(() => {
            Object.defineProperty(document, 'hidden', { value: true, configurable: true });
            document.dispatchEvent(new Event('visibilitychange'));
        });
        assert.equal(await one.page.title(), '(2) A shop');
        await one.page.evaluate(() => {
            delete document.hidden;
            document.dispatchEvent(new Event('visibilitychange'));
        });
        assert.equal(await one.page.title(), 'A shop');
        await one.button.click();
        await one.sees('Two');
        await one.badge.waitFor({ state: 'hidden' });
        await one.page.waitForFunction(() => window.Parley.unread === 0);
        // The focus goes in, Escape closes, and the button has it again.
        await eventually(async () => ((await one.frame.evaluate(() => document.activeElement?.localName)) === 'textarea' ? true : undefined), 'the field to have the focus');
        await one.page.keyboard.press('Escape');
        await one.page.waitForFunction(() => !window.Parley.isOpen && document.activeElement?.localName === 'parley-widget');
        // What comes while it is closed counts until it is looked at, and is in view then.
        for (let i = 0; i < 20; ++i) await ann.says(`Line ${i}\n\nof many`);
        await one.badge.getByText('20').waitFor();
        await one.button.click();
        await one.page.waitForFunction(() => window.Parley.unread === 0);
        const log = one.chat.locator('.log');
        await eventually(async () => ((await log.evaluate((box) => box.scrollTop > 0 && box.scrollHeight - box.scrollTop - box.clientHeight < 5)) ? true : undefined), 'the end to be in view');
        await one.page.keyboard.press('Escape');
        await one.page.waitForFunction(() => !window.Parley.isOpen);
        await one.button.click();
        await one.message('Line 19').waitFor();
        await eventually(async () => ((await log.evaluate((box) => box.scrollTop > 0 && box.scrollHeight - box.scrollTop - box.clientHeight < 5)) ? true : undefined), 'the end to be in view again');
        house.assertNoFaults();
        await one.close();
    });

    for (const [where, profile] of [['in a private window, where a frame may keep nothing but a cookie', false], ['in an ordinary one', true]])
        it(`a guest is known again ${where}`, async (t) => {
            const one = await visitor({ profile });
            t.after(() => one.close());
            await one.visits();
            await one.opens();
            const keeps = await one.frame.evaluate(() => {
                try {
                    return localStorage.length > 0;
                } catch {
                    return null;
                }
            });
            assert.equal(keeps, profile ? true : null, 'the browsers differ in this');
            await one.says(`Known ${profile}`);
            await one.hasSent(`Known ${profile}`);
            await one.visits('/next');
            await one.sees(`Known ${profile}`);
            const paths = (await one.page.context().cookies()).filter((each) => each.name.startsWith('parley')).map((each) => [each.path, each.sameSite, each.secure]);
            assert.equal(paths.length > 0, !profile, 'cookies where nothing else is allowed');
            for (const each of paths) assert.deepEqual(each, ['/widget/frame', 'None', true]);
            house.assertNoFaults();
        });

    it('a user of the site is known by its word, stays so, and is one account everywhere', async () => {
        const one = await visitor();
        const who = vouch('customer-7', 'Carla Customer');
        await one.visits('/', { who });
        await one.opens();
        assert.equal(await one.chat.getByLabel('Your name (if you like)').count(), 0, 'a name is known');
        await one.says('It is me');
        await one.hasSent('It is me');
        await ann.opens('Carla Customer');
        await ann.sees('It is me');
        // The same page again: its signature was used, and nobody needs it.
        await one.visits('/', { who });
        await one.sees('It is me');

        const elsewhere = await visitor();
        await elsewhere.visits('/', { who: vouch('customer-7', 'Carla Customer') });
        await elsewhere.button.click();
        await elsewhere.sees('It is me');
        await elsewhere.close();

        // Somebody else signs in to the site at the same browser.
        await one.visits('/', { who: vouch('customer-8', 'Dora') });
        await one.chat.getByText('Good day! What can we do for you?').waitFor();
        assert.equal(await one.message('It is me').count(), 0);
        await one.says('I am Dora');
        await one.hasSent('I am Dora');

        await one.page.evaluate(() => window.Parley.signOut());
        await one.visits('/');
        await one.chat.getByLabel('Your name (if you like)').waitFor();
        assert.equal(await one.message('I am Dora').count(), 0);
        await one.page.evaluate((said) => window.Parley.identify(said), vouch('customer-8', 'Dora'));
        await one.sees('I am Dora');
        house.assertNoFaults();
        await one.close();
    });

    it('a signature that does not fit lets nobody in', async () => {
        const one = await visitor();
        await one.visits('/', { who: { ...vouch('customer-7', 'Carla Customer'), user: 'customer-9' } });
        await one.button.click();
        await one.chat.getByText('The site could not say who you are').waitFor();
        assert.equal(await one.field.count(), 0, 'nobody writes as a guest instead');
        for (const forged of [vouch('customer-7', 'Carla Customer', { key: `${secret}!` }), vouch('customer-7', 'Carla Customer', { tenant: 'calm' }), { ...vouch('customer-7', 'Carla'), display_name: 'Ann' }]) {
            const told = await one.page.evaluate((said) => window.Parley.identify(said).then(() => 'let in', (why) => why.message), forged);
            assert.match(told, /signature/);
        }
        assert.equal(await one.message('It is me').count(), 0);
        house.assertNoFaults();
        await one.close();
    });

    it('a site that is not named cannot show it', async () => {
        const one = await Visitor.open(house, world.other);
        await one.visits();
        await one.button.click();
        await one.page.waitForFunction(() => document.querySelector('parley-widget').classList.contains('gone'));
        const told = house.faults.splice(0).join('\n');
        assert.match(told, /frame-ancestors/);
        assert.match(told, /widget\.sites/);
        assert.equal((await fetch(`${cable.url}/widget/config?site=${encodeURIComponent(world.other.url)}`)).status, 404);
        assert.equal(one.asked.some((each) => each.includes('/api/')), false, 'nothing of it ran');
        await one.close();
    });

    it('a page’s scripts learn nothing of the session and cannot speak in the name of another', async () => {
        const one = await visitor();
        await one.visits();
        await one.opens();
        await one.says('Between us');
        await one.hasSent('Between us');
        const found = await one.page.evaluate(() => {
            const frame = document.querySelector('parley-widget').shadowRoot.querySelector('iframe');
            return { inside: frame.contentDocument, kept: JSON.stringify({ ...localStorage }), cookies: document.cookie, said: Object.keys(window.Parley) };
        });
        assert.equal(found.inside, null);
        assert.doesNotMatch(found.kept, /prl_|token/);
        assert.deepEqual([found.cookies, found.said], ['', []]);
        // What comes from another window than the page around is not heard.
        await one.frame.evaluate(() => window.postMessage({ parley: 'sign_out', id: 1 }, '*'));
        await one.page.evaluate(() => window.postMessage({ parley: 'refused' }, '*'));
        await one.says('Still here');
        await one.hasSent('Still here');
        assert.equal(await one.button.isVisible(), true);
        // Some sites go from page to page by another body in the same document.
        await one.page.evaluate(() => {
            const next = document.createElement('body');
            next.append(document.createElement('main'));
            document.body.replaceWith(next);
        });
        await one.says('On another page');
        await one.hasSent('On another page');
        await one.sees('Between us');
        house.assertNoFaults();
        await one.close();
    });

    it('files go both ways', async () => {
        const one = await visitor();
        await one.visits();
        await one.opens();
        await one.chat.getByLabel('Your name (if you like)').fill('Painter');
        const choosing = one.page.waitForEvent('filechooser');
        await one.chat.getByRole('button', { name: 'Attach a file' }).click();
        await (await choosing).setFiles([{ name: 'red.png', mimeType: 'image/png', buffer: png(60, 40, [200, 30, 30]) }]);
        await one.chat.locator('.going', { hasText: 'red.png' }).waitFor();
        await eventually(async () => ((await one.chat.locator('.going progress').count()) === 0 ? true : undefined), 'the upload');
        await one.says('Red enough?');
        await one.hasSent('Red enough?');
        await one.message('Red enough?').locator('.picture img').waitFor();
        await ann.opens('Painter');
        await ann.message('Red enough?').locator('.file_picture img').waitFor();

        const answering = ann.page.waitForEvent('filechooser');
        await ann.button('Attach files').click();
        await (await answering).setFiles([{ name: 'offer.txt', mimeType: 'text/plain', buffer: Buffer.from('Ten crowns.') }]);
        await ann.page.locator('.file_going', { hasText: 'offer.txt' }).getByText(/byte/).waitFor();
        await ann.says('Our offer');
        const coming = one.page.waitForEvent('download');
        await one.message('Our offer').locator('.card').click();
        const file = await coming;
        assert.equal(file.suggestedFilename(), 'offer.txt');
        assert.equal(readFileSync(await file.path(), 'utf8'), 'Ten crowns.');
        house.assertNoFaults();
        await one.close();
    });

    it('a conversation that the staff closed stays to be read, and another one can begin', async () => {
        const one = await visitor();
        await one.visits();
        await one.opens();
        await one.chat.getByLabel('Your name (if you like)').fill('Closing');
        await one.says('The first question');
        await one.hasSent('The first question');
        const contact = async () => (await house.person('ann').get('/api/v1/conversations')).body.conversations.find((each) => each.conversation.name === 'Closing' && !each.conversation.archived_at)?.conversation.id;
        const first = await contact();
        assert.equal((await house.person('ann').post(`/api/v1/conversations/${first}/archive`, {})).status, 200);
        await one.chat.getByText('This conversation is closed.').waitFor();
        assert.equal(await one.field.count(), 0);
        await one.chat.getByRole('button', { name: 'Start a new conversation' }).click();
        await one.says('The second question');
        await one.hasSent('The second question');
        assert.equal(await one.message('The first question').count(), 0);
        assert.notEqual(await contact(), first);
        house.assertNoFaults();
        await one.close();
    });

    it('a session that ends is told, and no page goes on with it', async () => {
        const ends = async (name) => {
            const { members } = (await house.person('ann').get(`/api/v1/conversations/${(await house.person('ann').get('/api/v1/conversations')).body.conversations.find((each) => each.conversation.name === name).conversation.id}/members`)).body;
            const { id } = members.find((each) => each.user.display_name === name).user;
            assert.equal((await house.person('ann').delete(`/api/v1/users/${id}/sessions`)).status, 200);
        };
        const vouched = await visitor();
        await vouched.visits('/', { who: vouch('customer-e', 'Ender') });
        await vouched.opens();
        await vouched.says('Until later');
        await vouched.hasSent('Until later');
        await ends('Ender');
        await vouched.chat.getByText('Your session is over').waitFor();
        assert.equal(await vouched.message('Until later').count(), 0);
        await vouched.page.evaluate((said) => window.Parley.identify(said), vouch('customer-e', 'Ender'));
        await vouched.sees('Until later');
        await vouched.close();

        const guest = await visitor();
        await guest.visits();
        await guest.opens();
        await guest.chat.getByLabel('Your name (if you like)').fill('Ending guest');
        await guest.says('Until then');
        await guest.hasSent('Until then');
        await ends('Ending guest');
        await guest.chat.getByLabel('Your name (if you like)').waitFor();
        assert.equal(await guest.message('Until then').count(), 0);
        house.assertNoFaults();
        await guest.close();
    });

    it('what is written while the server is away is sent once when it is back', async () => {
        const one = await visitor();
        await one.visits();
        await one.opens();
        await one.chat.getByLabel('Your name (if you like)').fill('Patient');
        await one.says('Before');
        await one.hasSent('Before');
        cable.isDown = true;
        cable.cut();
        await house.world.server.stop();
        await one.chat.getByText('No connection').waitFor();
        await one.says('Meanwhile 1');
        await one.says('Meanwhile 2');
        await one.message('Meanwhile 2').and(one.chat.locator('.local')).waitFor();
        await house.world.server.start();
        cable.to = house.world.server.port;
        cable.isDown = false;
        await one.hasSent('Meanwhile 2');
        const told = await one.chat.locator('.message').allInnerTexts();
        assert.equal(told.filter((text) => text.includes('Meanwhile 1')).length, 1);
        // The web client's address is another one now.
        await ann.page.context().close();
        ann = await house.enters('ann');
        ann.page.setDefaultTimeout(patience);
        await ann.opens('Patient');
        await ann.sees('Meanwhile 2');
        assert.equal(await ann.message('Meanwhile 1').count(), 1);
        house.faults.length = 0; // the web client of before had lost its server for good
        await one.close();
    });
});
