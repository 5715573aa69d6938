// A life in one run, with a word of its own for each secret; and then everything that came out is searched for them.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { eventually } from './lib/deadline.js';
import { databasePassword } from './lib/postgres.js';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';

// What somebody gives must come out nowhere; what the server makes comes out once, in the answer that gives it.
const given = {
    'the password': 'canary password of ann',
    'the new password': 'canary password of tomorrow',
    'a wrong password': 'canary password that is wrong',
    'a password that is too long': 'canary password too long '.repeat(60),
    'the password of bob': 'canary password of bob',
    'the secret that sites vouch with': 'canary vouch secret 0123456789abcdef',
    'the next secret that sites vouch with': 'canary vouch secret of tomorrow, quite long',
    'the secret that signs leave to fetch files': 'canary content secret 0123456789abcdef',
    'the key of an issuer': Buffer.from('canary key of an issuer, 32 bytes').toString('base64url'),
    'a token that is none': 'canary-token-that-is-none',
    'a token in the query': 'canary-token-in-the-query',
    'a cookie that is none': 'canary-cookie-that-is-none',
    'a refresh token that is none': 'prr_canaryfamily.canarysecret',
    'a link that is none': 'prw_1.canary-link-that-is-none',
    'the database password': databasePassword,
};
const issuer = 'https://portal.example';
const acme = {
    people: { ann: { role: 'admin', password: given['the password'] }, bob: { role: 'member', password: given['the password of bob'] } },
    settings: {
        hosts: ['127.0.0.1'],
        content: { host: 'files.test', secret: given['the secret that signs leave to fetch files'] },
        sessions: { guests: true, vouch_secret: given['the secret that sites vouch with'] },
        issuers: [{ issuer, audience: 'parley', algorithms: ['HS256'], keys: [JSON.stringify({ kty: 'oct', k: given['the key of an issuer'] })] }],
    },
};

// The ways in which a secret can be written; short parts of it would be found by chance.
const writings = (secret) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64').replace(/=+$/, ''), Buffer.from(secret).toString('hex')];

const base64url = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
function jwt(claims) {
    const text = `${base64url({ alg: 'HS256' })}.${base64url({ iss: issuer, aud: 'parley', exp: Math.floor(Date.now() / 1000) + 60, ...claims })}`;
    return `${text}.${createHmac('sha256', Buffer.from(given['the key of an issuer'], 'base64url')).update(text).digest('base64url')}`;
}

