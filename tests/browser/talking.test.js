// Two people in two browsers, talking.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openHouse } from './lib/people.js';

describe('two people talk', () => {
    let house;
    let ann;
    let bob;
    before(async () => {
        house = await openHouse(['ann', 'bob', 'carol']);
        [ann, bob] = await Promise.all([house.enters('ann'), house.enters('bob')]);
    });
    after(() => house?.close());

    it('ann makes a channel with bob, and they hear each other', async () => {
        await ann.button('Channels: More').click();
        await ann.page.getByRole('menuitem', { name: 'New channel' }).click();
        await ann.page.getByLabel('Name').fill('general');
        await ann.page.getByLabel('Topic').fill('Everything that has no place of its own');
        await ann.page.getByRole('combobox', { name: 'People' }).fill('bo');
        await ann.page.getByRole('option', { name: /bob/ }).click();
        await ann.button('Create').click();
        await bob.opens('general');
        await ann.says('Hello **Bob**, is `this` working? See https://example.org');
        await bob.sees('Hello Bob');
        assert.equal(await bob.message('Hello Bob').locator('strong', { hasText: 'Bob' }).count(), 1);
        assert.equal(await bob.message('Hello Bob').locator('a').getAttribute('rel'), 'noopener noreferrer nofollow');
        await bob.says('It is 🎉');
        await ann.sees('It is 🎉');
        house.assertNoFaults();
    });

    // Milliseconds from the key in one browser to the words in the other.
    async function timesAcross(words) {
        await ann.field.fill(words);
        // Is there before the words are sent.
        await bob.page.evaluate((text) => {
            window.seen = new Promise((resolve) => {
                const look = () => document.querySelector('.room .log')?.textContent.includes(text) ? resolve(performance.timeOrigin + performance.now()) : undefined;
                new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
            });
        }, words);
        const sent = await ann.page.evaluate(() => {
            document.querySelector('.room textarea').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
            return performance.timeOrigin + performance.now();
        });
        return (await bob.page.evaluate(() => window.seen)) - sent;
    }

    it('a message is on the other screen within 100 ms', async (t) => {
        const rounds = [];
        // What else the machine does can only make it slower: one of three rounds shows what the client can.
        for (let round = 0; round < 3 && !(rounds.at(-1) < 100); ++round) {
            const times = [];
            for (let i = 0; i < 15; ++i) times.push(await timesAcross(`measured ${round}, ${i}.`));
            rounds.push(times.sort((a, b) => a - b)[7]);
        }
        t.diagnostic(`medians in ms: ${rounds.map(Math.round)}`);
        assert.ok(rounds.at(-1) < 100, `medians of ${rounds.map(Math.round)} ms`);
    });

    it('who is typing is seen', async () => {
        await bob.field.pressSequentially('I am wri');
        await ann.page.getByText('bob is typing…').waitFor();
        await bob.field.fill('');
        await bob.says('written');
        await ann.sees('written');
        await ann.page.getByText('bob is typing…').waitFor({ state: 'detached' });
    });

    it('bob answers, and the answer leads back', async () => {
        await bob.does('Reply', 'Hello Bob');
        await bob.page.getByText('Replying to ann').waitFor();
        await bob.says('Hello to you');
        const replied = ann.message('Hello to you').locator('.replied');
        await replied.waitFor();
        await replied.click();
        await ann.page.locator('.message.flash', { hasText: 'Hello Bob' }).waitFor();
    });

    it('a thread stands beside the conversation', async () => {
        await bob.does('Reply in thread', 'It is 🎉');
        await bob.page.locator('.panel .part_title', { hasText: 'Thread' }).waitFor();
        await bob.says('first in the thread', bob.page.locator('.panel textarea'));
        await bob.inPanel('first in the thread').waitFor();
        await ann.message('It is 🎉').getByRole('button', { name: /1 reply/ }).click();
        await ann.inPanel('first in the thread').waitFor();
        await ann.says('second in the thread', ann.page.locator('.panel textarea'));
        await bob.inPanel('second in the thread').waitFor();
        await bob.keepsPicture('desk_thread');
        for (const one of [ann, bob]) await one.button('Close the panel').click();
    });

    it('words are corrected, and taken back', async () => {
        await ann.says('I cannt spell');
        await bob.sees('I cannt spell');
        await ann.field.press('ArrowUp');
        await ann.page.getByText('Editing a message').waitFor();
        assert.equal(await ann.field.inputValue(), 'I cannt spell');
        await ann.says('I can spell');
        await bob.sees('I can spell');
        await bob.message('I can spell').getByText('(edited)').waitFor();
        await ann.does('Delete', 'I can spell');
        await ann.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
        await bob.page.getByText('This message was deleted.').waitFor();
        assert.equal(await bob.message('I can spell').count(), 0);
    });

    it('bob reacts, ann sees it, and both can take it back', async () => {
        await bob.does('React', 'Hello Bob');
        await bob.page.getByRole('searchbox', { name: 'Search emoji' }).fill('rocket');
        await bob.page.getByRole('button', { name: 'rocket' }).click();
        const reaction = (one) => one.message('Hello Bob').locator('.reaction', { hasText: '🚀' });
        await reaction(ann).waitFor();
        await reaction(ann).click();
        await reaction(bob).getByText('2').waitFor();
        assert.equal(await reaction(ann).getAttribute('aria-pressed'), 'true');
        await reaction(ann).click();
        await reaction(bob).getByText('1').waitFor();
        await ann.keepsPicture('desk_light');
    });

    it('@ and : offer people and emoji', async () => {
        await ann.field.fill('');
        await ann.field.pressSequentially('ask @bo');
        await ann.page.getByRole('option', { name: /bob/ }).waitFor();
        await ann.field.press('Enter');
        assert.equal(await ann.field.inputValue(), 'ask @bob ');
        await ann.field.pressSequentially(':rocke');
        await ann.page.getByRole('option', { name: /rocket/ }).waitFor();
        await ann.field.press('Tab');
        assert.match(await ann.field.inputValue(), /ask @bob 🚀/u);
        await ann.field.press('Enter');
        await bob.page.locator('.message.called', { hasText: 'ask' }).waitFor();
    });

    it('a draft waits where it was begun; what is elsewhere is counted', async () => {
        await ann.field.fill('not finished');
        // Whoever has seen the end has read everything.
        await bob.scrollsToTheEnd();
        await bob.entry('general').locator('.badge').waitFor({ state: 'detached' });
        await bob.entry('Notices').click();
        await bob.page.locator('.room .part_title', { hasText: 'Notices' }).waitFor();
        await ann.page.getByRole('button', { name: 'Jump to…' }).click();
        await ann.page.getByRole('combobox', { name: /Find/ }).fill('car');
        await ann.page.getByRole('option', { name: /carol/ }).click();
        await ann.page.locator('.room .part_title', { hasText: 'carol' }).waitFor();
        await ann.opens('general');
        assert.equal(await ann.field.inputValue(), 'not finished');
        await ann.says('@bob come back ');
        await bob.entry('general').getByText('1 mention').waitFor();
        await bob.opens('general');
        await bob.page.locator('.new_line').waitFor();
        await bob.entry('general').locator('.badge').waitFor({ state: 'detached' });
        house.assertNoFaults();
    });

    it('who is cut off writes on, and nothing is lost or doubled', async () => {
        await bob.losesNetwork();
        await bob.page.locator('.strip').waitFor();
        await ann.says('said while bob was away');
        await bob.says('written without a network');
        await bob.page.getByText('1 message waits to be sent').waitFor();
        await bob.message('written without a network').getByText('Waiting for the connection').waitFor();
        await bob.keepsPicture('desk_offline');
        await bob.getsNetworkBack();
        await ann.sees('written without a network');
        await bob.sees('said while bob was away');
        await bob.page.locator('.strip').waitFor({ state: 'detached' });
        await bob.page.locator('.message.pending').first().waitFor({ state: 'detached' });
        for (const one of [ann, bob])
            for (const text of ['written without a network', 'said while bob was away']) assert.equal(await one.message(text).count(), 1, `${one.name}: ${text}`);
        house.assertNoFaults();
    });

    it('after a reload everybody is where they were', async () => {
        await bob.page.reload();
        await bob.isConnected();
        await bob.sees('written without a network');
        house.assertNoFaults();
    });
});
