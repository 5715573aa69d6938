// The widget's door in a running server, where it may be shown, and what a site signs for its users.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { changes } from './lib/configuration.js';
import { ask, askRaw } from './lib/http.js';
import { assertRefused, Person } from './lib/person.js';
import { temporaryFolder } from './lib/processes.js';
import { stories } from './lib/story.js';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const folder = process.env.PARLEY_PLUGIN_FILES ?? path.join(repository, 'build/debug/plugins');
const site = 'https://www.example.org';
const secret = 'the secret that the site shares with the tenant';
const tenants = {
    acme: {
        people: { ann: 'staff', bob: 'member', dan: 'admin' },
        settings: { hosts: ['127.0.0.1'], sessions: { guests: true, vouch_secret: secret }, plugins: { enable: ['widget'] }, widget: { sites: [site], staff: ['ann', 'nobody'] } },
    },
    calm: { people: { cat: 'admin' }, settings: { hosts: ['calm.test'] } },
};
const settings = { plugins: { folders: [folder], load: ['widget'] } };
const door = '/api/v1/widget/conversation';

async function guest(world, display_name) {
    const { body } = await ask(world.server.url, 'POST', '/api/v1/sessions/guest', { body: { display_name } });
    return Object.assign(new Person(world, display_name, { tenant: 'acme', role: 'guest', token: body.token }), { id: body.user.id });
}
async function opens(who) {
    const answer = await who.post(door, {});
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
}
const contacts = async (who) => (await who.get('/api/v1/conversations')).body.conversations.filter((one) => one.conversation.kind === 'contact');

