// Files from a host of their own, in a real browser: they are shown, fetched and kept, and no policy is in the way.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { brings, isIn, sendsFiles } from '../acceptance/lib/files.js';
import { openHouse } from './lib/people.js';
import { png } from './lib/pictures.js';

describe('files from another host', () => {
    let house;
    let ann;
    const asked = [];
    before(async () => {
        // The same server by another name.
        const content = { host: 'localhost', secret: 'the secret with which this house signs grants' };
        house = await openHouse(['ann', 'bob'], { content }, { folders: [], load: ['attachments'] });
        const { people } = house.world;
        await people.ann.creates('channel', 'general', { members: [people.bob] });
        for (const [name, bytes] of [['blue.png', png(640, 400, [40, 90, 170])], ['plan.txt', Buffer.from('First this, then that.\n')]]) {
            const file = await brings(people.bob, 'general', name, bytes);
            await isIn(people.bob, file, 'ready');
            await sendsFiles(people.bob, 'general', [file], { text: `Here is ${name}` });
        }
        ann = await house.enters('ann');
        ann.page.on('response', (answer) => asked.push({ host: new URL(answer.url()).hostname, path: new URL(answer.url()).pathname, status: answer.status() }));
        await ann.page.evaluate(() => {
            window.violations = [];
            document.addEventListener('securitypolicyviolation', (one) => window.violations.push(`${one.effectiveDirective} ${one.blockedURI}`));
        });
        await ann.opens('general');
    });
    after(() => house?.close());

    const isContent = ({ path }) => /^\/api\/v1\/files\/\d+\/content$/.test(path);

    it('a picture shows in the chat, and came from the other host', async () => {
        const picture = ann.message('Here is blue.png').locator('.file_picture img');
        await picture.waitFor();
        assert.equal(await picture.evaluate((img) => img.decode().then(() => img.naturalWidth)), 640);
        const content = asked.filter(isContent);
        assert.ok(content.some((one) => one.host === '127.0.0.1' && one.status === 302), JSON.stringify(content));
        assert.ok(content.some((one) => one.host === 'localhost' && one.status === 200), JSON.stringify(content));
        assert.equal(content.some((one) => one.host === '127.0.0.1' && one.status === 200), false, JSON.stringify(content));
    });

    it('a page of ours may fetch it', async () => {
        const source = await ann.message('Here is blue.png').locator('.file_picture img').getAttribute('src');
        const [url, type, size] = await ann.page.evaluate(async (from) => {
            const answer = await fetch(from);
            return [answer.url, answer.headers.get('content-type'), (await answer.blob()).size];
        }, source);
        assert.equal(new URL(url).hostname, 'localhost');
        assert.equal(type, 'image/png');
        assert.ok(size > 100);
    });

    it('a document is kept under its name', async () => {
        const card = ann.page.locator('.file_card', { hasText: 'plan.txt' });
        const [download] = await Promise.all([ann.page.waitForEvent('download'), card.getByRole('link', { name: 'Download plan.txt' }).click()]);
        assert.equal(download.suggestedFilename(), 'plan.txt');
        assert.equal(new URL(download.url()).hostname, 'localhost');
    });

    it('no policy was in the way', async () => {
        assert.deepEqual(await ann.page.evaluate(() => window.violations), []);
        house.assertNoFaults();
    });
});
