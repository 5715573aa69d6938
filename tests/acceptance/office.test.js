// What administrators see of settings, plugins and the server around their tenant, as it changes.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './lib/deadline.js';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';

const zoo = process.env.PARLEY_ZOO ?? fileURLToPath(new URL('../../build/debug/zoo', import.meta.url));
const vouched = 'a-secret-that-nobody-may-ever-see-anywhere';
const tenants = {
    acme: { people: { ann: 'admin', bob: 'manager' }, settings: { hosts: ['acme.test'], sessions: { vouch_secret: vouched } } },
    rival: { people: { cat: 'admin' }, settings: { hosts: ['rival.test'], description: 'Rivals and sons' } },
};
const settings = { plugins: { folders: [zoo], load: ['censor', 'silent'] } };

const fileOf = (server, name = 'acme') => path.join(server.folder, 'tenants', `${name}.yaml`);
// Changes a tenant's file, and tells the server.
async function writes(server, change) {
    const whole = JSON.parse(readFileSync(fileOf(server), 'utf8'));
    change(whole);
    writeFileSync(fileOf(server), JSON.stringify(whole, null, 1));
    return server.cli('config', 'reload');
}
const page = async (who, query = '') => {
    const answer = await who.get(`/api/v1/settings${query}`);
    assert.equal(answer.status, 200, answer.text);
    return answer;
};
const settingIn = ({ body }, name) => body.sections.flatMap((one) => one.settings).find((one) => one.name === name);
const plugin = async (who, id) => (await who.get('/api/v1/plugins')).body.plugins.find((one) => one.id === id);
const stateOf = async (who) => (await who.get('/api/v1/server/state')).body;

stories('the back office', { tenants, settings }, (story) => {
    story('settings are what holds, before and after a reload, and say who said so', async ({ ann, cat, world }) => {
        const before = settingIn(await page(ann), 'messages.max_bytes');
        assert.deepEqual([before.source, before.value, before.place], ['default', before.default, '']);
        const { generation } = (await stateOf(ann)).configuration;
        await writes(world.server, (file) => (file.messages = { max_bytes: 4321 }));
        const now = settingIn(await page(ann), 'messages.max_bytes');
        assert.deepEqual([now.source, now.value], ['tenant', 4321]);
        assert.match(now.place, /^tenants\/acme\.yaml:\d+$/);
        const state = await stateOf(ann);
        assert.deepEqual([state.configuration.generation, state.configuration.last_reload], [generation + 1, 'applied']);
        assert.equal(settingIn(await page(cat), 'messages.max_bytes').source, 'default', 'it is nobody else\'s');
        await writes(world.server, (file) => delete file.messages);
    });

    story('a model has its own, and nobody sees another tenant or a secret', async ({ ann, cat, world }) => {
        mkdirSync(path.join(world.server.folder, 'tenants/acme/models'), { recursive: true });
        writeFileSync(path.join(world.server.folder, 'tenants/acme/models/desk.yaml'), 'messages: {edit_window_seconds: 60}\n');
        await world.server.cli('config', 'reload');
        const all = await page(ann);
        assert.deepEqual(all.body.models, ['desk']);
        const desk = await page(ann, '?model=desk');
        assert.deepEqual([settingIn(desk, 'messages.edit_window_seconds').value, settingIn(desk, 'messages.edit_window_seconds').source], [60, 'model']);
        for (const [who, model] of [[ann, 'nowhere'], [cat, 'desk']]) assertRefused(await who.get(`/api/v1/settings?model=${model}`), 404, 'model_unknown', 'model');
        for (const answer of [all, desk, await ann.get('/api/v1/plugins'), await ann.get('/api/v1/server/state')]) {
            assert.equal(answer.text.includes(vouched), false);
            assert.equal(/Rivals|rival\.test/.test(answer.text), false);
            assert.equal(answer.text.includes(world.server.folder), false, 'where files lie is the operator\'s business');
        }
        const secret = settingIn(all, 'sessions.vouch_secret');
        assert.deepEqual([secret.secret, secret.value, secret.default], [true, true, null]);
        assert.equal(settingIn(await page(cat), 'sessions.vouch_secret').value, false);
    });

    story('a plugin is off and says why, is on, fails and is paused', async ({ ann, bob, world }) => {
        const off = await plugin(ann, 'silent');
        assert.deepEqual([off.on, off.trouble], [false, []]);
        assert.match(off.why_off, /plugins\.enable/);
        await writes(world.server, (file) => (file.plugins = { enable: ['silent'] }));
        assert.deepEqual([(await plugin(ann, 'silent')).on, (await plugin(ann, 'silent')).why_off], [true, '']);
        await ann.creates('channel', 'silence');
        for (let i = 0; i < 6; ++i) assertRefused(await ann.post(`${ann.pathOf('silence')}/messages`, { text: 'hello' }), 503, 'judge_unavailable');
        const paused = await eventually(async () => {
            const one = await plugin(ann, 'silent');
            return one.trouble.length > 0 ? one : undefined;
        }, 'the trouble to be told of');
        assert.match(paused.trouble[0], /not asked for message\.send check/);
        const part = paused.parts.find((one) => one.name === 'message.send check');
        assert.equal(part.paused, true);
        assert.ok(part.failures >= 5);
        for (const where of ['settings', 'plugins', 'server/state']) assertRefused(await bob.get(`/api/v1/${where}`), 403, 'permission_missing');
        world.server.logs = world.server.logs.filter((line) => line.plugin !== 'silent');
        await writes(world.server, (file) => delete file.plugins);
    });

    story('who is connected is counted, of one\'s own tenant', async ({ ann, bob, cat }) => {
        const people = async (who) => {
            const { people: n, connections } = await stateOf(who);
            return `${n} ${connections}`;
        };
        const becomes = (who, wanted) => eventually(async () => ((await people(who)) === wanted ? true : undefined), `${wanted} to be connected`);
        await becomes(ann, '0 0');
        await ann.connects();
        await ann.connects();
        await bob.connects();
        await becomes(ann, '2 3');
        assert.equal(await people(cat), '0 0');
    });
});
