// Ways in that lead over other pages: a provider, a second factor that is asked for or has to be set up.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { client, IdentityProvider } from '../acceptance/lib/provider.js';
import { openHouse, password } from './lib/people.js';
import { codeOf } from './lib/totp.js';

const bea = { sub: 'bea-1', name: 'Bea B.', preferred_username: 'bea' };

describe('signing in at a provider', () => {
    let house;
    let provider;
    let secret;
    before(async () => {
        provider = await IdentityProvider.open();
        const corp = { name: 'corp', title: 'Corporation', issuer: provider.issuer, ...client, role: 'member', scopes: 'openid profile', allow_private: true };
        house = await openHouse(['ann'], { sign_in_providers: [corp], sessions: { guests: false } });
        provider.serve(`${house.url}/api/v1/sign_in/corp/callback`);
    });
    after(async () => {
        await house?.close();
        provider.close();
    });

    it('who says no there reads why it came to nothing', async () => {
        provider.person = null;
        const one = await house.visitor('bea');
        assert.equal(await one.button('Continue as a guest').count(), 0, 'there are no guests here');
        await one.keepsPicture('sign_in_provider');
        await one.page.getByRole('link', { name: 'Continue with Corporation' }).click();
        await one.page.getByText('The sign-in was refused there.').waitFor();
        await one.assertAccessible('a refusal');
        await one.page.context().close();
    });

    it('a button leads there and back, and a second factor is shown from then on', async () => {
        provider.person = bea;
        const one = await house.visitor('bea');
        await one.page.getByRole('link', { name: 'Continue with Corporation' }).click();
        await one.isConnected();
        await one.page.locator('.side_me', { hasText: 'Bea B.' }).waitFor();
        await one.page.evaluate(() => (location.hash = '#/settings/security'));
        await one.button('Set up').click();
        secret = (await one.page.locator('.secret').innerText()).trim();
        await one.page.getByLabel(/^Code/).fill(codeOf(secret, Date.now() - 30_000));
        await one.button('Switch on').click();
        await one.button('I have kept them').click();
        await one.page.keyboard.press('Escape');
        await one.page.locator('.side_me').click();
        await one.page.getByRole('menuitem', { name: 'Sign out' }).click();

        await one.page.getByRole('link', { name: 'Continue with Corporation' }).click();
        await one.page.getByLabel(/^Code/).fill(codeOf(secret));
        await one.assertAccessible('the second factor after a provider');
        await one.button('Continue').click();
        await one.isConnected();
        house.assertNoFaults();
        await one.page.context().close();
    });
});

describe('where everybody needs a second factor', () => {
    let house;
    before(async () => {
        house = await openHouse(['ann', 'bob'], { sessions: { require_totp: true } });
    });
    after(() => house?.close());

    it('who has none sets one up and is in', async () => {
        const one = await house.visitor('bob');
        await one.page.getByLabel('Username').fill('bob');
        await one.page.getByLabel('Password').fill(password);
        await one.button('Sign in').click();
        const secret = (await one.page.locator('.secret').innerText()).trim();
        await one.keepsPicture('sign_in_enrol');
        await one.assertAccessible('setting up');
        await one.page.getByLabel(/^Code/).fill(codeOf(secret));
        await one.button('Switch on').click();
        await one.button('I have kept them').click();
        await one.isConnected();
        await one.page.locator('.side_me', { hasText: 'bob' }).waitFor();
        house.assertNoFaults();
    });
});
