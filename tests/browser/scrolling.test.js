// A long conversation: what somebody reads never jumps, nothing is blank, and what is in the page stays bounded.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fill, watchFrames, wheel as turnWheel } from './lib/frames.js';
import { openHouse } from './lib/people.js';

const total = Number(process.env.PARLEY_TEST_MESSAGES ?? 2000);

describe('a long conversation', () => {
    let house;
    let one;
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
        await one.page.locator(`.message[data-seq="${total}"]`).waitFor();
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

    it('is read up to its beginning and back without a jump or a blank', async () => {
        await one.page.evaluate(watchFrames);
        await wheel(-400, 1);
        await one.page.locator('.log_start').waitFor();
        await one.keepsPicture('long_start');
        await wheel(400, total);
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

    it('a link leads to one of long ago, and the end is one press away', async () => {
        const wanted = Math.floor(total / 3);
        await one.page.evaluate((seq) => (location.hash = `${location.hash.split('/m/')[0]}/m/${seq}`), wanted);
        await one.page.locator(`.message.flash[data-seq="${wanted}"]`).waitFor();
        await one.button('Latest messages').click();
        await one.sees('while he reads 30');
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
