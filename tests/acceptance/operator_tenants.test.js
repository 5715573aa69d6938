// The operator's tenants over HTTP: made, closed on every way in and opened again; and nobody else's, whatever roles.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './lib/deadline.js';
import { png } from './lib/files.js';
import { done, given, makes } from './lib/links.js';
import { assertRefused } from './lib/person.js';
import { temporaryFolder } from './lib/processes.js';
import { Socket } from './lib/socket.js';
import { stories } from './lib/story.js';
import { Visitor } from './lib/visitor.js';

const own = process.env.PARLEY_PLUGIN_FILES ?? fileURLToPath(new URL('../../build/debug/plugins', import.meta.url));
const token = 'operator-0123456789-0123456789-0123456789';
const tokenFile = path.join(temporaryFolder('operator'), 'token');
writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
const password = 'correct horse battery';
const enable = ['attachments', 'share_links', 'webapp', 'widget'];
const tenants = {
    acme: { people: { ann: { role: 'admin', password }, bob: 'member' }, settings: { hosts: ['acme.test'], sessions: { guests: true }, plugins: { enable }, widget: { staff: ['ann'] } } },
    globex: { people: { eve: 'admin' }, settings: { hosts: ['globex.test'] } },
};
const settings = { server: { operator_token: { secret: { file: tokenFile } } }, plugins: { folders: [own], load: enable } };

// The addresses are in no document that tenants read, so they are asked without them.
async function ask(server, method, name = '', body, shown = token) {
    const headers = { authorization: `Bearer ${shown}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const response = await fetch(`${server.url}/api/v1/operator/tenants${name && `/${name}`}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: text === '' ? undefined : JSON.parse(text) };
}
const said = async (server, method, name, body, status = 200) => done(ask(server, method, name, body), status);
const listed = async (server, name) => (await said(server, 'GET')).tenants.find((one) => one.name === name);
const formOf = (server, name) => path.join(server.folder, 'forms', `${name}.yaml`);
const json = { 'content-type': 'application/json' };
const at = (world, host) => new Visitor(world.server, { host });
const posts = (visitor, target, body) => visitor.asks('POST', target, { headers: json, body: JSON.stringify(body) });
const codeOf = (answer) => `${answer.status} ${/^\{/.test(answer.text) ? JSON.parse(answer.text).code : ''}`;

