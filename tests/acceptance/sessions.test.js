// Signing in and out with real clients: what ends, ends everywhere within a second; what a cookie may and may not.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as after } from 'node:timers/promises';
import WebSocket from 'ws';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';

const password = 'correct horse battery';
const acme = {
    people: { ann: { role: 'admin', password }, bob: { role: 'member', password } },
    settings: { hosts: ['127.0.0.1'], sessions: { guests: true } },
};

const post = (who, path, body, headers = {}, method = 'POST') => who.request(method, `/api/v1${path}`, body, { token: null, headers });
const bearer = (token) => ({ authorization: `Bearer ${token}` });
const signIn = async (who, username = 'bob', more = {}) => {
    const answer = await post(who, '/sessions', { username, password, ...more });
    assert.equal(answer.status, 201, answer.text);
    return answer;
};

// A socket opened with these headers: its close code and reason, or the status that refused it.
const opens = (who, headers) =>
    new Promise((resolve, reject) => {
        const socket = new WebSocket(`${who.url.replace('http', 'ws')}/api/v1/socket`, { headers });
        socket.on('unexpected-response', (_, answer) => {
            answer.resume();
            resolve({ refused: answer.statusCode });
        });
        socket.on('error', reject);
        socket.once('message', () => resolve({ socket, closed: once(socket, 'close') }));
    });
const closesSoon = async ({ closed }) => {
    const [code] = await Promise.race([closed, after(1000).then(() => ['still open after a second'])]);
    assert.equal(code, 1008);
};

stories('sessions', { tenants: { acme } }, (story) => {
    story('a refresh token is good once, and using it twice closes what is open', async ({ ann }) => {
        const first = (await signIn(ann)).body;
        const open = await opens(ann, bearer(first.token));
        const second = await post(ann, '/sessions/refresh', { refresh_token: first.refresh_token });
        assert.equal(second.status, 200);
        assertRefused(await post(ann, '/users/me', undefined, bearer(first.token), 'GET'), 401, 'token_invalid');
        assert.equal((await post(ann, '/users/me', undefined, bearer(second.body.token), 'GET')).status, 200);
        assert.equal(open.socket.readyState, WebSocket.OPEN, 'the session goes on, and so does its socket');
        assertRefused(await post(ann, '/sessions/refresh', { refresh_token: first.refresh_token }), 401, 'refresh_reused');
        await closesSoon(open);
        assertRefused(await post(ann, '/users/me', undefined, bearer(second.body.token), 'GET'), 401, 'token_invalid');
    });

    story('signing out everywhere, a new password and a disabled account close sockets within a second', async ({ ann }) => {
        const admin = (await signIn(ann, 'ann')).body;
        const me = (await signIn(ann)).body;
        const ways = [
            [200, (token) => post(ann, '/sessions', undefined, bearer(token), 'DELETE')],
            [200, (token) => post(ann, '/sessions/current', undefined, bearer(token), 'DELETE')],
            [200, () => post(ann, `/users/${me.user.id}/sessions`, undefined, bearer(admin.token), 'DELETE')],
            [200, async () => {
                const other = (await signIn(ann)).body;
                return post(ann, '/users/me/password', { old_password: password, new_password: password }, bearer(other.token));
            }],
            [200, () => post(ann, `/users/${me.user.id}`, { disabled: true }, bearer(admin.token), 'PATCH')],
        ];
        for (const [status, end] of ways) {
            const { token } = (await signIn(ann)).body;
            const open = await opens(ann, bearer(token));
            const answer = await end(token);
            assert.equal(answer.status, status, answer.text);
            await closesSoon(open);
            assertRefused(await post(ann, '/users/me', undefined, bearer(token), 'GET'), 401, 'token_invalid');
        }
        assertRefused(await post(ann, '/sessions', { username: 'bob', password }), 401, 'sign_in_failed');
        await post(ann, `/users/${me.user.id}`, { disabled: false }, bearer(admin.token), 'PATCH');
    });

    story('who signs out over a socket hears the answer before it closes', async ({ ann }) => {
        const { token } = (await signIn(ann)).body;
        const open = await opens(ann, bearer(token));
        open.socket.send(JSON.stringify({ id: '1', command: 'session.close' }));
        const [text] = await once(open.socket, 'message');
        assert.deepEqual([JSON.parse(text).type, JSON.parse(text).id], ['answer', '1']);
        await closesSoon(open);
    });

    story('a cookie opens nothing for other sites and changes nothing without the CSRF token', async ({ ann }) => {
        const signed = await signIn(ann, 'bob', { cookie: true });
        assert.equal(signed.body.token, undefined);
        const set = signed.headers.get('set-cookie');
        assert.match(set, /^__Host-parley=prl_[\w-]+; Max-Age=\d+; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
        const cookie = set.split(';')[0];

        const me = await post(ann, '/users/me', undefined, { cookie }, 'GET');
        assert.equal(me.status, 200);
        assert.equal(me.headers.get('x-csrf-token'), signed.body.csrf_token);
        for (const wrong of [undefined, '', 'x', signed.body.csrf_token.replace(/.$/, (last) => (last === '0' ? '1' : '0'))]) {
            const headers = wrong === undefined ? { cookie } : { cookie, 'x-csrf-token': wrong };
            assertRefused(await post(ann, '/users/me', { status_text: 'x' }, headers, 'PATCH'), 403, 'csrf_token_wrong');
        }
        const right = { cookie, 'x-csrf-token': signed.body.csrf_token };
        assert.equal((await post(ann, '/users/me', { status_text: 'x' }, right, 'PATCH')).status, 200);
        const wins = await post(ann, '/users/me', undefined, { cookie, authorization: 'Bearer nonsense' }, 'GET');
        assertRefused(wins, 401, 'token_invalid');

        assert.equal((await opens(ann, { cookie })).refused, 403);
        assert.equal((await opens(ann, { cookie, origin: 'https://evil.example' })).refused, 403);
        const open = await opens(ann, { cookie, origin: ann.url });
        const out = await post(ann, '/sessions/current', undefined, right, 'DELETE');
        assert.match(out.headers.get('set-cookie'), /^__Host-parley=; Max-Age=0; /);
        await closesSoon(open);
    });

    story('guessing is told to wait', async ({ ann }) => {
        const guess = () => post(ann, '/sessions', { username: 'nobody.there', password: 'guess' });
        for (let i = 0; i < 5; ++i) assertRefused(await guess(), 401, 'sign_in_failed');
        const refused = await guess();
        assertRefused(refused, 429, 'too_many_sign_ins');
        assert.equal(refused.headers.get('retry-after'), '1');
        await signIn(ann);
    });

    story('a guest comes in and reaches nothing of others', async ({ ann }) => {
        const guest = await post(ann, '/sessions/guest', { display_name: 'Passer-by' });
        assert.equal(guest.status, 201);
        assert.equal((await post(ann, '/users/me', undefined, bearer(guest.body.token), 'GET')).body.role, 'guest');
        assertRefused(await post(ann, '/users', undefined, bearer(guest.body.token), 'GET'), 403, 'permission_missing');
    });
});
