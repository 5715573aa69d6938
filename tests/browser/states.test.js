// What happens to messages and people besides being read: waiting, refused, rejected; second factors; being sent away.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { after, before, describe, it } from 'node:test';
import { openHouse, password } from './lib/people.js';
import { codeOf } from './lib/totp.js';

const zoo = process.env.PARLEY_ZOO ?? fileURLToPath(new URL('../../build/debug/zoo', import.meta.url));

describe('states', () => {
    let house;
    let ann;
    let bob;
    before(async () => {
        house = await openHouse(['ann', 'bob', 'carol'], {}, { folders: [zoo], load: ['censor'] });
        const people = house.world.people;
        await people.ann.creates('channel', 'general', { members: [people.bob, people.carol] });
        [ann, bob] = await Promise.all([house.enters('ann'), house.enters('bob')]);
        for (const one of [ann, bob]) await one.opens('general');
    });
    after(() => house?.close());

    it('a held message is its author’s and reviewers’ until somebody publishes it', async () => {
        await bob.says('hold me');
        await bob.message('hold me').getByText('Waits for approval').waitFor();
        await ann.message('hold me').getByText('Waits for approval').waitFor();
        await bob.keepsPicture('state_held');
        await bob.assertAccessible('a held message');
        await ann.does('Publish', 'hold me');
        await bob.message('hold me').getByText('Waits for approval').waitFor({ state: 'detached' });
        assert.equal(await bob.message('hold me').count(), 1);
        assert.equal(await ann.message('hold me').count(), 1);
    });

    it('or rejects it, and says why', async () => {
        await bob.says('hold me');
        const of = (one, state) => one.page.locator(`.room .message.${state}`);
        await of(ann, 'held').waitFor();
        await ann.does('Reject', '', of(ann, 'held'));
        await ann.page.getByLabel('Why is it not published?').fill('Not here');
        await ann.page.getByRole('dialog').getByRole('button', { name: 'Reject' }).click();
        await of(bob, 'rejected').getByText('Not published: Not here').waitFor();
        await bob.keepsPicture('state_rejected');
        await bob.assertAccessible('a rejected message');
        await bob.does('Delete', '', of(bob, 'rejected'));
        await bob.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
        await of(bob, 'rejected').waitFor({ state: 'detached' });
    });

    it('a refused message stands there with its reason, and is discarded or sent again', async () => {
        await bob.says('refuse me');
        const failed = bob.message('refuse me');
        await failed.getByText('Not sent: Not this.').waitFor();
        await bob.keepsPicture('state_failed');
        await bob.assertAccessible('a failed message');
        await failed.getByRole('button', { name: 'Try again' }).click();
        await failed.getByText('Not sent: Not this.').waitFor();
        await failed.getByRole('button', { name: 'Discard' }).click();
        await failed.waitFor({ state: 'detached' });
        assert.equal(await ann.message('refuse me').count(), 0);
    });

    it('too much is not sent, and said before', async () => {
        const limit = (await house.world.people.bob.get('/api/v1/snapshot')).body.limits.max_graphemes;
        await bob.field.fill('x'.repeat(limit + 3));
        await bob.page.getByText('Too long by 3 characters').waitFor();
        assert.equal(await bob.page.locator('.room .send').isDisabled(), true);
        await bob.field.fill('');
    });

    it('who is removed is out of it, and who is made an admin governs', async () => {
        const { people } = house.world;
        await people.ann.creates('channel', 'closed', { members: [people.bob], visibility: 'private' });
        await bob.opens('closed');
        await people.ann.makes('closed', people.bob, 'admin');
        await bob.button('About this conversation').click();
        await bob.button('Name and topic').click();
        await bob.page.getByRole('textbox', { name: 'Topic' }).fill('For a while');
        await bob.button('Save').click();
        await ann.opens('closed');
        await ann.page.locator('.room_title').getByText('For a while').waitFor();
        await ann.button('Members').click();
        await ann.page.getByRole('button', { name: 'More: bob' }).click();
        await ann.page.getByRole('menuitem', { name: 'Remove bob' }).click();
        await bob.entry('closed').waitFor({ state: 'detached' });
        await bob.page.getByText('Pick a conversation to begin.').waitFor();
        await ann.button('Close the panel').click();
        house.faults.length = 0; // the page asked once more for what is gone
    });

    it('kinds say how they look: no faces where one person is known, notices in the middle', async () => {
        const { people } = house.world;
        await people.ann.creates('contact', 'Mrs. Guest', { members: [people.carol] });
        await people.ann.sends('Mrs. Guest', 'Good evening');
        await ann.opens('Mrs. Guest');
        await ann.sees('Good evening');
        assert.equal(await ann.page.locator('.room .message .avatar').count(), 0);
        await ann.page.locator('.room_head .avatar').waitFor();
        await ann.keepsPicture('kind_contact');
        await ann.assertAccessible('a contact');
    });

    it('a profile and a presence are seen by others', async () => {
        await bob.page.locator('.side_me').click();
        await bob.page.getByRole('menuitemradio', { name: 'Busy' }).click();
        await bob.page.locator('.side_me').click();
        await bob.page.getByRole('menuitem', { name: 'Settings' }).click();
        await bob.page.getByLabel('Name that others see').fill('Bob the Builder');
        await bob.page.getByLabel('What are you up to?').fill('building');
        await bob.button('Save').click();
        await bob.page.keyboard.press('Escape');
        await ann.opens('general');
        await ann.button('Members').click();
        await ann.page.locator('.panel').getByText('Bob the Builder').click();
        await ann.page.locator('.panel').getByText('Busy').waitFor();
        await ann.page.locator('.panel').getByText('building').waitFor();
        await ann.keepsPicture('profile');
        await ann.page.keyboard.press('Escape');
        house.assertNoFaults();
    });

    it('a second factor is set up, asked for, and accepted once', async () => {
        const one = await house.enters('carol');
        await one.page.evaluate(() => (location.hash = '#/settings/security'));
        await one.button('Set up').click();
        const secret = (await one.page.locator('.secret').innerText()).trim();
        await one.page.getByLabel(/^Code/).fill(codeOf(secret, Date.now() - 30_000));
        await one.button('Switch on').click();
        await one.page.locator('.codes li').nth(9).waitFor();
        await one.assertAccessible('recovery codes');
        await one.button('I have kept them').click();
        await one.page.keyboard.press('Escape');
        await one.page.locator('.side_me').click();
        await one.page.getByRole('menuitem', { name: 'Sign out' }).click();
        await one.page.getByLabel('Username').fill('carol');
        await one.page.getByLabel('Password').fill(password);
        await one.button('Sign in').click();
        await one.page.getByLabel(/^Code/).fill('000000');
        await one.button('Continue').click();
        await one.page.locator('.fault').waitFor();
        await one.assertAccessible('the second factor');
        await one.page.getByLabel(/^Code/).fill(codeOf(secret));
        await one.button('Continue').click();
        await one.isConnected();
        await one.page.context().close();
    });

    it('who is signed out elsewhere is asked to sign in again', async () => {
        await house.world.people.ann.delete(`/api/v1/users/${house.world.people.bob.id}/sessions`);
        await bob.page.getByText('Your session is over. Please sign in again.').waitFor();
        await bob.signsIn();
        await bob.entry('general').waitFor();
    });

    it('without a server the shell is there, and goes on when there is one', async () => {
        await bob.page.evaluate(() => navigator.serviceWorker.ready);
        // The worker has taken the shell when a page that it serves has begun.
        await bob.page.reload();
        await bob.isConnected();
        await bob.losesNetwork();
        await bob.page.reload();
        await bob.page.getByText('The server cannot be reached.').waitFor();
        await bob.getsNetworkBack();
        await bob.isConnected();
        await bob.entry('general').waitFor();
    });
});
