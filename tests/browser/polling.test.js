// Two people, and a visitor of a site, whose proxy lets no WebSocket through.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { layWithoutUpgrade } from '../../sdk/js/tests/lib/cable.js';
import { openHouse } from './lib/people.js';
import { openWidget, Visitor } from './lib/site.js';

describe('through a proxy without WebSockets', () => {
    let house;
    let ann;
    let bob;
    before(async () => {
        house = await openHouse(['ann', 'bob']);
        house.proxy = await layWithoutUpgrade(new URL(house.world.server.url).port);
        const { people } = house.world;
        await people.ann.creates('channel', 'general', { members: [people.bob] });
        [ann, bob] = await Promise.all([house.enters('ann'), house.enters('bob')]);
        for (const one of [ann, bob]) await one.opens('general');
    });
    after(() => house?.close());

    it('two people talk', async () => {
        assert.ok(house.proxy.refused >= 4, `${house.proxy.refused} handshakes were refused`);
        for (let i = 1; i <= 5; ++i) {
            await ann.says(`question ${i}.`);
            await bob.sees(`question ${i}.`);
            await bob.says(`answer ${i}.`);
            await ann.sees(`answer ${i}.`);
        }
        for (const one of [ann, bob]) assert.equal(await one.page.locator('.room .message', { hasText: /(question|answer) \d\./ }).count(), 10);
        house.assertNoFaults();
    });

    it('what was said while the network was gone is there afterwards, once', async () => {
        house.proxy.isDown = true;
        house.proxy.cut();
        await bob.page.locator('[data-status="waiting"], [data-status="offline"]').first().waitFor();
        await house.person('ann').sends('general', 'said meanwhile');
        house.proxy.isDown = false;
        await bob.sees('said meanwhile');
        assert.equal(await bob.message('said meanwhile').count(), 1);
        assert.equal(house.proxy.refuses, true);
    });
});

describe('the widget through a proxy without WebSockets', () => {
    let world;
    before(async () => {
        world = await openWidget(layWithoutUpgrade);
    });
    after(() => world?.close());

    it('a visitor and ann talk, and see that the other writes', async () => {
        const { house, site, cable, ann } = world;
        const one = await Visitor.open(house, site);
        await one.visits();
        await one.opens();
        await one.chat.getByLabel('Your name (if you like)').fill('Hotel guest');
        await one.says('Is anybody there?');
        await one.hasSent('Is anybody there?');
        assert.ok(cable.refused >= 2, `${cable.refused} handshakes were refused`);
        await ann.opens('Hotel guest');
        await ann.sees('Is anybody there?');
        await ann.field.pressSequentially('Ye');
        await one.chat.getByText('ann is typing…').waitFor();
        for (let i = 1; i <= 5; ++i) {
            await ann.says(`answer ${i}.`);
            await one.sees(`answer ${i}.`);
            await one.says(`question ${i}.`);
            await ann.sees(`question ${i}.`);
        }
        assert.equal(await one.message(/(question|answer) \d\./).count(), 10);
        await one.field.pressSequentially('An');
        await ann.page.getByText('Hotel guest is typing…').waitFor();

        cable.isDown = true;
        cable.cut();
        await ann.says('said meanwhile');
        await ann.sees('said meanwhile');
        cable.isDown = false;
        await one.sees('said meanwhile');
        assert.equal(await one.message('said meanwhile').count(), 1);
        assert.equal(cable.refuses, true);
        house.assertNoFaults();
        await one.close();
    });
});
