// Signing in at a real OpenID provider as a browser does: there, back, in; and what a thief of a code gets.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import WebSocket from 'ws';
import { openBrowser } from './lib/browser.js';
import { ask } from './lib/http.js';
import { assertRefused } from './lib/person.js';
import { client, CookieBrowser, IdentityProvider } from './lib/provider.js';
import { stories } from './lib/story.js';

const provider = await IdentityProvider.open();
const hanging = await IdentityProvider.open();
after(() => {
    provider.close();
    hanging.close();
});

const corp = { name: 'corp', title: 'Corporation', issuer: provider.issuer, ...client, role: 'member', scopes: 'openid profile email' };
const acme = {
    people: { ann: 'admin' },
    settings: {
        hosts: ['127.0.0.1'],
        sign_in_providers: [
            { ...corp, allow_private: true },
            { ...corp, name: 'closed' },
            { ...corp, name: 'elsewhere', issuer: hanging.issuer.replace('http:', 'https:') },
        ],
    },
};
acme.settings.sign_in_providers[1].issuer = provider.issuer.replace('http:', 'https:');

const bea = { sub: 'bea-1', name: 'Bea B.', preferred_username: 'bea' };
const start = '/api/v1/sign_in/corp/start';
const isCallback = (url) => url.includes('/callback?');

// Where a browser stands just before it comes back.
async function comesBack(ann, browser, person, query = '') {
    provider.person = person;
    provider.serve(`${ann.url}/api/v1/sign_in/corp/callback`);
    return browser.follow(`${ann.url}${start}${query}`, isCallback);
}
const asks = (ann, browser, method, target, headers = {}) =>
    ask(ann.url, method, target, { headers: { cookie: browser.header(ann.url), ...headers } });
// Held against the document as well.
async function calls(ann, browser, url) {
    const answer = await asks(ann, browser, 'GET', url.slice(ann.url.length));
    browser.take(ann.url, answer.headers);
    return answer;
}