stories("the operator's tenants", { tenants, settings }, (story) => {
    story('are listed, one more is made, and its first administrator comes in with a code', async ({ ann, world }) => {
        const { server } = world;
        const acme = await listed(server, 'acme');
        assert.deepEqual([acme.enabled, acme.configured, acme.hosts, acme.users], [true, true, ['acme.test'], 2]);
        await ann.creates('channel', 'counted');
        await ann.sends('counted', 'One');
        const more = await listed(server, 'acme');
        assert.deepEqual([more.conversations - acme.conversations, more.messages - acme.messages], [1, 1]);

        const wish = { name: 'zoo', hosts: ['zoo.test'], display_name: 'The zoo', administrator: { username: 'zoe', display_name: 'Zoe' } };
        const look = await said(server, 'POST', '', { ...wish, dry_run: true });
        assert.equal(look.applied, false);
        for (const hosts of [['acme.test'], ['no host']]) assertRefused(await ask(server, 'POST', '', { ...wish, hosts }), 422, 'configuration_invalid');
        assertRefused(await ask(server, 'POST', '', { ...wish, administrator: { username: 'no name' } }), 400, 'username_invalid', 'administrator.username');
        assert.equal(await listed(server, 'zoo'), undefined, 'neither a look nor what is refused makes anything');
        assert.equal(existsSync(formOf(server, 'zoo')), false);

        const made = await said(server, 'POST', '', wish, 201);
        assert.deepEqual([made.tenant.name, made.tenant.hosts, made.tenant.display_name, made.administrator.username], ['zoo', ['zoo.test'], 'The zoo', 'zoe']);
        assert.match(readFileSync(formOf(server, 'zoo'), 'utf8'), /hosts: \["zoo\.test"\]/);
        assertRefused(await ask(server, 'POST', '', wish), 409, 'tenant_exists', 'name');
        assert.equal((await listed(server, 'zoo')).users, 1);

        const zoo = at(world, 'zoo.test');
        assert.equal((await posts(zoo, '/api/v1/passwords/reset', { token: made.administrator.code, password })).status, 200);
        assert.equal((await posts(zoo, '/api/v1/passwords/reset', { token: made.administrator.code, password })).status, 410, 'once');
        const session = await posts(zoo, '/api/v1/sessions', { username: 'zoe', password });
        assert.equal(session.status, 201, session.text);
        const zoe = { authorization: `Bearer ${JSON.parse(session.text).token}` };
        assert.equal(JSON.parse((await zoo.get('/api/v1/users/me', zoe)).text).role, 'admin');
        assert.deepEqual(JSON.parse((await zoo.get('/api/v1/users', zoe)).text).users.map((one) => one.username), ['zoe'], 'she sees her own place and no other');
        const audit = JSON.parse((await zoo.get('/api/v1/audit', zoe)).text).entries;
        assert.equal(audit.find((one) => one.action === 'user.created').address, '127.0.0.1');
        // The answer does not wait for this line.
        await eventually(async () => (JSON.parse((await zoo.get('/api/v1/audit?action=settings.changed', zoe)).text).entries.length > 0 ? true : undefined), 'the audit log to tell of the settings');
        // What was made is there after a restart, too.
        await server.stop();
        await server.start();
        assert.equal((await zoo.get('/api/v1/users/me', zoe)).status, 200);
    });

    story('one is closed on every way in, open ones too, and opened again nothing is lost', async ({ ann, bob, eve, world }) => {
        const { server } = world;
        await ann.creates('channel', 'lobby', { members: [bob] });
        await ann.sends('lobby', 'Before');
        const file = await given(ann, 'lobby', 'harbour.png', png);
        const link = await makes(ann, 'lobby', { file: file.file });
        const browser = at(world, 'acme.test');
        const signIn = await posts(browser, '/api/v1/sessions', { username: 'ann', password, cookie: true });
        assert.equal(signIn.status, 201, signIn.text);
        const cookie = browser.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
        const guest = JSON.parse((await posts(browser, '/api/v1/sessions/guest', { display_name: 'Gus' })).text);
        await bob.connects();
        await eve.connects();
        const { position } = (await bob.get('/api/v1/snapshot')).body;
        const waiting = bob.get(`/api/v1/events/wait?since=${position}&seconds=20`);
        await eventually(async () => ((await ann.get(`/api/v1/presence?users=${bob.id}`)).body.presence.length > 0 ? true : undefined), 'bob to be there');
        const { paths } = (await ann.get('/api/v1/openapi.json')).body;
        // By name, by a token under another name, by a cookie, and as a guest of the widget; each that is there when it is open.
        const files = `/api/v1/files/${file.file}/content`;
        const ways = {
            'a page': () => browser.get('/webapp/'),
            'the first page': () => browser.get('/'),
            'a share link': () => browser.get(link.path),
            'the widget': () => browser.get('/widget/v1.js'),
            "the widget's door": () => bob.request('POST', '/api/v1/widget/conversation', {}, { token: guest.token }),
            'a file': () => bob.get(files),
            'the documents': () => browser.get('/api/v1/openapi.json'),
            'a cookie': () => browser.get('/api/v1/users/me', { cookie }),
            'a guest': () => posts(browser, '/api/v1/sessions/guest', { display_name: 'Gil' }),
            'a password': () => posts(browser, '/api/v1/sessions', { username: 'ann', password }),
            'a token': () => bob.get('/api/v1/users/me'),
            'waiting': () => bob.get(`/api/v1/events/wait?since=${position}&seconds=0`),
        };
        const standing = async () => Object.fromEntries(await Promise.all(Object.entries(ways).map(async ([name, way]) => [name, codeOf(await way())])));
        const open = await standing();
        for (const [name, answer] of Object.entries(open)) assert.match(answer, /^[23]/, name);

        const before = await listed(server, 'acme');
        const plan = await said(server, 'PATCH', 'acme', { enabled: false, dry_run: true });
        assert.deepEqual([plan.applied, plan.enabled], [false, true]);
        assert.equal((await bob.get('/api/v1/users/me')).status, 200, 'a look closes nothing');
        const closed = await said(server, 'PATCH', 'acme', { enabled: false });
        assert.deepEqual([closed.applied, closed.enabled], [true, false]);
        assert.deepEqual(await standing(), Object.fromEntries(Object.keys(ways).map((name) => [name, '403 tenant_disabled'])));
        assert.deepEqual(await bob.socket.ends(), { code: 1008, reason: 'tenant disabled' });
        const answer = await waiting;
        assert.ok(answer.status === 200 || codeOf(answer) === '403 tenant_disabled', answer.text);
        await assert.rejects(Socket.open(bob.url, { token: bob.token }));
        let [asked, refused] = [0, 0];
        for (const [target, methods] of Object.entries(paths))
            for (const method of Object.keys(methods).filter((one) => ['get', 'post', 'put', 'patch', 'delete'].includes(one))) {
                const filled = target.replace(/\{[^}]*\}/g, '1');
                const body = method === 'get' ? {} : { headers: json, body: '{}' };
                // Under a name of no tenant there is nothing for who is nobody, open or closed.
                const byToken = codeOf(await ann.request(method.toUpperCase(), filled, method === 'get' ? undefined : {}));
                assert.ok(['403 tenant_disabled', '404 host_unknown'].includes(byToken), `${method} ${filled}: ${byToken}`);
                if (byToken.startsWith('403')) ++refused;
                assert.equal(codeOf(await at(world, 'acme.test').asks(method.toUpperCase(), filled, body)), '403 tenant_disabled', `${method} ${filled}`);
                ++asked;
            }
        assert.ok(asked > 100 && refused > 90, `only ${refused} of ${asked} operations?`);
        assert.equal((await eve.get('/api/v1/users/me')).status, 200, 'others notice nothing');
        assert.equal(eve.socket.end, undefined);
        const shut = await listed(server, 'acme');
        assert.deepEqual([shut.enabled, shut.users, shut.messages], [false, before.users, before.messages]);
        const byTool = new Map(JSON.parse(await server.cli('--json', 'tenant', 'list')).map((one) => [one.name, one.enabled]));
        assert.deepEqual([byTool.get('acme'), byTool.get('globex')], [false, true]);
        // Neither a restart nor a reload opens it.
        await server.cli('config', 'reload');
        assertRefused(await bob.get('/api/v1/users/me'), 403, 'tenant_disabled');

        await said(server, 'PATCH', 'acme', { enabled: true });
        const again = await standing();
        assert.deepEqual(again, open);
        assert.deepEqual((await bob.reads('lobby')).map((one) => one.text).filter(Boolean), ['Before']);
        await bob.resumes(position);
        await eventually(async () => {
            const told = (await ann.get('/api/v1/audit?action=settings.changed')).body.entries.filter((one) => one.details.by === 'operator').flatMap((one) => one.details.changes.filter((each) => each.setting === 'enabled').map((each) => each.to));
            return told.join() === 'true,false' ? true : undefined;
        }, 'the audit log to tell of both');
    });

    story("are nobody else's, whatever the roles", async ({ ann, eve, world }) => {
        const { server } = world;
        for (const [method, name, body] of [['GET'], ['POST', '', { name: 'mine', administrator: { username: 'me' } }], ['PATCH', 'globex', { enabled: false }]])
            assertRefused(await ask(server, method, name, body, ann.token), 401, 'operator_token_wrong');
        assert.equal((await listed(server, 'globex')).enabled, true);
        assert.equal(await listed(server, 'mine'), undefined);
        const { revision } = (await ann.get('/api/v1/settings')).body.forms;
        for (const [setting, value] of [['enabled', false], ['hosts', ['globex.test']], ['display_name', 'Mine']])
            assertRefused(await ann.patch('/api/v1/settings', { revision, changes: { [setting]: value } }), 403, 'setting_kept', `changes.${setting}`);
        for (const name of ['..%2Facme', 'ACME', '%00']) assertRefused(await ask(server, 'PATCH', name, { enabled: false }), 400, 'name_invalid', 'name');
        assertRefused(await ask(server, 'PATCH', 'nobody', { enabled: false }), 404, 'tenant_unknown', 'name');
        assertRefused(await ask(server, 'DELETE', 'acme'), 405, 'method_not_allowed');
        assert.doesNotMatch((await ann.get('/api/v1/openapi.json')).text, /\/operator|"operator\./);
        await eve.connects();
        assertRefused(await eve.asks('operator.tenants'), 404, 'command_unknown');
        // Whoever guesses waits, with the right token, too.
        let refused;
        for (let i = 0; i < 6; ++i) refused = await ask(server, 'GET', '', undefined, `guess ${i}`);
        assertRefused(refused, 429, 'too_many_tries');
        assertRefused(await ask(server, 'GET'), 429, 'too_many_tries');
        assert.ok(!server.process.output.includes(token.slice(0, 16)), 'the token was written down');
    });
});
