// The administration: each page, what it does, and who does not get there.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { corpus } from './lib/hostile.js';
import { openHouse, password } from './lib/people.js';

const soon = { timeout: 60_000 };
const hostile = '<img src=x onerror=alert(1)>';
const phone = { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true };
const titles = { overview: 'Overview', users: 'Users', roles: 'Roles', conversations: 'Conversations', settings: 'Settings', plugins: 'Plugins', audit: 'Audit log' };
// What says that a page has all that it shows.
const filled = {
    overview: '.admin_figure >> nth=3',
    users: '.admin_table tbody tr >> nth=0',
    roles: '.admin_card >> nth=4',
    conversations: '.admin_table tbody tr >> nth=0',
    settings: '.setting_section >> nth=2',
    plugins: '.admin_card >> nth=2',
    audit: '.admin_table tbody tr >> nth=0',
};

describe('the administration', () => {
    let house;
    let ann;
    before(async () => {
        const settings = { description: 'The best house in town', approval: { auto_approve: ['image/*'], hold_words: ['casino'] }, messages: { max_bytes: 5000 } };
        house = await openHouse(['ann', 'bob', 'carol', 'max'], settings, { folders: [], load: ['attachments', 'approval'], roles: { max: 'manager' } });
        const { people } = house.world;
        await people.ann.creates('channel', 'general', { members: [people.bob, people.carol], topic: 'Everything', visibility: 'public' });
        await people.ann.creates('channel', 'garden', { members: [people.bob], visibility: 'public' });
        await people.carol.patch('/api/v1/users/me', { display_name: hostile });
        await people.ann.creates('channel', `${hostile} <script>alert(1)</script>`, { visibility: 'public', topic: '"><svg onload=alert(1)>' });
        await people.ann.post('/api/v1/roles', { name: 'reviewer', sentence: `Looks ${hostile}`, permissions: 'messages.send messages.review' });
        ann = await house.enters('ann');
    });
    after(() => house?.close());

    const goes = async (one, id) => {
        await one.page.evaluate((hash) => (location.hash = hash), `#/admin/${id}`);
        await one.page.getByRole('heading', { level: 1, name: titles[id] }).waitFor(soon);
    };
    const row = (text, one = ann) => one.page.locator('.admin_table tbody tr', { hasText: text });
    const does = async (text, action) => {
        await row(text).first().getByRole('button', { name: /^Actions for/ }).click();
        await ann.page.getByRole('menuitem', { name: action }).click();
    };
    const inDialog = (name) => ann.page.getByRole('dialog', { name });

    for (const colorScheme of ['light', 'dark'])
        it(`every page is there and accessible, ${colorScheme}`, async () => {
            const one = await house.enters('ann', { colorScheme });
            for (const id of Object.keys(titles)) {
                await goes(one, id);
                await one.page.locator(filled[id]).waitFor(soon);
                await one.keepsPicture(`admin_${id}_${colorScheme}`);
                await one.assertAccessible(`${id}, ${colorScheme}`);
            }
            const ran = await one.page.evaluate(() => [...document.querySelectorAll('.admin script, .admin img, .admin iframe, .admin [onload], .admin [onerror]')].map((each) => each.outerHTML));
            assert.deepEqual(ran, []);
            await one.page.context().close();
            house.assertNoFaults();
        });

    it('on a phone nothing sticks out', async () => {
        const one = await house.enters('ann', phone);
        for (const id of Object.keys(titles)) {
            await goes(one, id);
            await one.page.locator(filled[id]).waitFor(soon);
            assert.equal(await one.page.evaluate(() => document.documentElement.scrollWidth > innerWidth || document.querySelector('.admin_page').scrollWidth > innerWidth), false, `${id} fits`);
            await one.keepsPicture(`admin_${id}_phone`);
            await one.assertAccessible(`${id} on a phone`);
        }
        await one.page.context().close();
    });

    it('a member finds no way in, and the address leads to nothing', async () => {
        const bob = await house.enters('bob');
        assert.equal(await bob.page.getByRole('link', { name: 'Administration' }).count(), 0);
        const asked = [];
        bob.page.on('request', (one) => /\/api\/v1\/(accounts|roles|settings|plugins|server\/state|audit|approvals)/.test(one.url()) && asked.push(one.url()));
        for (const id of [...Object.keys(titles), 'approval', 'nothing']) {
            await bob.page.evaluate((hash) => (location.hash = hash), `#/admin/${id}`);
            await bob.page.locator(`.admin_page[data-page="${id}"]`).getByRole('alert').getByText(id === 'nothing' ? 'You may not see anything of the administration.' : 'You are not allowed to see this page.').waitFor(soon);
        }
        await bob.assertAccessible('a page that is not for a member');
        await bob.keepsPicture('admin_not_allowed');
        assert.deepEqual(asked, [], 'nothing is even asked for');
        // And whoever asks by hand is refused.
        for (const path of ['accounts', 'settings', 'plugins', 'server/state', 'audit', 'approvals']) assert.equal((await house.person('bob').get(`/api/v1/${path}`)).status, 403, path);
        await bob.page.getByRole('link', { name: 'Back to the conversations' }).click();
        await bob.entry('general').waitFor(soon);
        await bob.page.context().close();
    });

    it('a manager has what a manager may', async () => {
        const max = await house.enters('max');
        await max.page.getByRole('link', { name: 'Administration' }).click();
        await max.page.locator('.admin_nav').getByRole('link', { name: 'Conversations' }).waitFor(soon);
        const pages = (await max.page.locator('.admin_nav a .name').allTextContents()).sort();
        assert.deepEqual(pages, ['Conversations', 'Waiting for approval']);
        await max.page.evaluate(() => (location.hash = '#/admin/users'));
        await max.page.getByText('You are not allowed to see this page.').waitFor(soon);
        await max.page.context().close();
    });

    it('somebody new gets an account, a code, and comes in with a password of their own', async () => {
        await goes(ann, 'users');
        await ann.button('New user').click();
        await inDialog('New user').getByLabel('Username').fill('BAD NAME');
        await inDialog('New user').getByRole('button', { name: 'Create' }).click();
        await inDialog('New user').getByRole('alert').waitFor(soon);
        await inDialog('New user').getByLabel('Username').fill('dora');
        await inDialog('New user').getByLabel('Name that others see').fill('Dora');
        await inDialog('New user').getByRole('combobox', { name: 'Role' }).selectOption('staff');
        await ann.assertAccessible('the form of a new user');
        await inDialog('New user').getByRole('button', { name: 'Create' }).click();
        const code = await inDialog('Code for Dora').locator('.secret').textContent(soon);
        await inDialog('Code for Dora').locator('.dialog_foot').getByRole('button', { name: 'Close' }).click();
        await row('@dora').getByText('staff').waitFor(soon);
        const dora = await house.visitor('dora');
        await dora.button('I have a code for a new password').click();
        await dora.page.getByLabel('The code that you were given').fill(code.trim());
        await dora.page.getByLabel('New password').fill(password);
        await dora.assertAccessible('the page for a new password');
        await dora.button('Set the password').click();
        await dora.page.getByText('The password is set.').waitFor(soon);
        await dora.button('Sign in').click();
        await dora.signsIn();
        await does('@dora', 'Disable…');
        await inDialog('Disable Dora?').getByRole('button', { name: 'Disable' }).click();
        await row('@dora').getByText('Disabled').waitFor(soon);
        await dora.page.getByLabel('Username').waitFor(soon);
        await does('@dora', 'Enable');
        await row('@dora').getByText('Active').waitFor(soon);
        await dora.page.context().close();
    });

    it('roles change, also while somebody is here', async () => {
        await goes(ann, 'users');
        const bob = await house.enters('bob');
        await does('@bob', 'Change role…');
        await inDialog('Role of bob').getByRole('combobox', { name: 'Role' }).selectOption('manager');
        await inDialog('Role of bob').getByRole('button', { name: 'Save' }).click();
        await row('@bob').getByText('manager').waitFor(soon);
        await bob.page.getByRole('link', { name: 'Administration' }).waitFor(soon);
        await does('@bob', 'Change role…');
        await inDialog('Role of bob').getByRole('combobox', { name: 'Role' }).selectOption('member');
        await inDialog('Role of bob').getByRole('button', { name: 'Save' }).click();
        await bob.page.getByRole('link', { name: 'Administration' }).waitFor({ state: 'detached', ...soon });
        await does('@bob', 'Sign out everywhere…');
        await inDialog('Sign bob out everywhere?').getByRole('button', { name: 'Sign out everywhere' }).click();
        await bob.page.getByLabel('Username').waitFor(soon);
        await bob.page.context().close();
        await ann.page.getByLabel('Search by the beginning of a name').fill('car');
        await row('@bob').waitFor({ state: 'detached', ...soon });
        await row('@carol').waitFor(soon);
        // So that it can be written again by who has just been sent away.
        await ann.page.getByLabel('Search by the beginning of a name').fill('');
    });

    it('a role of one’s own is made, changed and removed', async () => {
        await goes(ann, 'roles');
        const card = (name) => ann.page.locator('.admin_card', { has: ann.page.getByRole('heading', { name: new RegExp(`^${name} `) }) });
        await card('admin').getByRole('button', { name: /Show what it grants/ }).click();
        await inDialog('admin').getByText('See the tenant\'s settings').waitFor(soon);
        assert.equal(await inDialog('admin').getByRole('checkbox').count(), 0, 'what is shipped is fixed');
        await ann.page.keyboard.press('Escape');
        await ann.button('New role').click();
        await inDialog('New role').getByLabel('Name').fill('porter');
        await inDialog('New role').getByLabel('What it is for').fill('Opens doors');
        await inDialog('New role').getByRole('checkbox', { name: /^messages\.send/ }).check();
        await ann.keepsPicture('admin_role_form');
        await ann.assertAccessible('the form of a role');
        await inDialog('New role').getByRole('button', { name: 'Create' }).click();
        await card('porter').getByText('1 permission').waitFor(soon);
        await card('porter').getByRole('button', { name: /^Change/ }).click();
        await inDialog('porter').getByRole('checkbox', { name: /^users\.see/ }).check();
        await inDialog('porter').getByRole('button', { name: 'Save' }).click();
        await card('porter').getByText('2 permissions').waitFor(soon);
        await card('porter').getByRole('button', { name: /^Remove/ }).click();
        await inDialog('Remove the role porter?').getByRole('button', { name: 'Remove' }).click();
        await card('porter').waitFor({ state: 'detached', ...soon });
    });

    it('conversations are found, archived, looked into and deleted', async () => {
        await goes(ann, 'conversations');
        await ann.page.getByLabel('Search by a part of the name').fill('gard');
        await row('general').waitFor({ state: 'detached', ...soon });
        await does('garden', 'Members…');
        await inDialog('Members of garden').locator('.person_row', { hasText: '@bob' }).waitFor(soon);
        await inDialog('Members of garden').getByRole('button', { name: 'Remove bob' }).click();
        await inDialog('Members of garden').locator('.person_row', { hasText: '@bob' }).waitFor({ state: 'detached', ...soon });
        await ann.assertAccessible('the members of a conversation');
        await ann.page.keyboard.press('Escape');
        await does('garden', 'Archive');
        await row('garden').getByText('Archived').waitFor(soon);
        await does('garden', 'Restore');
        await row('garden').getByText('Archived').waitFor({ state: 'detached', ...soon });
        await does('garden', 'Delete…');
        await inDialog('Delete garden?').getByRole('button', { name: 'Delete' }).click();
        await row('garden').waitFor({ state: 'detached', ...soon });
        await ann.page.getByText('Nothing was found.').waitFor(soon);
    });

    it('settings are forms of their rules: who set them, what fits, what it changes, and saved it holds', async () => {
        await goes(ann, 'settings');
        const setting = (name) => ann.page.locator(`[data-setting="${name}"]`);
        await ann.page.getByLabel('Find a setting').fill('approval');
        await setting('approval.auto_approve').getByText('set for this place (tenants/acme.yaml:').waitFor(soon);
        assert.equal(await setting('approval.auto_approve').getByRole('textbox').inputValue(), 'image/*');
        await setting('approval.due_minutes').getByText('Default: 240').waitFor();
        await setting('approval.due_minutes').getByText('4 hours').waitFor();
        await setting('approval.due_minutes').getByRole('spinbutton').fill('-1');
        await setting('approval.due_minutes').getByRole('alert').getByText('From 0 to 525,600').waitFor();
        assert.equal(await ann.button('Save…').isDisabled(), true);
        await setting('approval.due_minutes').evaluate((at) => at.scrollIntoView({ block: 'center' }));
        await ann.page.locator('.toast').first().waitFor({ state: 'detached', ...soon });
        await ann.keepsPicture('admin_settings_fault');
        await ann.assertAccessible('a setting that does not fit');
        await setting('approval.due_minutes').getByRole('spinbutton').fill('30');
        await setting('approval.hold_links').getByRole('checkbox').check();
        await setting('approval.auto_approve').getByRole('textbox').fill('image/*\ntext/plain');
        await ann.page.locator('.setting_foot').getByText('3 changes').waitFor();
        await ann.button('Save…').click();
        const plan = inDialog('What changes');
        await plan.getByText('approval.due_minutes: 240 → 30').waitFor(soon);
        await plan.getByText('approval.hold_links: false → true').waitFor();
        await ann.keepsPicture('admin_settings_preview');
        await ann.assertAccessible('what would change');
        const says = async (text) => (await house.person('carol').post(`${house.person('ann').pathOf('general')}/messages`, { text })).body.state;
        assert.equal(await says('See https://example.org/before'), 'published', 'looking changes nothing');
        await ann.page.keyboard.press('Escape');
        await ann.button('Save…').click();
        await plan.getByText('approval.hold_links: false → true').waitFor(soon);
        await plan.getByRole('button', { name: 'Save' }).focus();
        await ann.page.keyboard.press('Enter');
        await plan.waitFor({ state: 'detached', ...soon });
        await setting('approval.due_minutes').getByText('set here (forms/acme.yaml:').waitFor(soon);
        assert.equal(await setting('approval.due_minutes').getByRole('spinbutton').inputValue(), '30');
        await ann.page.locator('.setting_foot').waitFor({ state: 'detached', ...soon });
        assert.equal(await says('See https://example.org/after'), 'held', 'it holds');
        // What only the server knows stands beside its field.
        await setting('approval.hold_words').getByRole('textbox').fill('casino\nro\u202Eom');
        await ann.button('Save…').click();
        await setting('approval.hold_words').getByRole('alert').getByText(/turns the direction of text/).waitFor(soon);
        await setting('approval.hold_words').getByRole('button', { name: /^Undo/ }).click();
        for (const name of ['due_minutes', 'hold_links', 'auto_approve']) await setting(`approval.${name}`).getByRole('button', { name: `Back to the operator’s: ${name}` }).click();
        await setting('approval.due_minutes').getByText('What was set here is taken back').waitFor();
        await ann.assertAccessible('settings that are taken back');
        await ann.button('Save…').click();
        await plan.getByText('approval.due_minutes: 30 → 240').waitFor(soon);
        await plan.getByRole('button', { name: 'Save' }).click();
        await setting('approval.auto_approve').getByText('set for this place (tenants/acme.yaml:').waitFor(soon);
        assert.equal(await says('See https://example.org/again'), 'published');
        house.assertNoFaults();
    });

    it('what is the operator’s becomes YAML for him', async () => {
        await goes(ann, 'settings');
        const setting = (name) => ann.page.locator(`[data-setting="${name}"]`);
        await ann.page.getByLabel('Find a setting').fill('s');
        await setting('messages.edit_window_seconds').getByText('The operator’s to set').waitFor(soon);
        await setting('messages.edit_window_seconds').getByRole('spinbutton').fill('60');
        await setting('allowed_origins').getByRole('textbox').fill('https://a.example.org\nhttps://b.example.org');
        await setting('sessions.guests').getByRole('checkbox').uncheck();
        await ann.page.locator('.setting_foot').getByText('3 changes').waitFor();
        assert.equal(await ann.button('Save…').count(), 0);
        await ann.button('Show as YAML').click();
        const yaml = await inDialog('For the operator').locator('.admin_yaml').textContent();
        assert.equal(yaml, 'allowed_origins: ["https://a.example.org","https://b.example.org"]\nmessages:\n  edit_window_seconds: 60\nsessions:\n  guests: false\n');
        await ann.assertAccessible('what is for the operator');
        await ann.page.keyboard.press('Escape');
        await ann.button('Undo all').click();
        assert.equal(await setting('messages.edit_window_seconds').getByRole('spinbutton').inputValue(), '86400');
        house.assertNoFaults();
    });

    it('a plugin is switched off and given back to the operator', async () => {
        await goes(ann, 'plugins');
        const card = ann.page.locator('.admin_card', { has: ann.page.getByRole('heading', { name: /^Reactions/ }) });
        await card.getByRole('button', { name: 'Switch off… Reactions' }).click();
        await inDialog('What changes').getByText('reactions: switched off').waitFor(soon);
        await ann.assertAccessible('a plugin that is to be switched off');
        await inDialog('What changes').getByRole('button', { name: 'Save' }).click();
        await card.getByText('It was switched off in this form.').waitFor(soon);
        assert.equal((await house.person('carol').get('/api/v1/reactions')).status, 404);
        await card.getByRole('button', { name: 'Back to the operator’s: Reactions' }).click();
        await inDialog('What changes').getByText('reactions: switched on').waitFor(soon);
        await inDialog('What changes').getByRole('button', { name: 'Save' }).click();
        await card.getByText('On', { exact: true }).waitFor(soon);
        house.assertNoFaults();
    });

    it('a plugin is switched for one model, and inherits again', async () => {
        const file = path.join(house.world.server.folder, 'tenants/acme/models/desk.yaml');
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, 'description: The desk\n');
        await house.world.server.cli('config', 'reload');
        await goes(ann, 'overview');
        await goes(ann, 'plugins');
        const card = ann.page.locator('.admin_card', { has: ann.page.getByRole('heading', { name: /^Approval/ }) });
        const scope = ann.page.locator('.admin_tools select');
        await scope.selectOption({ label: 'model desk' });
        await card.getByText('As in the whole place.').waitFor(soon);
        await ann.assertAccessible('plugins of a model');
        await card.getByRole('button', { name: 'Switch off… Approval' }).click();
        await inDialog('What changes').getByText('approval (model desk): switched off').waitFor(soon);
        await ann.keepsPicture('admin_plugins_model_preview');
        await inDialog('What changes').getByRole('button', { name: 'Save' }).click();
        await card.getByText('In the whole place it is on. Set here for this model.').waitFor(soon);
        await card.getByText('Off', { exact: true }).waitFor();
        const desk = (await house.person('ann').get('/api/v1/plugins?model=desk')).body.plugins.find((one) => one.id === 'approval');
        assert.deepEqual([desk.on, desk.inherited, desk.in_form], [false, true, false]);
        for (const [name, options] of [['light', {}], ['dark', { colorScheme: 'dark' }], ['phone', { ...phone, colorScheme: 'dark' }]]) {
            const one = await house.enters('ann', options);
            await goes(one, 'plugins');
            await one.page.locator('.admin_tools select').selectOption('desk');
            await one.page.getByText('In the whole place it is on.').first().waitFor(soon);
            await one.keepsPicture(`admin_plugins_model_${name}`);
            await one.assertAccessible(`plugins of a model, ${name}`);
            assert.equal(await one.page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, 'nothing sticks out');
            await one.page.context().close();
        }
        await scope.selectOption({ label: 'the whole place' });
        await card.getByText('off in the model desk').waitFor(soon);
        await scope.selectOption({ label: 'model desk' });
        await card.getByRole('button', { name: 'Back to what is inherited: Approval' }).click();
        await inDialog('What changes').getByText('approval (model desk): switched on').waitFor(soon);
        await inDialog('What changes').getByRole('button', { name: 'Save' }).click();
        await card.getByText('As in the whole place.').waitFor(soon);
        const changes = (await house.person('ann').get('/api/v1/audit?action=settings.changed')).body.entries;
        assert.ok(changes.filter((one) => JSON.stringify(one.details).includes('tenant/acme/model/desk') || JSON.stringify(one.details).includes('"model":"desk"')).length >= 2, 'the audit log has both');
        house.assertNoFaults();
    });

    it('plugins say how they do, and the audit log who did what', async () => {
        await goes(ann, 'plugins');
        const card = ann.page.locator('.admin_card', { hasText: 'Files and messages that wait' });
        await card.getByText('On', { exact: true }).waitFor(soon);
        await card.getByText('How its calls go').click();
        await card.getByText('command approval.list').waitFor();
        await ann.assertAccessible('the calls of a plugin');
        await goes(ann, 'audit');
        await row('role.created').first().waitFor(soon);
        await ann.page.getByLabel(/^Action/).fill('role.deleted');
        await row('role.created').first().waitFor({ state: 'detached', ...soon });
        await row('porter').waitFor(soon);
        house.assertNoFaults();
    });

    it('by keyboard from page to page', async () => {
        await goes(ann, 'overview');
        await ann.page.locator('.admin_nav').getByRole('link', { name: 'Users' }).focus();
        await ann.page.keyboard.press('Enter');
        await ann.page.getByRole('heading', { level: 1, name: 'Users' }).waitFor(soon);
        await ann.page.waitForFunction(() => document.activeElement?.classList.contains('admin_page'));
        await ann.page.keyboard.press('Tab');
        assert.equal(await ann.page.evaluate(() => document.activeElement.getAttribute('type')), 'search', 'the page begins at its beginning');
        await row('@carol').getByRole('button').focus();
        await ann.page.keyboard.press('Enter');
        await ann.page.getByRole('menuitem', { name: 'Change role…' }).waitFor();
        await ann.page.keyboard.press('ArrowDown');
        await ann.page.keyboard.press('Escape');
        await ann.page.waitForFunction(() => document.activeElement?.getAttribute('aria-haspopup') === 'menu');
        house.assertNoFaults();
    });

    it('hostile words are words on every page', async () => {
        const { ann: boss, carol } = house.world.people;
        for (const [at, text] of corpus.entries()) {
            const plain = text.replace(/[\n\t\u2066\u202e]/g, ' ').slice(0, 80);
            const made = [
                await boss.post('/api/v1/users', { username: `eve${at}`, display_name: plain }),
                await boss.post('/api/v1/roles', { name: `role${at}`, sentence: plain, permissions: 'messages.send' }),
                await boss.post('/api/v1/conversations', { kind: 'channel', name: plain, topic: plain, visibility: 'public' }),
                await carol.post(`${carol.pathOf('general')}/messages`, { text: `casino ${text}` }),
            ];
            assert.deepEqual(made.map((one) => one.status), [201, 201, 201, 201], made.map((one) => one.text).join('\n'));
        }
        const dialogs = [];
        const elsewhere = [];
        const one = await house.visitor('ann');
        one.page.on('dialog', (dialog) => (dialogs.push(dialog.message()), dialog.dismiss()));
        one.page.on('request', (asked) => !asked.url().startsWith(house.url) && !/^(data|blob):/.test(asked.url()) && elsewhere.push(asked.url()));
        await one.signsIn();
        const last = { users: '@eve24', roles: 'role24', conversations: '__proto__ constructor', audit: 'role24', approval: '__proto__ constructor' };
        for (const [id, text] of Object.entries(last)) {
            await one.page.evaluate((hash) => (location.hash = hash), `#/admin/${id}`);
            await one.page.locator(`.admin_page[data-page="${id}"]`).getByText(text).first().waitFor(soon);
            if (id === 'approval') await one.page.getByRole('button', { name: /^Details of/ }).last().click();
            if (id === 'approval') await one.page.getByText('It has a word that is watched').last().waitFor(soon);
            const bad = await one.page.evaluate(() =>
                [...document.querySelectorAll('.admin *')]
                    .filter((each) => /^(script|iframe|object|embed|img|style|base|meta|link|template|math)$/i.test(each.localName) || [...each.attributes].some(({ name }) => /^on/i.test(name)) || (each.localName === 'a' && !/^https?:$/.test(each.protocol)))
                    .map((each) => each.outerHTML.slice(0, 200)),
            );
            assert.deepEqual(bad, [], id);
            assert.equal(await one.page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, `${id} keeps its width`);
        }
        assert.deepEqual(dialogs, []);
        assert.deepEqual(elsewhere, []);
        await one.keepsPicture('admin_hostile');
        await one.page.context().close();
        house.assertNoFaults();
    });

    it('says when the server is away, and goes on when it is back', async () => {
        await goes(ann, 'users');
        await row('@carol').waitFor(soon);
        await ann.losesNetwork();
        await ann.page.locator('.admin_gone').getByText('Connection lost. Trying again…').waitFor(soon);
        await ann.page.getByLabel('Search by the beginning of a name').fill('m');
        await ann.page.locator('.admin_page .fault').waitFor(soon);
        await ann.getsNetworkBack();
        await ann.page.locator('.admin_gone').waitFor({ state: 'hidden', ...soon });
        await ann.page.getByLabel('Search by the beginning of a name').fill('ma');
        await row('@max').waitFor(soon);
        await ann.page.locator('.admin_page .fault').waitFor({ state: 'detached', ...soon });
        house.assertNoFaults();
    });

    it('in German', async () => {
        const one = await house.visitor('max', { locale: 'de' });
        await one.page.getByLabel('Benutzername').fill('max');
        await one.page.getByLabel('Passwort').fill(password);
        await one.page.getByRole('button', { name: 'Anmelden' }).click();
        await one.isConnected();
        await one.page.getByRole('link', { name: 'Verwaltung' }).click();
        await one.page.getByRole('heading', { level: 1, name: 'Wartet auf Freigabe' }).waitFor(soon);
        await one.page.locator('.admin_nav').getByRole('link', { name: 'Unterhaltungen' }).click();
        await one.page.getByRole('heading', { level: 1, name: 'Unterhaltungen' }).waitFor(soon);
        await one.page.context().close();
        house.assertNoFaults();
    });

    it('in Arabic, from right to left', async () => {
        const headings = { overview: 'نظرة عامة', users: 'المستخدمون', roles: 'الأدوار', conversations: 'المحادثات', settings: 'الإعدادات', plugins: 'الإضافات', audit: 'سجل التدقيق', approval: 'بانتظار الموافقة' };
        for (const [name, options] of [['light', {}], ['phone_dark', { ...phone, colorScheme: 'dark' }]]) {
            const one = await house.visitor('ann', { locale: 'ar', ...options });
            await one.page.getByLabel('اسم المستخدم').fill('ann');
            await one.page.getByLabel('كلمة المرور').fill(password);
            await one.page.getByRole('button', { name: 'تسجيل الدخول' }).click();
            await one.isConnected();
            for (const [id, title] of Object.entries(headings)) {
                await one.page.evaluate((hash) => (location.hash = hash), `#/admin/${id}`);
                await one.page.getByRole('heading', { level: 1, name: title }).waitFor(soon);
                await one.page.locator(filled[id] ?? '.approval_list[aria-busy="false"]').waitFor({ state: 'attached', ...soon });
                await one.keepsPicture(`admin_ar_${id}_${name}`);
                await one.assertAccessible(`${id} in Arabic, ${name}`);
                assert.equal(await one.page.evaluate(() => document.documentElement.dir), 'rtl');
                assert.equal(await one.page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, `${id} keeps its width`);
            }
            await one.page.context().close();
        }
        house.assertNoFaults();
    });
});
