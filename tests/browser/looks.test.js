// How it looks and reads: light and dark, desk and phone, languages, for screen readers.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openHouse } from './lib/people.js';

const phone = { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true };

describe('every page', () => {
    let house;
    before(async () => {
        house = await openHouse(['ann', 'bob', 'carol', 'dora']);
        const { ann, bob, carol } = house.world.people;
        await ann.creates('channel', 'general', { members: [bob, carol], topic: 'Everything that has no place of its own' });
        await ann.creates('channel', 'plans', { members: [bob] });
        await ann.creates('group', 'Release', { members: [bob, carol] });
        await ann.opensDirect(bob);
        const hello = await ann.sends('general', 'Good morning! The *new* release is out: https://example.org/notes');
        await bob.sends('general', 'Congratulations 🎉');
        await bob.sends('general', '🚀');
        await carol.sends('general', 'I have read it.\n> The new release is out\nTwo questions:\n```js\nconst answer = await ask();\n```\nand what does `answer` hold? @ann');
        const question = await ann.sends('general', 'Numbers. @bob knows more', { reply_to: hello.id });
        await bob.sends('general', 'They are in the notes', { thread_root: question.id });
        await carol.sends('general', 'Thank you', { thread_root: question.id });
        await ann.sends('ann and bob', 'Lunch?');
        await carol.put(`/api/v1/messages/${hello.id}/reactions/${encodeURIComponent('👍')}`, {});
        await bob.put(`/api/v1/messages/${hello.id}/reactions/${encodeURIComponent('👍')}`, {});
        await bob.put(`/api/v1/messages/${hello.id}/reactions/${encodeURIComponent('❤️')}`, {});
    });
    after(() => house?.close());

    const looks = async (one, what) => {
        await one.keepsPicture(what);
        await one.assertAccessible(what);
    };

    it('signing in, in every way there is', async () => {
        const one = await house.visitor('dora');
        await looks(one, 'sign_in_light');
        await one.page.getByLabel('Username').fill('dora');
        await one.page.getByLabel('Password').fill('wrong');
        await one.page.getByRole('button', { name: 'Sign in' }).click();
        await one.page.locator('.fault').waitFor();
        await looks(one, 'sign_in_wrong');
        await one.button('Continue as a guest').click();
        await one.page.getByLabel('Your name').fill('Passer-by');
        await one.button('Continue as a guest').click();
        await one.isConnected();
        await one.page.getByText('Passer-by').first().waitFor();
        await one.page.context().close();
    });

    for (const colorScheme of ['light', 'dark'])
        it(`the desk, ${colorScheme}`, async () => {
            const one = await house.enters('bob', { colorScheme });
            await looks(one, `desk_${colorScheme}_nothing`);
            await one.opens('general');
            await one.sees('They are in the notes');
            await one.page.locator('.reaction', { hasText: '👍' }).waitFor();
            await looks(one, `desk_${colorScheme}_room`);
            await one.message('Numbers').hover();
            await one.message('Numbers').locator('.thread_link').click();
            await one.inPanel('Thank you').waitFor();
            await looks(one, `desk_${colorScheme}_thread`);
            await one.button('Members').click();
            await one.page.locator('.panel .person_row').first().waitFor();
            await looks(one, `desk_${colorScheme}_members`);
            await one.button('About this conversation').click();
            await looks(one, `desk_${colorScheme}_details`);
            await one.page.keyboard.press('Escape');
            await one.button('Emoji').click();
            await one.page.locator('.emoji_section').first().waitFor();
            await looks(one, `desk_${colorScheme}_emoji`);
            await one.page.keyboard.press('Escape');
            await one.page.keyboard.press('Control+k');
            await one.page.getByRole('combobox', { name: /Find/ }).fill('ca');
            await one.page.getByRole('option', { name: /carol/ }).waitFor();
            await looks(one, `desk_${colorScheme}_find`);
            await one.page.keyboard.press('Escape');
            for (const page of ['profile', 'look', 'security', 'keys']) {
                await one.page.evaluate((hash) => (location.hash = hash), `#/settings/${page}`);
                await one.page.locator('.page > *').first().waitFor();
                await looks(one, `desk_${colorScheme}_settings_${page}`);
            }
            house.assertNoFaults();
            await one.page.context().close();
        });

    it('the phone', async () => {
        const one = await house.enters('carol', { ...phone, colorScheme: 'dark' });
        await looks(one, 'phone_dark_side');
        await one.opens('general');
        await one.sees('Numbers');
        await looks(one, 'phone_dark_room');
        await one.message('Numbers').locator('.thread_link').click();
        await one.inPanel('Thank you').waitFor();
        const { width } = await one.page.locator('.panel').boundingBox();
        assert.equal(width, phone.viewport.width, 'a panel covers the phone');
        await looks(one, 'phone_dark_thread');
        await one.button('Close the panel').click();
        await one.button('Show conversations').click();
        await one.entry('general').waitFor();
        assert.equal(await one.page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, 'nothing sticks out');
        await one.page.context().close();
        const other = await house.enters('carol', phone);
        await other.opens('general');
        await other.sees('Numbers');
        await looks(other, 'phone_light_room');
        await other.page.context().close();
    });

    it('other languages, also from right to left', async () => {
        const one = await house.visitor('bob', { locale: 'de' });
        await one.page.getByLabel('Benutzername').fill('bob');
        await one.page.getByLabel('Passwort').fill('correct horse battery staple');
        await one.page.getByRole('button', { name: 'Anmelden' }).click();
        await one.isConnected();
        await one.opens('general');
        await one.page.getByText('2 Antworten').waitFor();
        await looks(one, 'desk_german');
        await one.page.evaluate(() => (location.hash = '#/settings/look'));
        await one.page.getByRole('combobox', { name: /Sprache/ }).selectOption('ar');
        await one.page.locator('html[dir="rtl"]').waitFor();
        await one.page.keyboard.press('Escape');
        await one.page.getByText('القنوات').waitFor();
        await looks(one, 'desk_arabic');
        house.assertNoFaults();
        await one.page.context().close();
    });

    it('with the keyboard alone', async () => {
        const one = await house.enters('bob');
        await one.opens('general');
        await one.sees('Numbers');
        const { page } = one;
        await one.field.focus();
        await page.keyboard.press('Shift+ArrowUp');
        await page.locator('.message:focus').waitFor();
        await page.keyboard.press('Home');
        await page.locator('.message:focus', { hasText: 'Good morning' }).waitFor();
        await page.keyboard.press('r');
        await page.getByText('Replying to ann').waitFor();
        // The field is in view before it has the focus.
        await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
        await page.keyboard.press('Escape');
        await page.keyboard.press('Alt+ArrowDown');
        await page.locator('.room .part_title', { hasText: 'plans' }).waitFor();
        await page.keyboard.press('Control+k');
        await page.keyboard.type('rele');
        await page.getByRole('option', { name: /Release/ }).waitFor();
        await page.keyboard.press('Enter');
        await page.locator('.room .part_title', { hasText: 'Release' }).waitFor();
        await page.keyboard.press('Control+/');
        await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
        await page.keyboard.press('Escape');
        await page.getByRole('dialog', { name: 'Keyboard' }).waitFor({ state: 'detached' });
        // What comes is spoken.
        await house.world.people.ann.sends('Release', 'Who speaks?');
        await page.locator('[data-spoken]', { hasText: 'ann: Who speaks?' }).waitFor({ state: 'attached' });
        house.assertNoFaults();
        await page.context().close();
    });
});
