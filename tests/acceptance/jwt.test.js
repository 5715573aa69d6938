// Signing in with the tokens of outside issuers, signed by node's own cryptography, with keys in files and over HTTP.
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before } from 'node:test';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';

const pairs = {
    RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    EdDSA: generateKeyPairSync('ed25519'),
};
const secret = randomBytes(32);
const base64url = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

const signatureOf = (algorithm, text, { privateKey } = pairs[algorithm] ?? {}) => {
    if (algorithm === 'HS256') return createHmac('sha256', secret).update(text).digest();
    return sign(algorithm === 'EdDSA' ? null : 'sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
};
const now = () => Math.floor(Date.now() / 1000);
const tokenOf = (algorithm, claims, header = {}, pair = pairs[algorithm]) => {
    const text = `${base64url({ alg: algorithm, typ: 'JWT', ...header })}.${base64url({ aud: 'parley', exp: now() + 60, ...claims })}`;
    return `${text}.${signatureOf(algorithm, text, pair).toString('base64url')}`;
};
const jwkOf = (pair, kid) => ({ ...pair.publicKey.export({ format: 'jwk' }), kid, use: 'sig' });

// What the issuer over HTTP publishes; undefined: it is away.
let published = { keys: [jwkOf(pairs.RS256, 'r1'), jwkOf(pairs.EdDSA, 'd1')] };
let asked = 0;
const issuer = createServer((_, answer) => {
    ++asked;
    if (!published) return void answer.writeHead(500).end();
    answer.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'max-age=300' }).end(JSON.stringify(published));
});
issuer.listen(0, '127.0.0.1');
await once(issuer, 'listening');
after(() => issuer.close());

const files = 'https://files.example';
const web = 'https://web.example';
const closed = 'https://closed.example';
const url = `http://127.0.0.1:${issuer.address().port}/keys`;
const acme = {
    people: { ann: 'admin' },
    settings: {
        hosts: ['127.0.0.1'],
        issuers: [
            {
                issuer: files, audience: 'parley', algorithms: ['HS256', 'ES256', 'RS256', 'EdDSA'], role: 'member',
                keys: [
                    JSON.stringify({ kty: 'oct', k: secret.toString('base64url') }),
                    ...Object.values(pairs).map((one) => one.publicKey.export({ format: 'pem', type: 'spki' })),
                ],
            },
            { issuer: web, audience: 'parley', algorithms: ['RS256', 'EdDSA'], jwks_url: url, allow_private: true },
            { issuer: closed, audience: 'parley', algorithms: ['RS256'], jwks_url: url.replace('http:', 'https:') },
        ],
    },
};

const come = (who, token) => who.request('POST', '/api/v1/sessions/jwt', { token }, { token: null });

stories('jwt', { tenants: { acme } }, (story) => {
    before(() => {
        asked = 0;
    });

    story('a token of each algorithm signs the same person in', async ({ ann }) => {
        const ids = new Set();
        for (const algorithm of ['HS256', 'RS256', 'ES256', 'EdDSA']) {
            const answer = await come(ann, tokenOf(algorithm, { iss: files, sub: 'u1', preferred_username: 'bea', name: 'Bea B.' }));
            assert.equal(answer.status, 201, `${algorithm}: ${answer.text}`);
            const { user, token } = answer.body;
            assert.deepEqual([user.username, user.display_name], ['bea', 'Bea B.']);
            ids.add(user.id);
            const me = await ann.request('GET', '/api/v1/users/me', undefined, { token });
            assert.deepEqual([me.body.id, me.body.role], [user.id, 'member']);
        }
        assert.equal(ids.size, 1);
        const taken = await come(ann, tokenOf('EdDSA', { iss: files, sub: 'u2', preferred_username: 'ann' }));
        assert.equal(taken.status, 201);
        assert.notEqual(taken.body.user.username, 'ann', 'nobody becomes Ann by being called so');
    });

    story('keys over HTTP are fetched once', async ({ ann }) => {
        for (const [algorithm, kid] of [['RS256', 'r1'], ['EdDSA', 'd1'], ['RS256', 'r1']]) {
            const answer = await come(ann, tokenOf(algorithm, { iss: web, sub: 'w1' }, { kid }));
            assert.equal(answer.status, 201, answer.text);
            const me = await ann.request('GET', '/api/v1/users/me', undefined, { token: answer.body.token });
            assert.equal(me.body.role, 'guest');
        }
        const rotated = generateKeyPairSync('ed25519');
        assertRefused(await come(ann, tokenOf('EdDSA', { iss: web, sub: 'w1' }, { kid: 'd2' }, rotated)), 401, 'token_invalid');
        assertRefused(await come(ann, tokenOf('EdDSA', { iss: web, sub: 'w1' }, { kid: '../d1' })), 401, 'token_invalid');
        assert.equal(asked, 1);
        published = undefined;
        assert.equal((await come(ann, tokenOf('EdDSA', { iss: web, sub: 'w1' }, { kid: 'd1' }))).status, 201);
        published = { keys: [jwkOf(pairs.RS256, 'r1'), jwkOf(pairs.EdDSA, 'd1')] };
        asked = 0;
    });

    story('an issuer at a private address is not asked without leave', async ({ ann }) => {
        let connections = 0;
        const count = () => ++connections;
        issuer.on('connection', count);
        assertRefused(await come(ann, tokenOf('RS256', { iss: closed, sub: 'c1' }, { kid: 'r1' })), 503, 'issuer_away');
        issuer.off('connection', count);
        assert.equal(connections, 0);
    });

    story('whatever is wrong with a token, the answer is the same', async ({ ann }) => {
        const claims = { iss: files, sub: 'u3' };
        const good = tokenOf('ES256', claims);
        const [head, body, signature] = good.split('.');
        const pem = pairs.RS256.publicKey.export({ format: 'pem', type: 'spki' });
        const confused = `${base64url({ alg: 'HS256' })}.${body}`;
        const bad = {
            none: `${base64url({ alg: 'none' })}.${body}.`,
            'none with a signature': `${base64url({ alg: 'none' })}.${body}.${signature}`,
            confusion: `${confused}.${createHmac('sha256', pem).update(confused).digest('base64url')}`,
            jku: tokenOf('ES256', claims, { jku: url }),
            jwk: tokenOf('ES256', claims, { jwk: jwkOf(pairs.ES256) }),
            crit: tokenOf('ES256', claims, { crit: ['exp'] }),
            expired: tokenOf('ES256', { ...claims, exp: now() - 120 }),
            future: tokenOf('ES256', { ...claims, nbf: now() + 3600 }),
            audience: tokenOf('ES256', { ...claims, aud: 'other' }),
            issuer: tokenOf('ES256', { ...claims, iss: 'https://evil.example' }),
            stranger: tokenOf('ES256', claims, {}, generateKeyPairSync('ec', { namedCurve: 'P-256' })),
            dots: `${good}.`,
            'without signature': `${head}.${body}.`,
            nonsense: 'nonsense',
            long: 'a'.repeat(1_000_000),
        };
        let seen;
        for (const [name, token] of Object.entries(bad)) {
            const answer = await come(ann, token);
            assertRefused(answer, 401, 'token_invalid');
            const { request_id: _, ...rest } = answer.body;
            seen ??= rest;
            assert.deepEqual(rest, seen, name);
        }
        assert.equal((await come(ann, good)).status, 201, 'and it is not for the good one having been refused');
    });
});
