// A long conversation: what somebody reads never jumps, nothing is blank, and what is in the page stays bounded.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fill, watchFrames, wheel as turnWheel } from './lib/frames.js';
import { openHouse } from './lib/people.js';

const total = Number(process.env.PARLEY_TEST_MESSAGES ?? 2000);

describe('a long conversation', () => {
    let house;
    let one;
    let last;
    before(async () => {
        house = await openHouse(['ann', 'bob']);
        const { ann, bob } = house.world.people;
        await ann.creates('channel', 'long', { members: [bob] });
        await ann.creates('channel', 'elsewhere', { members: [bob] });
        await Promise.all([ann.connects(), bob.connects()]);
        for (const each of [ann, bob]) each.socket.keeps = false;
        await fill('long', [ann, bob], total);
        await bob.hasRead('long', total);
        one = await house.enters('bob');
        await one.opens('long');
        last = await one.page.locator(`.message[data-seq="${total}"]`).getAttribute('data-id');
    });
    after(() => house?.close());

    const seqs = () => one.page.evaluate(() => [...document.querySelectorAll('.room .message')].map((each) => Number(each.dataset.seq)));
    const wheel = (by, until) => turnWheel(one.page, by, until);

    it('begins at the end', async () => {
        const all = await seqs();
        assert.equal(all.at(-1), total);
        const left = await one.page.evaluate(() => {
            const box = document.querySelector('.room .log');
            return box.scrollHeight - box.scrollTop - box.clientHeight;
        });
        assert.ok(left < 2, `${left} px above the end`);
    });

    it('what is put in above moves nothing, also at the very top', async () => {
        const [seq, where, now] = await one.page.evaluate(async () => {
            const box = document.querySelector('.room .log');
            const firstSeq = () => Number(document.querySelector('.room .message').dataset.seq);
            const top = (of) => document.querySelector(`.room .message[data-seq="${of}"]`).getBoundingClientRect().top;
            box.scrollTop = 0;
            const first = firstSeq();
            const there = top(first);
            for (const end = Date.now() + 60_000; firstSeq() >= first && Date.now() < end; ) await new Promise(requestAnimationFrame);
            await new Promise(requestAnimationFrame);
            return [first, there, top(first)];
        });
        assert.ok(Math.abs(now - where) < 2, `message ${seq} went from ${where} to ${now}`);
    });

    // Of those who are far from what is shown nothing stays in memory either.
    const kept = () =>
        one.page.evaluate(async () => {
            const { state } = await import('/webapp/runtime.js');
            return Math.max(...[...state.value.conversations.values()].map(({ messages }) => messages.length));
        });

    it('is read up to its beginning and back without a jump or a blank', async () => {
        await one.page.evaluate(watchFrames);
        await wheel(-400, 1);
        await one.page.locator('.log_start').waitFor();
        await one.keepsPicture('long_start');
        assert.ok((await kept()) <= 1200, `${await kept()} messages in memory at the beginning`);
        await house.world.people.ann.asks('reaction.add', { message: last, emoji: '🎉' });
        await wheel(400, total);
        assert.ok((await kept()) <= 1200, `${await kept()} messages in memory at the end`);
        await one.page.locator(`.message[data-id="${last}"] .reaction`).first().waitFor();
        const watch = await one.page.evaluate(() => {
            window.watch.stop = true;
            return window.watch;
        });
        assert.ok(watch.longestBlank <= 2, `blank for ${watch.longestBlank} of ${watch.frames} frames`);
        assert.deepEqual(watch.jumps, [], 'jumps in pixels');
        assert.ok(watch.most <= 450, `${watch.most} messages in the page`);
        const all = await seqs();
        assert.deepEqual(all, Array.from({ length: all.length }, (_, i) => all[0] + i), 'each once and in order');
    });

    it('stays where it is while others write, and tells of it', async () => {
        await one.page.evaluate(() => (document.querySelector('.room .log').scrollTop -= 2500));
        await one.button('Latest messages').waitFor();
        const where = () =>
            one.page.evaluate(() => {
                const top = document.querySelector('.room .log').getBoundingClientRect().top;
                const first = [...document.querySelectorAll('.room .message')].find((each) => each.getBoundingClientRect().top > top);
                return [first.dataset.seq, Math.round(first.getBoundingClientRect().top)];
            });
        const before = await where();
        const { ann } = house.world.people;
        for (let i = 1; i <= 30; ++i) await ann.says('long', `while he reads ${i}`);
        await one.page.getByRole('button', { name: '30 new messages' }).waitFor();
        assert.deepEqual(await where(), before);
        await one.page.getByRole('button', { name: '30 new messages' }).click();
        await one.sees('while he reads 30');
        await one.entry('long').locator('.badge').waitFor({ state: 'detached' });
    });

    it('what one writes while one reads far back is seen', async () => {
        await wheel(-400, Math.floor(total / 2));
        await one.says('from far above');
        await one.sees('from far above');
        await one.button('Latest messages').waitFor({ state: 'detached' });
    });

    it('a link leads to one of long ago, and the end is one press away', async () => {
        const wanted = Math.floor(total / 3);
        await one.page.evaluate((seq) => (location.hash = `${location.hash.split('/m/')[0]}/m/${seq}`), wanted);
        await one.page.locator(`.message.flash[data-seq="${wanted}"]`).waitFor();
        await one.button('Latest messages').click();
        await one.sees('from far above');
    });

    it('opens where one had stopped to read', async () => {
        await one.opens('elsewhere');
        const { ann } = house.world.people;
        for (let i = 1; i <= 120; ++i) await ann.says('long', `missed ${i}.`);
        await one.entry('long').getByText('99+').waitFor();
        await one.opens('long');
        const line = one.page.locator('.new_line');
        await line.waitFor();
        await one.page.waitForFunction(() => {
            const at = document.querySelector('.new_line')?.getBoundingClientRect();
            const box = document.querySelector('.room .log').getBoundingClientRect();
            return at && at.top >= box.top && at.bottom <= box.bottom;
        });
        await one.sees('missed 1.');
        house.assertNoFaults();
    });
});
