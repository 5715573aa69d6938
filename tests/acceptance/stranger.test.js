// Eve runs a tenant of her own on the same server, has the API documents and time. She tries what comes to mind, and
// nothing she is told has a word or an id of Acme in it.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import WebSocket from 'ws';
import { knock, shownOf } from './lib/alike.js';
import { askRaw } from './lib/http.js';
import { stories } from './lib/story.js';

const password = 'correct horse battery';
const vouch_secret = 'both sites were given the same one, by mistake';
const header = 'X-Parley-Tenant';
const tenants = {
    acme: {
        people: { ann: { role: 'admin', password }, bob: { role: 'member', password } },
        settings: { display_name: 'Acme Corporation', hosts: ['acme.test'], sessions: { guests: true, vouch_secret } },
    },
    globex: { people: { eve: { role: 'admin', password } }, settings: { hosts: ['globex.test'], sessions: { guests: true, vouch_secret } } },
};
// Nobody here comes from there, so nobody's word about the tenant is believed.
const settings = { server: { trusted_proxies: ['10.0.0.0/8'], tenant_header: header } };

stories('a stranger', { tenants, settings }, (story) => {
    let heard = [];
    const asks = async (who, method, target, more = {}) => {
        const answer = await knock(who.url, method, target, { host: 'globex.test', ...more, headers: { authorization: `Bearer ${who.token}`, ...more.headers } });
        heard.push(`${method} ${target} ${JSON.stringify(more)}: ${answer.status} ${answer.text} ${JSON.stringify([...answer.headers])}`);
        return answer;
    };
    const signsIn = (who, host, username, more = {}) => knock(who.url, 'POST', '/api/v1/sessions', { host, body: { username, password, ...more } });

    // What Acme has, and which words of it nobody else may come by.
    async function live({ ann, bob, world }) {
        const name = `Volcano lair ${++world.marks}`;
        await ann.creates('channel', name, { members: [bob], topic: 'Sharks with lasers' });
        const said = await ann.sends(name, 'World domination @bob', { client_key: `plan ${world.marks}` });
        await ann.opensDirect(bob);
        const words = ['Volcano', 'lasers', 'domination', 'Acme', '"acme"', `"${ann.id}"`, `"${bob.id}"`, `"${said.id}"`, `"${ann.idOf(name)}"`];
        heard = [];
        const learntNothing = () => {
            for (const one of heard) for (const word of words) assert.ok(!one.slice(one.indexOf(': ')).includes(word), `${word} in ${one.slice(0, 1000)}`);
            return heard.length;
        };
        return { name, said, conversation: ann.idOf(name), learntNothing };
    }

    story('looking for ids, names, counts and positions', async ({ ann, bob, eve, world, t }) => {
        const acme = await live({ ann, bob, world });
        const end = async () => (await asks(eve, 'GET', '/api/v1/events?since=0')).body.log_end;
        const before = await end();
        const nothing = shownOf(await asks(eve, 'GET', '/api/v1/conversations/1'));
        for (const start of [acme.conversation, acme.said.id, ann.id].map(BigInt))
            for (let i = -20n; i <= 20n; ++i)
                for (const kind of ['conversations', 'messages', 'users']) {
                    const { status, body } = await asks(eve, 'GET', `/api/v1/${kind}/${start + i}`);
                    assert.deepEqual([status, body.code, body.detail.replace(/\w+\.$/, '')], [404, 'not_found', nothing.body.detail.replace(/\w+\.$/, '')]);
                }
        for (const prefix of ['', 'a', 'ann', 'ANN', 'b', '%25', '_', '*', '%00', 'a%25', "'--", '%5c'])
            for (const target of [`users?prefix=${prefix}`, `users?after=${prefix}`, `conversations/browse?contains=${prefix}`, `audit?action=${prefix}`]) await asks(eve, 'GET', `/api/v1/${target}`);
        for (const target of ['conversations', 'snapshot', 'sessions', 'tokens', `audit?actor=${ann.id}`, `presence?users=${ann.id},${bob.id}`, `tokens?user=${bob.id}`, 'events?since=0&limit=1000']) await asks(eve, 'GET', `/api/v1/${target}`);
        const ofThem = await asks(eve, 'GET', `/api/v1/users/${ann.id}`, { headers: { 'if-none-match': '*' } });
        assert.equal(ofThem.status, 404);

        // The names of the one are free in the other, and its positions are its own.
        assert.equal((await asks(eve, 'POST', '/api/v1/users', { body: { username: `bob${world.marks}` } })).status, 201);
        assert.equal((await asks(eve, 'POST', '/api/v1/users', { body: { username: 'ann' } })).status, world.eveMadeAnn ? 409 : 201);
        world.eveMadeAnn = true;
        const own = (await asks(eve, 'POST', '/api/v1/conversations', { body: { kind: 'channel', visibility: 'public', name: 'Mine' } })).body.conversation;
        const mine = await asks(eve, 'POST', `/api/v1/conversations/${own.id}/messages`, { body: { text: '@ann @bob #lair', client_key: `plan ${world.marks}` } });
        assert.deepEqual([mine.status, mine.body.conversation], [201, own.id], 'the key of somebody else is free as well');
        for (const body of [{ text: 'x', reply_to: acme.said.id }, { text: 'x', thread_root: acme.said.id }]) assert.equal((await asks(eve, 'POST', `/api/v1/conversations/${own.id}/messages`, { body })).status, 400);
        for (const body of [{ kind: 'group_direct', members: [ann.id, bob.id] }, { kind: 'group', name: 'x', members: [bob.id] }]) assert.equal((await asks(eve, 'POST', '/api/v1/conversations', { body })).status, 400);
        const position = await end();
        for (let i = 0; i < 5; ++i) await ann.sends(acme.name, 'More of it');
        assert.equal(await end(), position);
        assert.ok(position > before);
        const theirs = (await ann.get('/api/v1/events?since=0')).body.log_end;
        const late = await asks(eve, 'GET', `/api/v1/events?since=${theirs + 1000}`);
        assert.equal(late.status, 410);
        t.diagnostic(`${acme.learntNothing()} answers`);
    });

    story('being taken for somebody of the other tenant', async ({ ann, bob, eve, world, t }) => {
        const acme = await live({ ann, bob, world });
        const target = `/api/v1/conversations/${acme.conversation}`;
        const garbage = shownOf(await asks(eve, 'GET', '/api/v1/users/me', { host: 'acme.test', headers: { authorization: 'Bearer nonsense' } }));
        assert.equal(garbage.status, 401);
        for (const host of ['acme.test', 'ACME.TEST', 'acme.test.', 'acme.test:80', 'acme.test:99999'])
            assert.deepEqual(shownOf(await asks(eve, 'GET', '/api/v1/users/me', { host })), garbage, `her token at ${host}`);
        for (const host of ['globex.test, acme.test', 'globex.test acme.test', 'acme.test@globex.test', 'globex.test#acme.test', 'globex.test/acme.test', 'globex.test:acme.test', '[acme.test]', '', 'unknown.test']) {
            const { status } = await asks(eve, 'GET', target, { host });
            assert.ok([400, 401, 404].includes(status), `${host}: ${status}`);
        }
        const names = ['X-Forwarded-Host', 'X-Host', 'X-Original-Host', 'X-Forwarded-Server', 'Forwarded', header, 'X-Tenant', 'X-Tenant-Id', 'X-Original-URL', 'X-Rewrite-URL', 'X-Forwarded-For', 'X-Real-IP'];
        for (const name of names)
            for (const value of ['acme', 'acme.test', 'host=acme.test', 'for=10.0.0.1;host=acme.test', target, '10.0.0.1', '127.0.0.1']) {
                const { status } = await asks(eve, 'GET', target, { headers: { [name]: value, 'X-Forwarded-Proto': 'https' } });
                assert.equal(status, 404, `${name}: ${value}`);
                assert.equal((await asks(eve, 'GET', '/api/v1/server', { headers: { [name]: value } })).body.tenant.name, 'globex');
            }
        for (const query of ['tenant=acme', 'tenant_id=1', 'host=acme.test', `token=${ann.token}x`]) assert.equal((await asks(eve, 'GET', `${target}?${query}`)).status, 404);

        // Her socket is hers wherever it is opened, and at Acme it is not opened.
        const opens = (host, headers) =>
            new Promise((resolve) => {
                const socket = new WebSocket(`${eve.url.replace('http', 'ws')}/api/v1/socket`, { headers: { host, ...headers } });
                socket.on('unexpected-response', (_, answer) => resolve(answer.statusCode) ?? answer.resume());
                socket.on('error', () => resolve('refused'));
                socket.on('open', () => resolve('open') ?? socket.terminate());
            });
        const asEve = { authorization: `Bearer ${eve.token}` };
        assert.equal(await opens('globex.test', asEve), 'open');
        assert.equal(await opens('acme.test', asEve), 401);
        assert.equal(await opens('globex.test', { ...asEve, [header]: 'acme' }), 'open', 'a header that nobody trusts changes nothing');

        // What one host gave is nothing at the other, and trying it does no harm.
        const theirs = (await signsIn(ann, 'acme.test', 'bob')).body;
        const cookies = Object.fromEntries(await Promise.all([['acme', 'bob'], ['globex', 'eve']].map(async ([tenant, name]) => {
            const answer = await signsIn(ann, `${tenant}.test`, name, { cookie: true });
            return [tenant, answer.headers.get('set-cookie').split(';')[0]];
        })));
        for (const [host, cookie] of [['globex.test', cookies.acme], ['acme.test', cookies.globex]]) {
            const { status } = await knock(ann.url, 'GET', '/api/v1/users/me', { host, headers: { cookie } });
            assert.equal(status, 401, host);
            assert.equal(await opens(host, { cookie, origin: `http://${host}` }), 401);
        }
        assert.equal((await knock(ann.url, 'GET', '/api/v1/users/me', { host: 'acme.test', headers: { cookie: cookies.acme } })).status, 200);
        const refresh = { body: { refresh_token: theirs.refresh_token } };
        assert.equal((await asks(eve, 'POST', '/api/v1/sessions/refresh', refresh)).status, 401);
        assert.equal((await knock(ann.url, 'POST', '/api/v1/sessions/refresh', { host: 'acme.test', ...refresh })).status, 200, 'it was not used up');
        const link = (await ann.post(`/api/v1/users/${bob.id}/password_reset`)).body.token;
        const reset = { body: { token: link, password } };
        assert.equal((await asks(eve, 'POST', '/api/v1/passwords/reset', reset)).status, 410);
        assert.equal((await knock(ann.url, 'POST', '/api/v1/passwords/reset', { host: 'acme.test', ...reset })).status, 200);
        assert.equal((await signsIn(eve, 'globex.test', 'bob')).status, 401);
        const expires = Math.floor(Date.now() / 1000) + 60;
        const vouch = (tenant, user) => ({ user, expires, signature: createHmac('sha256', vouch_secret).update(`parley-vouch-1\n${tenant}\n${user}\n\n${expires}\n`).digest('hex') });
        const user = `customer ${world.marks}`;
        assert.equal((await asks(eve, 'POST', '/api/v1/sessions/vouch', { body: vouch('acme', user) })).status, 401);
        assert.equal((await asks(eve, 'POST', '/api/v1/sessions/vouch', { body: vouch('globex', user) })).status, 201);
        t.diagnostic(`${acme.learntNothing()} answers`);
    });

    story('tricks with paths and methods', async ({ ann, bob, eve, world, t }) => {
        const acme = await live({ ann, bob, world });
        const { conversation } = acme;
        const paths = [`/api/v1/conversations/${conversation}/`, `/api/v1//conversations/${conversation}`, `/api/v1/conversations/${conversation}/../${conversation}`, `/api/v1/conversations/%2e%2e/conversations/${conversation}`,
            `/api/v1/users/me/../../conversations/${conversation}`, `/api/v1/users/me%2f..%2f..%2fconversations%2f${conversation}`, `/api/v1/conversations/${conversation}%00`, `/api/v1/conversations/${conversation};x`, `/api/v1/conversations/0${conversation}`,
            `/api/v1/conversations/${conversation}%20`, `/api/v1/conversations/+${conversation}`, `/api/v1/conversations/${conversation}.json`, `/api/v1/conversations\\${conversation}`, `/API/V1/conversations/${conversation}`, '/api/v1/../../etc/passwd', '/.env', '/parley.yaml',
            '/tenants/acme.yaml', '/var/parley.db', '/api/v1/tenants', '/api/v1/tenants/acme', '/api/v1/admin', '/api/v1/debug', '/api/v1/conversations/*', '/api/v1/conversations/all', `/api/v1/conversations/${conversation}/members/${ann.id}/..`];
        for (const path of paths) {
            const answer = await askRaw(eve.url, `GET ${path} HTTP/1.1\r\nHost: globex.test\r\nAuthorization: Bearer ${eve.token}\r\nConnection: close\r\n\r\n`);
            heard.push(`GET ${path}: ${answer.status} ${answer.text}`);
            assert.ok([400, 404].includes(answer.status), `${path}: ${answer.status}`);
        }
        const overrides = [['X-HTTP-Method-Override', 'DELETE'], ['X-HTTP-Method', 'DELETE'], ['X-Method-Override', 'PATCH']];
        const own = (await asks(eve, 'POST', '/api/v1/conversations', { body: { kind: 'channel', visibility: 'public', name: 'Mine' } })).body.conversation;
        for (const [name, value] of overrides) assert.equal((await asks(eve, 'GET', `/api/v1/conversations/${own.id}?_method=DELETE`, { headers: { [name]: value } })).status, 200);
        assert.equal((await asks(eve, 'GET', `/api/v1/conversations/${own.id}`)).status, 200, 'it is still there');
        for (const method of ['TRACE', 'CONNECT', 'PROPFIND', 'get', 'DEBUG', 'OPTIONS', 'HEAD']) {
            const answer = await askRaw(eve.url, `${method} /api/v1/conversations/${conversation} HTTP/1.1\r\nHost: globex.test\r\nAuthorization: Bearer ${eve.token}\r\nConnection: close\r\n\r\n`);
            heard.push(`${method}: ${answer.status} ${answer.text}`);
            assert.ok(answer.status >= 400, `${method}: ${answer.status}`);
        }
        // The server tells who is nobody no tenant, no version of what it is made of, and nothing of what went wrong.
        const nowhere = await knock(eve.url, 'GET', '/api/v1/server', { host: 'unknown.test' });
        assert.equal(nowhere.status, 404);
        assert.deepEqual([...nowhere.headers.keys()].filter((name) => /server|powered|via/.test(name)), []);
        t.diagnostic(`${acme.learntNothing()} answers`);
        assert.deepEqual((await ann.reads(acme.name)).map((one) => one.text), ['World domination @bob']);
    });
});
