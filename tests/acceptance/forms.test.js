// Administrators change plugins' settings and switch plugins in forms, which the server writes down beside the operator's files.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { changes } from './lib/configuration.js';
import { eventually } from './lib/deadline.js';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';

const zoo = process.env.PARLEY_ZOO ?? fileURLToPath(new URL('../../build/debug/zoo', import.meta.url));
const vouched = 'a-secret-that-nobody-may-ever-see-anywhere';
const tenants = {
    acme: { people: { ann: 'admin', bob: 'manager' }, settings: { hosts: ['acme.test'], plugins: { enable: ['voter', 'leaning'] }, sessions: { vouch_secret: vouched } } },
    rival: { people: { cat: 'admin' }, settings: { hosts: ['rival.test'] } },
};
const settings = { plugins: { folders: [zoo], load: ['voter', 'leaning', 'censor', 'silent'], keep: ['silent'] } };

const page = async (who, model) => {
    const answer = await who.get(`/api/v1/settings${model ? `?model=${model}` : ''}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
};
const settingIn = ({ sections }, name) => sections.flatMap((one) => one.settings).find((one) => one.name === name);
const plugin = async (who, id) => (await who.get('/api/v1/plugins')).body.plugins.find((one) => one.id === id);
// Looks first, as a form does; `what` may say another revision.
const changing = async (who, what) => who.patch('/api/v1/settings', { revision: (await page(who, what.model)).forms.revision, ...what });
async function sets(who, what) {
    const answer = await changing(who, what);
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
}
const fileOf = (server, name = 'acme.yaml') => path.join(server.folder, 'forms', name);
const written = (server, name) => readFileSync(fileOf(server, name), 'utf8').replace(/^#.*\n/gm, '');
const generation = async (who) => (await who.get('/api/v1/server/state')).body.configuration.generation;
const inAudit = async (who) => (await who.get('/api/v1/audit?limit=10')).body.entries.filter((one) => one.action === 'settings.changed');
const sendsTo = (who, conversation, text) => who.post(`${who.pathOf(conversation)}/messages`, { text });

stories('forms', { tenants, settings }, (story) => {
    story('a change is shown before, holds at once, is named by explain and is there after a restart', async ({ ann, bob, cat, world }) => {
        const { server } = world;
        await ann.creates('channel', 'lobby', { members: [bob] });
        const seen = await page(ann);
        assert.deepEqual(seen.forms, { writable: true, why_not: '', file: 'forms/acme.yaml', revision: seen.forms.revision });
        const before = settingIn(seen, 'censor.a');
        assert.deepEqual([before.writable, before.in_form, before.source], [true, false, 'default']);
        const first = await generation(ann);

        const wish = { changes: { 'censor.a': 1 }, plugins: { censor: true } };
        const plan = await sets(ann, { ...wish, dry_run: true });
        assert.deepEqual(plan.plugins, [{ plugin: 'censor', on: true, model: null }]);
        assert.deepEqual(plan.changes.find((one) => one.setting === 'censor.a'), { setting: 'censor.a', from: '0', to: '1', model: null });
        assert.deepEqual([plan.applied, plan.generation, plan.revision], [false, first, seen.forms.revision]);
        assert.equal(existsSync(path.join(server.folder, 'forms')), false, 'nothing was written');
        assert.equal((await sendsTo(ann, 'lobby', 'settings')).status, 201);

        const made = await sets(ann, wish);
        assert.deepEqual([made.applied, made.generation], [true, first + 1]);
        assertRefused(await sendsTo(ann, 'lobby', 'settings'), 403, 'zoo_says_no');
        assert.equal(written(server), 'censor:\n  a: 1\nplugins:\n  enable: ["censor"]\n');
        assert.match(readFileSync(fileOf(server), 'utf8'), /^# Written by the Parley server: /);
        assert.deepEqual(readdirSync(path.join(server.folder, 'forms')), ['acme.yaml'], 'no draft is left');
        const now = settingIn(await page(ann), 'censor.a');
        assert.deepEqual([now.value, now.source, now.in_form, now.place], [1, 'form', true, 'forms/acme.yaml:4']);
        assert.deepEqual([(await plugin(ann, 'censor')).on, (await plugin(ann, 'censor')).in_form], [true, true]);
        // The operator's other switches are as they were.
        assert.deepEqual([(await plugin(ann, 'voter')).on, (await plugin(ann, 'leaning')).on], [true, true]);
        assert.match(await server.cli('config', 'explain', 'tenant/acme', 'censor.a'), /censor\.a = 1\n\s+from .*forms\/acme\.yaml:4:6/);
        await server.cli('config', 'check');
        assert.match(await server.cli('config', 'plan'), /nothing|no change/i);
        assert.equal(settingIn(await page(cat), 'censor.a').value, 0, 'it is nobody else\'s');
        assert.equal((await plugin(cat, 'censor')).on, false);

        const [entry] = await inAudit(ann);
        assert.deepEqual([entry.actor, entry.details.by, entry.details.generation], [ann.id, 'form', first + 1]);
        assert.ok(entry.details.changes.some((one) => one.setting === 'censor.a' && one.to === '1'));
        assert.deepEqual(await inAudit(cat), []);

        await server.stop();
        await server.start();
        assertRefused(await sendsTo(ann, 'lobby', 'settings'), 403, 'zoo_says_no');
        // Back to what holds without it.
        await sets(ann, { changes: { 'censor.a': null }, plugins: { censor: null } });
        assert.equal(written(server), '');
        assert.equal((await sendsTo(ann, 'lobby', 'settings')).status, 201);
        assert.equal((await plugin(ann, 'censor')).on, false);
    });

    story('a model has its own, over HTTP and over the WebSocket', async ({ ann, world }) => {
        const { server } = world;
        await changes(server, 'tenants/acme/models/desk.yaml', (file) => { file.description = 'The desk'; });
        await ann.connects();
        const { forms } = await page(ann, 'desk');
        assert.equal(forms.file, 'forms/acme/models/desk.yaml');
        const answer = await ann.asks('settings.change', { model: 'desk', revision: forms.revision, changes: { 'censor.a': 3 }, plugins: { censor: true } });
        assert.equal(answer.status, 200, JSON.stringify(answer));
        assert.deepEqual(answer.body.plugins, [{ plugin: 'censor', on: true, model: 'desk' }]);
        assert.equal(written(server, 'acme/models/desk.yaml'), 'censor:\n  a: 3\nplugins:\n  enable: ["censor"]\n');
        const { model, models, plugins } = (await ann.get('/api/v1/plugins?model=desk')).body;
        const here = plugins.find((one) => one.id === 'censor');
        assert.deepEqual([model, models, here.on, here.inherited, here.in_form], ['desk', ['desk'], true, false, true]);
        assert.equal((await plugin(ann, 'censor')).inherited, null, 'the tenant itself inherits from nobody here');
        assertRefused(await ann.get('/api/v1/plugins?model=nowhere'), 404, 'model_unknown', 'model');
        assert.equal(settingIn(await page(ann, 'desk'), 'censor.a').value, 3);
        assert.equal(settingIn(await page(ann), 'censor.a').value, 0);
        assertRefused(await changing(ann, { model: undefined, changes: {}, plugins: {} }), 400, 'nothing_to_change', 'changes');
        assertRefused(await ann.patch('/api/v1/settings', { model: 'nowhere', revision: 'x', plugins: { censor: true } }), 404, 'model_unknown', 'model');
        await sets(ann, { model: 'desk', changes: { 'censor.a': null }, plugins: { censor: null } });
    });

    story('what is wrong is refused with its name and a sentence, and nothing changes', async ({ ann, world }) => {
        const { server } = world;
        const before = await generation(ann);
        const text = readFileSync(fileOf(server), 'utf8');
        for (const [what, status, code, field, sentence] of [
            [{ changes: { 'censor.a': 10 } }, 400, 'setting_invalid', 'changes.censor.a', /whole number from 0 to 9, found 10/],
            [{ changes: { 'censor.a': 'many' } }, 400, 'setting_invalid', 'changes.censor.a', /whole number from 0 to 9/],
            [{ changes: { 'censor.a': { b: 1 } } }, 400, 'setting_invalid', 'changes.censor.a', /of a kind that no setting has/],
            [{ changes: { 'censor.b': 1 } }, 400, 'setting_unknown', 'changes.censor.b', /no setting censor\.b here; is censor\.a meant/],
            [{ changes: { 'messages.max_bytes': 1000 } }, 403, 'setting_kept', 'changes.messages.max_bytes', /the operator's/],
            [{ changes: { 'sessions.vouch_secret': 'x'.repeat(40) } }, 403, 'setting_kept', 'changes.sessions.vouch_secret', /the operator's/],
            [{ changes: { 'hosts': ['rival.test'] } }, 403, 'setting_kept', 'changes.hosts', /the operator's/],
            [{ changes: { 'plugins.enable': ['silent'] } }, 403, 'setting_kept', 'changes.plugins.enable', /the operator's/],
            [{ changes: { 'server.port': 1 } }, 400, 'setting_unknown', 'changes.server.port', /no setting/],
            [{ changes: { 'tenant_defaults.censor.a': 1 } }, 400, 'setting_unknown', 'changes.tenant_defaults.censor.a', /no setting/],
            [{ plugins: { silent: true } }, 403, 'setting_kept', 'plugins.silent', /the operator's/],
            [{ plugins: { nobody: true } }, 400, 'plugin_unknown', 'plugins.nobody', /no plugin/],
            [{ plugins: { censor: 'yes' } }, 400, 'field_type', 'plugins.censor', /true, false or null/],
            [{ changes: 1 }, 400, 'field_type', 'changes', /object/],
            // All or nothing.
            [{ changes: { 'censor.a': 10 }, plugins: { censor: true } }, 400, 'setting_invalid', 'changes.censor.a', /whole number/],
            // A plugin has something against it.
            [{ plugins: { voter: false } }, 409, 'plugin_refuses', undefined, /the plugin leaning is on and needs voter, which is off/],
            [{ plugins: { voter: false }, dry_run: true }, 409, 'plugin_refuses', undefined, /leaning/],
        ]) {
            const answer = await changing(ann, what);
            assertRefused(answer, status, code, field);
            assert.match(answer.body.detail, sentence);
            assert.equal(answer.text.includes(server.folder), false, 'where files lie is the operator\'s business');
        }
        assert.equal(readFileSync(fileOf(server), 'utf8'), text);
        assert.equal(await generation(ann), before);
        assert.equal((await plugin(ann, 'voter')).on, true);
        server.assertNoErrors();
    });

    story('of two administrators the second one looks again', async ({ ann, world }) => {
        const { forms } = await page(ann);
        await sets(ann, { changes: { 'censor.a': 2 } });
        for (const dry_run of [false, true]) assertRefused(await ann.patch('/api/v1/settings', { revision: forms.revision, changes: { 'censor.a': 3 }, dry_run }), 409, 'settings_changed', 'revision');
        assert.equal(settingIn(await page(ann), 'censor.a').value, 2);
        // Many at once: one of them wins, and the file is whole.
        const { revision } = (await page(ann)).forms;
        const all = await Promise.all([3, 4, 5, 6, 7].map((value) => ann.patch('/api/v1/settings', { revision, changes: { 'censor.a': value } })));
        assert.deepEqual(all.map((one) => one.status).sort(), [200, 409, 409, 409, 409]);
        const won = all.find((one) => one.status === 200).body;
        assert.equal((await page(ann)).forms.revision, won.revision);
        assert.equal(written(world.server), `censor:\n  a: ${won.changes[0].to}\n`);
        await sets(ann, { changes: { 'censor.a': null } });
    });

    story('only administrators, and only of their own tenant', async ({ ann, bob, cat, world }) => {
        const { server } = world;
        assertRefused(await bob.patch('/api/v1/settings', { revision: 'x', changes: { 'censor.a': 1 } }), 403, 'permission_missing');
        const other = { tenant: 'acme', tenant_name: 'acme', ...{ revision: (await page(cat)).forms.revision } };
        const answer = await cat.patch('/api/v1/settings', { ...other, changes: { 'censor.a': 4 } });
        assert.equal(answer.status, 200, answer.text);
        assert.equal(settingIn(await page(ann), 'censor.a').value, 0);
        assert.equal(written(server, 'rival.yaml'), 'censor:\n  a: 4\n');
        for (const model of ['../../tenants/acme', '..', 'desk/../../acme', 'desk'])
            assertRefused(await cat.patch('/api/v1/settings', { model, revision: 'x', changes: { 'censor.a': 5 } }), 404, 'model_unknown', 'model');
        assert.deepEqual(readdirSync(path.join(server.folder, 'tenants')).sort(), ['acme', 'acme.yaml', 'rival.yaml']);
        await sets(cat, { changes: { 'censor.a': null } });
        for (const text of [JSON.stringify(await page(ann)), JSON.stringify(await inAudit(ann)), JSON.stringify(server.logs)]) assert.equal(text.includes(vouched), false);
    });

    story('what the operator edits stays his, and what he has not loaded is not loaded by a form', async ({ ann, world }) => {
        const { server } = world;
        await sets(ann, { changes: { 'censor.a': 2 } });
        // Half-written files of the operator's are no matter to a form.
        const acme = path.join(server.folder, 'tenants/acme.yaml');
        const whole = readFileSync(acme, 'utf8');
        writeFileSync(acme, `${JSON.stringify({ ...JSON.parse(whole), display_name: 'Not yet' }).slice(0, -1)}`);
        await sets(ann, { changes: { 'censor.a': 3 } });
        assert.equal(settingIn(await page(ann), 'display_name').value, '');
        writeFileSync(acme, whole);
        // The file of forms, edited by hand, is loaded by a reload only.
        writeFileSync(fileOf(server), 'censor: {a: 6}\n');
        assertRefused(await changing(ann, { changes: { 'censor.a': 4 } }), 409, 'settings_edited');
        assert.equal(settingIn(await page(ann), 'censor.a').value, 3);
        await server.cli('config', 'reload');
        assert.equal(settingIn(await page(ann), 'censor.a').value, 6);
        await sets(ann, { changes: { 'censor.a': 4 } });
        // What no longer may be set is passed over, and the operator hears of it.
        await changes(server, 'parley.yaml', (file) => file.plugins.keep.push('censor.a'));
        assert.deepEqual([settingIn(await page(ann), 'censor.a').value, settingIn(await page(ann), 'censor.a').writable], [0, false]);
        await eventually(() => server.logs.some((line) => line.level === 'warning' && /forms\/acme\.yaml:4:6: censor\.a: is the operator's to set/.test(line.why)) || undefined, 'the log to say what is passed over');
        assertRefused(await changing(ann, { changes: { 'censor.a': 1 } }), 403, 'setting_kept', 'changes.censor.a');
        await changes(server, 'parley.yaml', (file) => { file.plugins.keep = ['silent']; file.plugins.forms = false; });
        const closed = await page(ann);
        assert.equal(closed.forms.writable, false);
        assert.match(closed.forms.why_not, /operator/);
        assertRefused(await changing(ann, { changes: { 'censor.a': 1 } }), 403, 'setting_kept', 'changes.censor.a');
        await changes(server, 'parley.yaml', (file) => delete file.plugins.forms);
        assert.equal(settingIn(await page(ann), 'censor.a').value, 4, 'it was kept all the time');
        await sets(ann, { changes: { 'censor.a': null } });
    });

    story('where nothing can be written nothing changes, and one sentence says so', async ({ ann, world }) => {
        const { server } = world;
        const before = await generation(ann);
        const folder = path.join(server.folder, 'forms');
        const text = readFileSync(fileOf(server), 'utf8');
        // A folder in the place of the draft keeps the file from being written, whoever the server runs as.
        mkdirSync(path.join(folder, 'acme.yaml.new'));
        const refused = await changing(ann, { changes: { 'censor.a': 1 } });
        assertRefused(refused, 503, 'settings_unwritable');
        assert.match(refused.body.detail, /^forms\/acme\.yaml cannot be written: .*\. Nothing has changed\.$/);
        assert.deepEqual([readFileSync(fileOf(server), 'utf8'), await generation(ann)], [text, before]);
        assert.equal(settingIn(await page(ann), 'censor.a').value, 0);
        rmSync(path.join(folder, 'acme.yaml.new'), { recursive: true });
        await sets(ann, { changes: { 'censor.a': 1 } });
        await sets(ann, { changes: { 'censor.a': null } });
        // A file in the place of the folder: the page says so before anybody types.
        rmSync(folder, { recursive: true });
        writeFileSync(folder, '');
        const { forms } = await page(ann);
        assert.deepEqual([forms.writable, forms.why_not], [false, 'The server cannot write into the folder forms beside its configuration.']);
        rmSync(folder);
    });
});