stories('provider', { tenants: { acme } }, (story) => {
    story('a browser goes there and comes back signed in', async ({ ann }) => {
        const listed = await ask(ann.url, 'GET', '/api/v1/sign_in/providers');
        assert.deepEqual(listed.body.providers[0], { name: 'corp', title: 'Corporation' });
        const browser = new CookieBrowser();
        const back = await comesBack(ann, browser, bea, '?return_to=/rooms%3Fa%3Db');
        assert.ok(browser.cookies(ann.url).has('__Host-parley-sign-in'));
        const answer = await calls(ann, browser, back);
        assert.deepEqual([answer.status, answer.headers.get('location')], [303, '/rooms?a=b'], answer.text);
        assert.deepEqual([...browser.cookies(ann.url).keys()], ['__Host-parley']);

        const me = await asks(ann, browser, 'GET', '/api/v1/users/me');
        assert.deepEqual([me.body.username, me.body.display_name, me.body.role], ['bea', 'Bea B.', 'member'], me.text);
        const sessions = (await asks(ann, browser, 'GET', '/api/v1/sessions')).body.sessions;
        assert.deepEqual(sessions.map((one) => [one.kind, one.name, one.current]), [['provider', 'Corporation', true]]);
        assertRefused(await asks(ann, browser, 'POST', '/api/v1/tokens'), 403, 'csrf_token_wrong');
        const csrf = { 'x-csrf-token': me.headers.get('x-csrf-token') };
        assert.equal((await ask(ann.url, 'POST', '/api/v1/tokens', { body: { name: 'x' }, headers: { cookie: browser.header(ann.url), ...csrf } })).status, 201);

        const socket = new WebSocket(`${ann.url.replace('http', 'ws')}/api/v1/socket`, { headers: { cookie: browser.header(ann.url), origin: ann.url } });
        const hello = await new Promise((resolve, reject) => {
            socket.on('error', reject);
            socket.once('message', (text) => resolve(JSON.parse(text)));
        });
        assert.deepEqual([hello.type, hello.data.user.id], ['hello', me.body.id]);
        socket.terminate();

        const again = new CookieBrowser();
        assert.equal((await calls(ann, again, await comesBack(ann, again, bea))).status, 303);
        assert.equal((await asks(ann, again, 'GET', '/api/v1/users/me')).body.id, me.body.id);
        assert.equal((await asks(ann, again, 'DELETE', '/api/v1/sessions/current', { 'x-csrf-token': (await asks(ann, again, 'GET', '/api/v1/users/me')).headers.get('x-csrf-token') })).status, 200);
        assertRefused(await asks(ann, again, 'GET', '/api/v1/users/me'), 401, 'token_invalid');
        assert.equal((await asks(ann, browser, 'GET', '/api/v1/users/me')).status, 200, 'the other session goes on');
    });

    story('a real browser keeps the cookies', async ({ ann }) => {
        provider.person = { ...bea, sub: 'cleo-1', name: 'Cleo', preferred_username: 'cleo' };
        provider.serve(`${ann.url}/api/v1/sign_in/corp/callback`);
        const program = await openBrowser();
        try {
            const page = await program.newPage();
            await page.goto(`${ann.url}${start}?return_to=/api/v1/users/me`);
            assert.equal(page.url(), `${ann.url}/api/v1/users/me`);
            assert.equal(JSON.parse(await page.locator('body').innerText()).username, 'cleo');
        } finally {
            await program.close();
        }
    });

    story('nobody becomes Ann by being called so', async ({ ann }) => {
        const browser = new CookieBrowser();
        const back = await comesBack(ann, browser, { sub: 'thief', name: 'Ann', preferred_username: 'ann', email: 'ann@acme.test', email_verified: false });
        assert.equal((await calls(ann, browser, back)).status, 303);
        const me = (await asks(ann, browser, 'GET', '/api/v1/users/me')).body;
        assert.notEqual(me.id, ann.id);
        assert.notEqual(me.username, 'ann');
    });

    story('a way back is good once, for one browser, and a code for one sign-in', async ({ ann }) => {
        const [bob, eve] = [new CookieBrowser(), new CookieBrowser()];
        const his = await comesBack(ann, bob, { ...bea, sub: 'bob-1', preferred_username: 'bobby' });
        assertRefused(await calls(ann, new CookieBrowser(), his), 401, 'sign_in_lost');
        const hers = new URL(await eve.follow(`${ann.url}${start}`, isCallback));
        assertRefused(await calls(ann, eve, his), 401, 'sign_in_lost');
        // His code into her sign-in: PKCE holds the code to the sign-in that it was asked for.
        hers.searchParams.set('code', new URL(his).searchParams.get('code'));
        const stolen = await calls(ann, eve, hers.href);
        assert.equal(stolen.headers.get('location'), '/?sign_in_error=failed');
        assert.ok(!eve.cookies(ann.url).has('__Host-parley'));
        assertRefused(await calls(ann, eve, hers.href), 401, 'sign_in_lost');

        const mixed = new URL(await comesBack(ann, bob, bea));
        mixed.searchParams.set('iss', 'https://evil.example');
        const before = provider.requests.length;
        assert.equal((await calls(ann, bob, mixed.href)).headers.get('location'), '/?sign_in_error=failed');
        assert.equal(provider.requests.length, before, 'the code went nowhere');

        const good = await comesBack(ann, bob, bea);
        assert.equal((await calls(ann, bob, good)).headers.get('location'), '/');
        const inside = browserOf(bob);
        assertRefused(await calls(ann, inside, good), 401, 'sign_in_lost');
    });

    story('who says no there, or whom nobody answers, is sent back with a word', async ({ ann }) => {
        const browser = new CookieBrowser();
        const back = await comesBack(ann, browser, null, '?return_to=/in');
        const answer = await calls(ann, browser, back);
        assert.deepEqual([answer.status, answer.headers.get('location')], [303, '/in?sign_in_error=denied']);
        for (const bad of ['//evil.example', 'https://evil.example', '/%5Cevil.example', '/%09/evil.example'])
            assertRefused(await ask(ann.url, 'GET', `${start}?return_to=${bad}`), 400, 'return_to_invalid');
        assertRefused(await ask(ann.url, 'GET', '/api/v1/sign_in/nobody/start'), 404, 'provider_unknown');
        assertRefused(await ask(ann.url, 'GET', '/api/v1/sign_in/corp/callback?code=x'), 400, 'field_missing');
        let connections = 0;
        const count = () => ++connections;
        provider.server.on('connection', count);
        hanging.server.on('connection', count);
        for (const name of ['closed', 'elsewhere'])
            assertRefused(await ask(ann.url, 'GET', `/api/v1/sign_in/${name}/start`), 503, 'provider_away');
        assert.equal(connections, 0, 'a private address is not asked without leave');
        const told = (await ann.get('/api/v1/audit?action=session.refused')).body.entries;
        assert.ok(told.some((one) => one.details.name === 'corp'), JSON.stringify(told));
    });

    story('nothing secret is in the log', async ({ ann, world }) => {
        const browser = new CookieBrowser();
        const back = await comesBack(ann, browser, bea);
        await calls(ann, browser, back);
        const logged = JSON.stringify(world.server.logs);
        const { searchParams } = new URL(back);
        for (const secret of [client.client_secret, searchParams.get('code'), searchParams.get('state'), browser.cookies(ann.url).get('__Host-parley')])
            assert.ok(secret && !logged.includes(secret));
    });
});

// The same browser with the cookies that it has now.
function browserOf(other) {
    const made = new CookieBrowser();
    for (const [origin, jar] of other.jars) made.jars.set(origin, new Map(jar));
    return made;
}
