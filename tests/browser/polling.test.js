// Two people whose proxy lets no WebSocket through.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { layWithoutUpgrade } from '../../sdk/js/tests/lib/cable.js';
import { openHouse } from './lib/people.js';

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
