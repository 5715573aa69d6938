// The operator's reload: who may, what it says, what the tenants' audit logs tell, and a thousand clients that notice
// nothing of a hundred of them.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Crowd } from './lib/crowd.js';
import { eventually } from './lib/deadline.js';
import { askRaw } from './lib/http.js';
import { assertRefused } from './lib/person.js';
import { temporaryFolder } from './lib/processes.js';
import { stories } from './lib/story.js';

const token = 'operator-0123456789-0123456789-0123456789';
const tokenFile = path.join(temporaryFolder('operator'), 'token');
writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });

const clients = 1000;
const reloads = 100;
const people = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`ann${i}`, i === 0 ? 'admin' : 'member']));
const tenants = { acme: { people }, globex: { people: { eve: 'admin' } } };
const settings = { server: { operator_token: { secret: { file: tokenFile } } } };

// The address is in no document that tenants read, so it is asked without them.
async function ask(server, { method = 'POST', shown = token, body, target = '/api/v1/operator/reload', headers = {} } = {}) {
    const all = { ...headers };
    if (shown) all.authorization = `Bearer ${shown}`;
    if (body !== undefined) all['content-type'] = 'application/json';
    const response = await fetch(server.url + target, { method, headers: all, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: text === '' ? undefined : JSON.parse(text) };
}

const fileOf = (server, name) => path.join(server.folder, 'tenants', `${name}.yaml`);
const hosts = { acme: 'hosts: ["127.0.0.1"]\n', globex: 'hosts: [globex.test]\n' };
const setTenant = (server, name, text = '') => writeFileSync(fileOf(server, name), hosts[name] + text);

const configuration = async (server) => (await (await fetch(`${server.url}/ready`)).json()).configuration;
async function reloadsCounted(server) {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const count = (outcome) => Number(new RegExp(`parley_config_reloads_total\\{outcome="${outcome}"\\} (\\d+)`).exec(text)[1]);
    return { applied: count('applied'), refused: count('refused') };
}

// Errors that a story causes on purpose are taken out of the log, so that all others still fail it.
function takeErrors(server) {
    const found = server.logs.filter((line) => line.level === 'error');
    server.logs = server.logs.filter((line) => line.level !== 'error');
    return found;
}

stories('the operator', { tenants, settings }, (story) => {
    story('shows a plan, applies it, and each tenant reads in its audit log what concerns it', async ({ ann0, ann1, eve, world }) => {
        const { server } = world;
        setTenant(server, 'acme');
        setTenant(server, 'globex');
        assert.equal((await ask(server)).status, 200);
        const { generation } = await configuration(server);

        setTenant(server, 'acme', 'messages: {max_bytes: 1234}\n');
        const plan = await ask(server, { body: { dry_run: true } });
        assert.equal(plan.status, 200, plan.text);
        assert.deepEqual([plan.body.applied, plan.body.generation, plan.body.wants_restart], [false, generation, false]);
        assert.deepEqual(plan.body.changes.map((one) => [one.scope, one.setting, one.after, one.takes_effect]), [['tenant/acme', 'messages.max_bytes', '1234', 'now']]);
        assert.match(plan.body.changes[0].set_by, /acme\.yaml:2:\d+$/);
        assert.equal((await configuration(server)).generation, generation, 'a look changes nothing');

        const done = await ask(server, { body: { dry_run: false, force: true } });
        assert.deepEqual([done.status, done.body.applied, done.body.generation, done.body.ignored], [200, true, generation + 1, ['force']]);
        assert.deepEqual(done.body.changes, plan.body.changes);
        await ann0.creates('channel', 'limits', { members: [ann1] });
        assertRefused(await ann1.post(`${ann1.pathOf('limits')}/messages`, { text: 'x'.repeat(1235) }), 400, 'text_too_long');

        const entry = await eventually(async () => (await ann0.get('/api/v1/audit?action=settings.changed')).body.entries.find((one) => one.details.generation === generation + 1), 'the audit log to tell');
        assert.deepEqual(entry.details, { by: 'operator', generation: generation + 1, changes: [{ setting: 'messages.max_bytes', from: '65536', to: '1234' }] });
        assert.deepEqual([entry.actor, entry.address, entry.request_id], [null, '127.0.0.1', done.headers.get('x-request-id')]);
        const theirs = await askRaw(server.url, `GET /api/v1/audit?action=settings.changed HTTP/1.1\r\nHost: globex.test\r\nAuthorization: Bearer ${eve.token}\r\nConnection: close\r\n\r\n`);
        assert.deepEqual(theirs.body.entries.flatMap((one) => one.details.changes.map((each) => each.setting)), ['hosts']);

        // By the tool, and by a bare signal.
        setTenant(server, 'acme', 'messages: {max_bytes: 2345}\n');
        await server.cli('config', 'reload');
        const byTool = await eventually(async () => (await ann0.get('/api/v1/audit?action=settings.changed&limit=1')).body.entries.find((one) => one.details.by === 'tool'), 'the tool to be named');
        assert.equal(byTool.details.changes[0].to, '2345');
        setTenant(server, 'acme', 'messages: {max_bytes: 3456}\n');
        server.process.signal('SIGHUP');
        const bySignal = await eventually(async () => (await ann0.get('/api/v1/audit?action=settings.changed&limit=1')).body.entries.find((one) => one.details.by === 'signal'), 'the signal to be named');
        assert.equal(bySignal.details.changes[0].to, '3456');
        const told = server.logs.filter((line) => line.message === 'configuration reloaded').map((line) => line.by);
        assert.deepEqual(told.slice(-3), ['operator', 'tool', 'signal']);
    });

    story('a wrong configuration is refused with every place, and nothing of it holds', async ({ world }) => {
        const { server } = world;
        const before = await configuration(server);
        setTenant(server, 'acme', 'messages: {max_bytes: few}\nhosts: [7]\n');
        setTenant(server, 'globex', 'display_nam: Globex\n');
        for (const dry_run of [true, false]) {
            const refused = await ask(server, { body: { dry_run } });
            assertRefused(refused, 422, 'configuration_invalid');
            assert.equal(refused.headers.get('content-type'), 'application/problem+json');
            const at = refused.body.problems.map((one) => `${path.basename(one.file)}:${one.line}:${one.column}`);
            assert.ok(at.includes('acme.yaml:2:23') && at.includes('globex.yaml:2:1') && at.some((one) => one.startsWith('acme.yaml:3:')), at.join());
            assert.equal(refused.body.generation, before.generation);
        }
        assert.equal((await configuration(server)).generation, before.generation);
        setTenant(server, 'acme');
        setTenant(server, 'globex');
        assert.equal((await ask(server)).status, 200);
        assert.ok(takeErrors(server).every((line) => /^configuration /.test(line.message)));
    });

    story('is nobody without the token, is told to wait when guessing, and leaves no token behind', async ({ ann0, world }) => {
        const { server } = world;
        const head = { method: 'POST', shown: null };
        assertRefused(await ask(server, head), 401, 'operator_token_wrong');
        assertRefused(await ask(server, { shown: ann0.token }), 401, 'operator_token_wrong');
        assertRefused(await ask(server, { shown: null, headers: { cookie: `__Host-parley=${token}` } }), 401, 'operator_token_wrong');
        assertRefused(await ask(server, { shown: null, target: `/api/v1/operator/reload?token=${token.slice(0, 8)}` }), 401, 'operator_token_wrong');
        assertRefused(await ask(server, { shown: `${token}x` }), 401, 'operator_token_wrong');
        const slowed = await ask(server, { shown: 'guess' });
        assertRefused(slowed, 429, 'too_many_tries');
        assert.ok(Number(slowed.headers.get('retry-after')) >= 1);
        assert.ok(server.logs.some((line) => line.message === "an operator's request was refused" && line.remote === '127.0.0.1'));
        // A tenant's admin is no operator, and the address is in no document of theirs.
        assert.doesNotMatch((await ann0.get('/api/v1/openapi.json')).text, /\/operator|"operator\./);
        await ann0.connects();
        assertRefused(await ann0.asks('operator.reload'), 404, 'command_unknown');
        for (const text of [server.process.output, readFileSync(path.join(server.folder, 'var/running-config.json'), 'utf8')]) assert.ok(!text.includes(token.slice(0, 16)), 'the token was written down');
    });

    story('whose token is taken away, finds an address that is not there', async ({ world }) => {
        const { server } = world;
        const main = path.join(server.folder, 'parley.yaml');
        const whole = JSON.parse(readFileSync(main, 'utf8'));
        const { operator_token, ...rest } = whole.server;
        writeFileSync(main, JSON.stringify({ ...whole, server: rest }, null, 2));
        await server.cli('config', 'reload');
        const same = ({ status, body: { request_id, ...more } }) => ({ status, ...more });
        assert.deepEqual(same(await ask(server)), same(await ask(server, { target: '/api/v1/operator/nothing' })));
        assert.equal((await ask(server)).status, 404);
        writeFileSync(main, JSON.stringify(whole, null, 2));
        await server.cli('config', 'reload');
        // Tries from here are still slowed, which says that the address is there again.
        assert.ok([200, 429].includes((await ask(server)).status));
    });
});

stories('a crowd', { tenants: { acme: { people } }, settings }, (story) => {
    story(`${clients} connected clients notice nothing of ${reloads} reloads`, async ({ ann0, world, t }) => {
        const { server } = world;
        await ann0.creates('channel', 'square', { members: Object.values(world.people).slice(1) });
        setTenant(server, 'acme', 'messages: {max_bytes: 999}\n');
        assert.equal((await ask(server)).status, 200);
        const began = Date.now();
        const crowd = await Crowd.gather(server.url, Object.values(world.people), clients);
        const gathered = Date.now();

        // Somebody talks all the while, also while a reload is under way.
        const target = `${ann0.pathOf('square')}/messages`;
        let said = 0;
        let talking = true;
        const talk = (async () => {
            while (talking) {
                const answer = await ann0.post(target, { text: `message ${said + 1}` });
                assert.equal(answer.status, 201, answer.text);
                assert.equal(answer.body.seq, ++said);
                await new Promise((resolve) => setTimeout(resolve, 20));
            }
        })();

        const first = await configuration(server);
        const counted = await reloadsCounted(server);
        let [applied, refused, limit] = [0, 0, 999];
        const by = { signal: 'signal', api: 'operator' };
        const reload = {
            signal: async (valid) => {
                server.process.signal('SIGHUP');
                const wanted = valid ? counted.applied + applied : counted.refused + refused;
                await eventually(async () => ((await reloadsCounted(server))[valid ? 'applied' : 'refused'] === wanted ? true : undefined), `reload ${applied + refused}`);
                return [];
            },
            api: async (valid) => {
                const answer = await ask(server);
                assert.equal(answer.status, valid ? 200 : 422, answer.text);
                return (answer.body.problems ?? []).map((one) => `${one.file}:${one.line}:${one.column}: ${one.setting}: ${one.message}`);
            },
        };
        // What the log says of a refused reload; its last line comes last.
        const refusal = async (way) => {
            await eventually(() => server.logs.find((line) => line.message.startsWith('configuration not reloaded') && line.by === by[way]), 'the log to tell of the refusal');
            return takeErrors(server).filter((line) => line.message === 'configuration is wrong').map((line) => line.problem);
        };
        try {
            for (let i = 0; i < reloads; ++i) {
                const way = i % 2 === 0 ? 'signal' : 'api';
                const valid = Math.floor(i / 2) % 2 === 0;
                setTenant(server, 'acme', valid ? `messages: {max_bytes: ${1000 + i}}\n` : `messages: {max_bytes: ${1000 + i}, max_byts: 1}\npresence: {typing_seconds: long}\n`);
                if (valid) [applied, limit] = [applied + 1, 1000 + i];
                else refused += 1;
                const answered = await reload[way](valid);
                if (!valid) {
                    const problems = await refusal(way);
                    assert.equal(problems.length, 2, `${way}: ${problems.join('\n')}`);
                    assert.ok(problems[0].includes('acme.yaml:2:29: ') && problems[1].includes('acme.yaml:3:28: '), problems.join('\n'));
                    if (way === 'api') assert.deepEqual(answered, problems);
                }
                const now = await configuration(server);
                assert.deepEqual([now.generation, now.last_reload], [first.generation + applied, valid ? 'applied' : 'refused'], way);
                // In force is what was valid last, and no byte of what was not.
                const tooLong = await ann0.post(target, { text: 'x'.repeat(limit + 1) });
                assertRefused(tooLong, 400, 'text_too_long');
                assert.ok(tooLong.body.detail.includes(` ${limit} bytes`), tooLong.body.detail);
            }
        } finally {
            talking = false;
            await talk;
        }
        assert.deepEqual([applied, refused], [reloads / 2, reloads / 2]);
        assert.ok(said >= reloads / 2, `only ${said} messages flowed`);
        const reloaded = Date.now();
        await crowd.heardExactly(1, said);
        t.diagnostic(`${clients} clients in ${gathered - began} ms, ${reloads} reloads and ${said} messages (${said * clients} deliveries) in ${reloaded - gathered} ms`);
        await crowd.disperse();
    });
});