for (const isolation of ['in_process', 'process'])
stories(`the widget, ${isolation}`, { tenants, settings: { ...settings, widget: { isolation } } }, (story) => {
    story('a guest who may open nothing has a conversation with the staff, and only one', async ({ ann, bob, world }) => {
        const eve = await guest(world, 'Eve');
        assertRefused(await eve.post('/api/v1/conversations', { kind: 'contact', name: 'Mine', members: [ann.id] }), 403, 'permission_missing');
        await ann.connects();
        const { conversation, created } = await opens(eve);
        assert.equal(created, true);
        assert.deepEqual(await opens(eve), { conversation, created: false });
        await eve.connects();
        assert.deepEqual((await eve.asks('widget.open', {})).body, { conversation, created: false });

        const { body } = await ann.get(`/api/v1/conversations/${conversation}`);
        assert.deepEqual([body.conversation.kind, body.conversation.name, body.membership.role], ['contact', 'Eve', 'member']);
        const { members } = (await ann.get(`/api/v1/conversations/${conversation}/members`)).body;
        assert.deepEqual(members.map((one) => one.user.username.replace(/^guest-\d+$/, 'guest')).sort(), ['ann', 'guest', 'widget-bot']);
        assert.equal((await eve.post(`/api/v1/conversations/${conversation}/messages`, { text: 'Hello' })).status, 201);
        assert.equal((await ann.post(`/api/v1/conversations/${conversation}/messages`, { text: 'Good day' })).status, 201);

        const mallory = await guest(world, 'Mallory');
        const other = await opens(mallory);
        assert.notEqual(other.conversation, conversation);
        for (const who of [mallory, bob]) assert.equal((await who.get(`/api/v1/conversations/${conversation}/messages`)).status, 404);
        assert.equal((await contacts(mallory)).length, 1);
    });

    story('whoever asks many times at once has one', async ({ world }) => {
        const eve = await guest(world, 'Impatient');
        const answers = await Promise.all(Array.from({ length: 12 }, () => eve.post(door, {})));
        for (const one of answers) assert.ok(one.status === 200 || one.body.code === 'widget_opening', one.text);
        assert.equal(new Set(answers.filter((one) => one.status === 200).map((one) => one.body.conversation)).size, 1);
        assert.equal((await contacts(eve)).length, 1);
    });

    story('nothing of it can be chosen by the visitor', async ({ ann, bob, world }) => {
        const eve = await guest(world, 'Chooser');
        const answer = await eve.post(door, { kind: 'channel', members: [bob.id], user: ann.id, name: 'Boss' });
        assert.equal(answer.status, 200, answer.text);
        const { body } = await eve.get(`/api/v1/conversations/${answer.body.conversation}`);
        assert.deepEqual([body.conversation.kind, body.conversation.name, body.membership.role], ['contact', 'Chooser', 'member']);
        assert.equal((await contacts(bob)).length, 0);
        assert.equal((await ask(world.server.url, 'POST', door, { body: {} })).status, 401);
    });

    story('when the staff has closed it, the next visit opens another', async ({ ann, world }) => {
        const eve = await guest(world, 'Again');
        const first = await opens(eve);
        assert.equal((await ann.post(`/api/v1/conversations/${first.conversation}/archive`, {})).status, 200);
        const second = await opens(eve);
        assert.deepEqual([second.created, second.conversation === first.conversation], [true, false]);
    });

    story('settings are taken over while the server runs: sites, staff, and where it is off', async ({ cat, world }) => {
        const { server } = world;
        const frame = async () => (await fetch(`${server.url}/widget/frame`)).headers.get('content-security-policy');
        const config = async (origin) => (await ask(server.url, 'GET', `/widget/config?site=${encodeURIComponent(origin)}`)).status;
        assert.match(await frame(), /frame-ancestors https:\/\/www\.example\.org$/);
        assert.deepEqual([await config(site), await config('https://evil.example'), await config('self')], [200, 404, 404]);
        assert.equal((await fetch(`${server.url}/widget/demo`)).status, 404);
        await changes(server, 'tenants/acme.yaml', (whole) => (whole.widget = { sites: ['https://other.example'], staff: ['nobody'], demo: true }));
        assert.match(await frame(), /frame-ancestors https:\/\/other\.example 'self'$/);
        assert.deepEqual([await config(site), await config('https://other.example'), await config('self')], [404, 200, 200]);
        assertRefused(await (await guest(world, 'Lonely')).post(door, {}), 503, 'widget_unstaffed');
        await assert.rejects(changes(server, 'tenants/acme.yaml', (whole) => (whole.widget.sites = ['https://x.example; script-src *'])), /origin/);
        await changes(server, 'tenants/acme.yaml', (whole) => (whole.widget = tenants.acme.settings.widget));
        for (const line of ['GET /widget/frame', 'GET /widget/v1.js', `POST ${door}`])
            assert.equal((await askRaw(server.url, `${line} HTTP/1.1\r\nHost: calm.test\r\nAuthorization: Bearer ${cat.token}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)).status, 404, line);
    });

    story('docs/run/widget.md signs what the server takes', async ({ world }) => {
        const page = readFileSync(path.join(repository, 'docs/run/widget.md'), 'utf8').replaceAll("'demo'", "'acme'").replaceAll('"demo"', '"acme"');
        const code = (language) => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(page)[1];
        const home = temporaryFolder('signing');
        const env = { ...process.env, PARLEY_VOUCH_SECRET: secret };
        writeFileSync(path.join(home, 'sign.mjs'), code('js'));
        writeFileSync(path.join(home, 'sign.py'), code('python'));
        const made = {
            node: execFileSync(process.execPath, ['--input-type=module', '-e', `import { chatAttributes } from ${JSON.stringify(pathToFileURL(path.join(home, 'sign.mjs')).href)}; console.log(JSON.stringify(chatAttributes('customer-7', 'Zoë Weiß')))`], { env }),
            python: execFileSync('python3', ['-c', "import json, sign; print(json.dumps(sign.chat_attributes('customer-7', 'Zoë Weiß')))"], { cwd: home, env }),
        };
        for (const [language, text] of Object.entries(made)) {
            const said = JSON.parse(text);
            const body = { user: said['data-user'], display_name: said['data-name'], expires: said['data-expires'], nonce: said['data-nonce'], signature: said['data-signature'] };
            const answer = await ask(world.server.url, 'POST', '/api/v1/sessions/vouch', { body });
            assert.deepEqual([answer.status, answer.body.user?.display_name], [201, 'Zoë Weiß'], `${language}: ${answer.text}`);
        }
    });
});