// The code of an app (RFC 6238).
function codeOf(secret, step = Math.floor(Date.now() / 30_000)) {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
    const bits = [...secret].map((one) => letters.indexOf(one).toString(2).padStart(5, '0')).join('');
    const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(step));
    const digest = createHmac('sha1', key).update(counter).digest();
    return String((digest.readUInt32BE(digest.at(-1) & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

stories('secrets', { tenants: { acme }, settings: { log: { level: 'trace' } } }, (story) => {
    story('none comes out where it does not belong', async ({ ann, bob, world, database }) => {
        const { server } = world;
        const answers = [];
        const made = new Map([['the token of ann', ann.token], ['the token of bob', bob.token]]);
        const asks = async (method, target, body, { token = null, headers = {} } = {}) => {
            const answer = await ann.request(method, target, body, { token, headers });
            answers.push(`${method} ${target.split('?')[0]}: ${answer.text}\n${[...answer.headers].join('\n')}`);
            return answer;
        };
        const keeps = (name, secret) => {
            assert.ok(secret, `there is ${name}`);
            made.set(name, secret);
            return secret;
        };
        const post = (target, body, more) => asks('POST', `/api/v1${target}`, body, more);

        // Ways in, right and wrong.
        const signed = (await post('/sessions', { username: 'ann', password: given['the password'], name: 'Laptop' })).body;
        keeps('an access token', signed.token);
        keeps('a refresh token', signed.refresh_token);
        const again = (await post('/sessions/refresh', { refresh_token: signed.refresh_token })).body;
        keeps('the next access token', again.token);
        keeps('the next refresh token', again.refresh_token);
        assertRefused(await post('/sessions', { username: 'ann', password: given['a wrong password'] }), 401);
        assert.ok((await post('/sessions', { username: 'ann', password: given['a password that is too long'] })).status >= 400);
        assertRefused(await post('/sessions', { username: 'ann', password: [given['a wrong password']] }), 400);
        assertRefused(await post('/sessions', `{"username":"ann","password":"${given['a wrong password']}`), 400, 'json_syntax');
        assertRefused(await post('/sessions/refresh', { refresh_token: given['a refresh token that is none'] }), 401);
        assertRefused(await post('/passwords/reset', { token: given['a link that is none'], password: given['the new password'] }), 410);
        const cookie = await post('/sessions', { username: 'bob', password: given['the password of bob'], cookie: true });
        keeps('a cookie', /__Host-parley=(prl_[\w-]+)/.exec(cookie.headers.get('set-cookie'))[1]);
        // Answers to the cookie tell the page its CSRF token again, so this one is looked for elsewhere only.
        const csrf = cookie.body.csrf_token;
        keeps('the token of a guest', (await post('/sessions/guest', {})).body.token);
        const foreign = jwt({ sub: 'u1' });
        keeps('the token for a JWT', (await post('/sessions/jwt', { token: foreign })).body.token);
        assertRefused(await post('/sessions/jwt', { token: `${foreign}x` }), 401);
        const expires = Math.floor(Date.now() / 1000) + 60;
        const signature = createHmac('sha256', given['the secret that sites vouch with']).update(`parley-vouch-1\nacme\nu2\n\n${expires}\n`).digest('hex');
        keeps('the token for a signature', (await post('/sessions/vouch', { user: 'u2', expires, signature })).body.token);
        for (const headers of [{ authorization: `Bearer ${given['a token that is none']}` }, { cookie: `__Host-parley=${given['a cookie that is none']}` }])
            assertRefused(await asks('GET', '/api/v1/users/me', undefined, { headers }), 401);
        assertRefused(await asks('GET', `/api/v1/users/me?token=${given['a token in the query']}`), 401);
        await asks('GET', `/api/v1/users/me?access_token=${ann.token}`);

        // What is made for programs, for second factors and for those who forgot.
        const asAnn = { token: ann.token };
        keeps('a personal token', (await post('/tokens', { name: 'Backup' }, asAnn)).body.token);
        const helper = (await post('/users', { username: 'helper', kind: 'bot' }, asAnn)).body;
        keeps('a service token', (await post('/tokens', { name: 'Robot', user: helper.id }, asAnn)).body.token);
        const link = keeps('a one-time link', (await post(`/users/${bob.id}/password_reset`, undefined, asAnn)).body.token);
        assert.equal((await post('/passwords/reset', { token: link, password: given['the new password'] })).status, 200);
        assertRefused(await post('/users/me/password', { old_password: given['a wrong password'], new_password: given['the new password'] }, asAnn), 403);
        const factor = (await post('/users/me/totp', undefined, asAnn)).body;
        const codes = (await post('/users/me/totp/confirm', { code: codeOf(factor.secret) }, asAnn)).body.recovery_codes;
        codes.forEach((code, i) => keeps(`recovery code ${i}`, code));
        assertRefused(await post('/sessions', { username: 'ann', password: given['the password'], code: '000000' }), 401);
        keeps('a token by a recovery code', (await post('/sessions', { username: 'ann', password: given['the password'], code: codes[0] })).body.token);

        // Over the WebSocket.
        await ann.connects();
        for (const token of [given['a token that is none'], given['a wrong password']])
            answers.push(JSON.stringify(await ann.asks('session.jwt', { token })));
        answers.push(JSON.stringify(await ann.asks('session.open', { username: 'ann', password: given['a wrong password'] })));
        answers.push(JSON.stringify(ann.socket.inbox));
        await assert.rejects(ann.connects({ headers: { authorization: `Bearer ${given['a token that is none']}` } }), /401/);

        // What can be read afterwards.
        for (const target of ['/users/me', '/sessions', '/tokens', '/audit?limit=200', '/events?since=0&limit=1000', '/snapshot', '/users', '/server', '/openapi.json', '/asyncapi.json', '/kinds', '/permissions'])
            assert.equal((await asks('GET', `/api/v1${target}`, undefined, asAnn)).status, 200, target);
        for (const target of ['/metrics', '/ready', '/live']) answers.push(await (await fetch(ann.url + target)).text());

        // The operator's tool, and a reload.
        const tenantFile = path.join(server.folder, 'tenants', 'acme.yaml');
        const changed = JSON.parse(readFileSync(tenantFile, 'utf8'));
        changed.sessions.vouch_secret = given['the next secret that sites vouch with'];
        changed.display_name = 'Acme anew';
        writeFileSync(tenantFile, JSON.stringify(changed));
        const said = [];
        const tool = async (...args) => said.push(`parley ${args.join(' ')}: ${await server.cli(...args).catch((why) => why.message)}`);
        for (const args of [['config', 'explain', 'server'], ['config', 'explain', 'server', 'database.url'], ['config', 'explain', 'tenant/acme'], ['config', 'explain', 'tenant/acme', 'sessions.vouch_secret'],
            ['config', 'explain', 'tenant/acme', 'issuers'], ['config', 'plan'], ['config', 'check'], ['doctor'], ['tenant', 'list'], ['user', 'list', '--tenant', 'acme'], ['--json', 'user', 'list', '--tenant', 'acme'],
            ['token', 'list', '--tenant', 'acme', '--user', 'ann'], ['config', 'reference'], ['migrate', 'status']]) await tool(...args);
        server.process.signal('SIGHUP');
        await eventually(async () => ((await ann.get('/api/v1/server')).body.tenant.display_name === 'Acme anew' ? true : undefined), 'the reload');
        changed.sessions.vouch_secret = [given['the next secret that sites vouch with']];
        changed.issuers[0].keys = [given['the key of an issuer']];
        writeFileSync(tenantFile, JSON.stringify(changed));
        await tool('config', 'check');
        await tool('config', 'plan');
        server.process.signal('SIGHUP');
        await eventually(() => (server.logs.some((line) => line.level === 'error' && line.message.includes('not reloaded')) ? true : undefined), 'the refusal of the configuration');
        changed.sessions.vouch_secret = given['the next secret that sites vouch with'];
        changed.issuers = [];
        writeFileSync(tenantFile, JSON.stringify(changed));
        assert.ok(said.every((one) => one.length > 20), said.join('\n'));

        const { output } = server.process;
        assert.ok(output.length > 8000 && said.join('').includes('vouch_secret'), 'there is something to search');
        const places = { 'the log': output, 'the tool': said.join('\n'), 'what is answered': answers.join('\n') };
        if (database === 'sqlite') places['the database'] = ['parley.db', 'parley.db-wal'].map((name) => readFileSync(path.join(server.folder, 'var', name), 'latin1')).join('');
        const found = [];
        const search = (name, secret, place, most) => {
            for (const writing of writings(secret)) {
                const times = places[place]?.split(writing).length - 1;
                if (times > most) found.push(`${name} stands ${times} times in ${place}: ${places[place].slice(Math.max(0, places[place].indexOf(writing) - 150)).slice(0, 300)}`);
            }
        };
        for (const place of Object.keys(places)) {
            for (const [name, secret] of Object.entries(given)) search(name, secret, place, 0);
            for (const [name, secret] of made) search(name, secret, place, place === 'what is answered' ? 1 : 0);
            search('a CSRF token', csrf, place, place === 'what is answered' ? 1 : 0);
            search('a JWT', foreign, place, 0);
            search('the signature of a site', signature, place, 0);
            // The secret of a second factor stands in the answer twice, as text and as URI; the server must keep it.
            if (place !== 'the database') search('the secret of a second factor', factor.secret, place, place === 'what is answered' ? 2 : 0);
        }
        assert.deepEqual(found, []);
        server.logs = []; // with the refusal above, which is as it should be
    });
});
