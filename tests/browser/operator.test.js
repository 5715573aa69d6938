// The operator's page: the token in memory alone, tenants made, closed and opened, in each language, by keyboard and on a phone.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { temporaryFolder } from '../acceptance/lib/processes.js';
import { Visitor } from '../acceptance/lib/visitor.js';
import { openHouse, password } from './lib/people.js';

const soon = { timeout: 60_000 };
const token = 'operator-0123456789-0123456789-0123456789';
const tokenFile = path.join(temporaryFolder('operator'), 'token');
writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
const phone = { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true };

describe("the operator's page", () => {
    let house;
    before(async () => {
        house = await openHouse(['ann', 'bob'], {}, { folders: [], load: [], server: { operator_token: { secret: { file: tokenFile } } } });
    });
    after(() => house?.close());

    // Somebody at the operator's address, with nobody signed in.
    async function arrives(name, options) {
        const one = await house.visitor(name, options);
        await one.page.evaluate(() => (location.hash = '#/operator'));
        await one.page.getByRole('heading', { level: 1 }).waitFor(soon);
        await one.page.locator('.operator_gate').waitFor(soon);
        return one;
    }
    async function comesIn(one) {
        await one.page.locator('.operator_gate input').fill(token);
        await one.page.keyboard.press('Enter');
        await row(one, 'Acme').waitFor(soon);
    }
    const row = (one, text) => one.page.locator('.admin_table tbody tr', { hasText: text });
    const dialog = (one, name) => one.page.getByRole('dialog', { name });
    const choose = async (one, tenant, action) => {
        await one.page.getByRole('button', { name: `Actions for ${tenant}` }).click();
        await one.page.getByRole('menuitem', { name: action }).click();
    };

    it('takes the token, keeps it nowhere, and asks with nothing else', async () => {
        const one = await arrives('olga');
        await one.assertAccessible('the field for the token');
        await one.page.locator('.operator_gate input').fill('not the token');
        await one.button('Show the tenants').click();
        await one.page.getByRole('alert').getByText('This is not the operator’s token.').waitFor(soon);
        await one.assertAccessible('a wrong token');
        const asked = [];
        one.page.on('request', (each) => asked.push({ url: new URL(each.url()).pathname, headers: each.headers() }));
        await comesIn(one);
        await one.assertAccessible('the tenants');
        await one.keepsPicture('operator');
        for (const each of asked) {
            assert.match(each.url, /^\/api\/v1\/operator\/tenants$/, 'the page asks for nothing but tenants');
            assert.equal(each.headers.cookie, undefined);
        }
        const kept = await one.page.evaluate(async () => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href, history.state, (await indexedDB.databases()).map((each) => each.name)]));
        assert.ok(!kept.includes(token.slice(0, 12)), kept);
        await one.button('Forget the token').click();
        await one.page.locator('.operator_gate').waitFor(soon);
        assert.equal(await one.page.locator('.operator_gate input').inputValue(), '');
        await comesIn(one);
        await one.page.reload();
        await one.page.locator('.operator_gate').waitFor(soon);
        await one.page.getByRole('link', { name: 'To the chat' }).click();
        await one.page.getByLabel('Username').waitFor(soon);
        await one.page.context().close();
        house.assertNoFaults();
    });

    it('makes a tenant, whose administrator gets in with the code', async () => {
        const one = await arrives('olga');
        await comesIn(one);
        await one.button('New tenant').click();
        const form = dialog(one, 'New tenant');
        await form.locator('[name="name"]').fill('zoo');
        await form.getByLabel('Name that people see').fill('The zoo');
        await form.getByLabel('Host names').fill('127.0.0.1');
        await form.getByLabel('Username of the first administrator').fill('zoe');
        await one.assertAccessible('the form of a new tenant');
        await form.getByRole('button', { name: 'Create' }).click();
        await form.getByRole('alert').getByText(/hosts: .*already leads to the tenant acme/).waitFor(soon);
        assert.equal(await form.getByLabel('Host names').getAttribute('aria-invalid'), 'true');
        await form.getByLabel('Host names').fill('zoo.test\nzoo.example');
        await form.getByRole('button', { name: 'Create' }).click();
        const code = (await dialog(one, 'Code for zoe').locator('.secret').textContent(soon)).trim();
        await one.assertAccessible('the code');
        await dialog(one, 'Code for zoe').locator('.dialog_foot').getByRole('button', { name: 'Close' }).click();
        await row(one, 'The zoo').getByText('zoo · zoo.test · zoo.example').waitFor(soon);
        const zoo = new Visitor(house.world.server, { host: 'zoo.test' });
        const posts = (target, body) => zoo.asks('POST', target, { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
        assert.equal((await posts('/api/v1/passwords/reset', { token: code, password })).status, 200);
        assert.equal((await posts('/api/v1/sessions', { username: 'zoe', password })).status, 201);
        await one.page.context().close();
        house.assertNoFaults();
    });

    it('closes a tenant while somebody is in it, and opens it again', async () => {
        const { people } = house.world;
        await people.ann.creates('channel', 'general', { members: [people.bob] });
        const bob = await house.enters('bob');
        await bob.opens('general');
        const one = await arrives('olga');
        await comesIn(one);
        await choose(one, 'Acme', 'Disable…');
        await dialog(one, 'Disable Acme?').getByText('You see this page under a name of this very tenant.').waitFor(soon);
        await one.assertAccessible('the question');
        await dialog(one, 'Disable Acme?').getByRole('button', { name: 'Cancel' }).click();
        await row(one, 'Acme').getByText('Open').waitFor(soon);
        await choose(one, 'Acme', 'Disable…');
        await dialog(one, 'Disable Acme?').getByRole('button', { name: 'Disable' }).click();
        await row(one, 'Acme').getByText('Disabled').waitFor(soon);
        await bob.page.locator('.strip').waitFor(soon);
        assert.equal((await people.ann.get('/api/v1/users/me')).status, 403);
        await one.assertAccessible('a closed tenant');
        await one.keepsPicture('operator_closed');
        await choose(one, 'Acme', 'Enable');
        await row(one, 'Acme').getByText('Open').waitFor(soon);
        await bob.page.locator('[data-status="live"]').waitFor(soon);
        await people.ann.sends('general', 'Back again');
        await bob.sees('Back again', soon);
        // The numbers follow.
        await row(one, 'Acme').locator('.at_messages').getByText('1', { exact: true }).waitFor(soon);
        await one.page.context().close();
        await bob.page.context().close();
        house.assertNoFaults();
    });

    it('fits a phone, dark, and is reached by keyboard alone', async () => {
        const one = await arrives('olga', { ...phone, colorScheme: 'dark' });
        await one.page.locator('.operator_gate input').fill(token);
        await one.page.keyboard.press('Tab');
        await one.page.keyboard.press('Enter');
        await row(one, 'Acme').waitFor(soon);
        assert.equal(await one.page.evaluate(() => document.documentElement.scrollWidth > innerWidth || document.querySelector('.admin_page').scrollWidth > innerWidth), false, 'it fits');
        await one.assertAccessible('the tenants on a phone');
        await one.keepsPicture('operator_phone');
        await one.button('New tenant').focus();
        await one.page.keyboard.press('Enter');
        await dialog(one, 'New tenant').waitFor(soon);
        assert.equal(await one.page.evaluate(() => document.activeElement.getAttribute('name')), 'name');
        await one.assertAccessible('the form on a phone');
        await one.page.keyboard.press('Escape');
        await one.page.getByRole('button', { name: 'Actions for Acme' }).focus();
        await one.page.keyboard.press('Enter');
        await one.page.getByRole('menuitem', { name: 'Disable…' }).and(one.page.locator(':focus')).waitFor(soon);
        await one.page.keyboard.press('Enter');
        await dialog(one, 'Disable Acme?').waitFor(soon);
        await one.page.keyboard.press('Escape');
        await row(one, 'Acme').getByText('Open').waitFor(soon);
        await one.page.context().close();
        house.assertNoFaults();
    });

    for (const [locale, title, direction] of [
        ['de', 'Mandanten dieses Servers', 'ltr'],
        ['ar', 'المستأجرون على هذا الخادم', 'rtl'],
    ])
        it(`speaks ${locale}`, async () => {
            const one = await arrives('olga', { locale });
            await comesIn(one);
            await one.page.getByRole('heading', { level: 1, name: title }).waitFor(soon);
            assert.equal(await one.page.evaluate(() => document.documentElement.dir || 'ltr'), direction);
            await one.assertAccessible(locale);
            await one.keepsPicture(`operator_${locale}`);
            await one.page.context().close();
        });
});
