// Coming in, staying in and going out by the SDK: passwords, second factors, guests, vouched users, tokens, cookies.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import WebSocket from 'ws';
import { eventually, within } from '../../../tests/acceptance/lib/deadline.js';
import { cookiesOf } from '../../../tests/acceptance/lib/http.js';
import { stories } from '../../../tests/acceptance/lib/story.js';
import { memoryStorage } from '../dist/index.js';
import { lay } from './lib/cable.js';
import { clientAt, until } from './lib/clients.js';

const password = 'correct horse battery';
const secret = 'a secret that two share, and long enough';
const acme = {
    people: { ann: { role: 'admin', password }, bob: { role: 'member', password }, tot: { role: 'member', password } },
    settings: { hosts: ['127.0.0.1'], sessions: { guests: true, access_minutes: 1, vouch_secret: secret } },
};

function codeOf(base32) {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
    const bits = [...base32].map((one) => letters.indexOf(one).toString(2).padStart(5, '0')).join('');
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
    const digest = createHmac('sha1', Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))).update(counter).digest();
    return String((digest.readUInt32BE(digest.at(-1) & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

// fetch and WebSocket of one browser that keeps cookies, as a page of that server has them.
function browser() {
    const jar = new Map();
    const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const asked = [];
    return {
        jar,
        asked,
        async fetch(url, options) {
            const answer = await fetch(url, { ...options, headers: { ...options.headers, ...(jar.size ? { cookie: cookie() } : {}) } });
            asked.push([options.method, new URL(url).pathname, options.headers]);
            for (const set of cookiesOf(answer.headers)) {
                const [pair] = set.split(';');
                const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
                if (/Max-Age=0(;|$)/.test(set)) jar.delete(name);
                else jar.set(name, value);
            }
            return answer;
        },
        WebSocket: class extends WebSocket {
            constructor(url, protocols) {
                super(url, protocols, { headers: { cookie: cookie(), origin: new URL(url).origin.replace('ws', 'http') } });
            }
        },
    };
}

const isSignedOut = (client) => until(client, ({ status, session }) => status === 'signed_out' && session === null);

stories('sessions of the SDK', { tenants: { acme } }, (story) => {
    story('with a password, back by what is stored, and out', async ({ world }) => {
        const storage = memoryStorage();
        const first = clientAt(world, { storage });
        const seen = [];
        first.on('session', (session) => seen.push(session?.user.username ?? null));
        await assert.rejects(first.signIn({ username: 'bob', password: 'wrong' }), (why) => why.status === 401 && why.code === 'sign_in_failed');
        await assert.rejects(first.connect(), { code: 'signed_out' });
        const session = await first.signIn({ username: 'bob', password, name: 'A test' });
        assert.equal(session.user.username, 'bob');
        assert.ok(session.session && session.endsAt);
        await first.connect();
        assert.equal(first.store.get().self.username, 'bob');
        first.close();

        const second = clientAt(world, { storage });
        second.on('session', (session) => seen.push(session?.user.username ?? null));
        assert.equal((await second.restore()).session, session.session);
        await second.connect();
        await second.signOut();
        await isSignedOut(second);
        assert.equal(second.store.get().self, null);
        assert.equal(second.store.get().conversations.size, 0);
        assert.deepEqual(await storage.keys(''), []);
        assert.deepEqual(seen, ['bob', 'bob', null]);
        assert.equal(await clientAt(world, { storage }).restore(), null);
    });

    story('a second factor is asked for', async ({ world }) => {
        const client = clientAt(world);
        await client.signIn({ username: 'tot', password });
        const { secret: shared } = await client.call('totp.begin');
        const { recovery_codes } = await client.call('totp.confirm', { code: codeOf(shared) });
        const other = clientAt(world);
        await assert.rejects(other.signIn({ username: 'tot', password }), { code: 'code_needed' });
        await assert.rejects(other.signIn({ username: 'tot', password, code: '000000' }), { code: 'code_wrong' });
        await other.signIn({ username: 'tot', password, code: recovery_codes[0] });
        await other.connect();
        assert.equal(other.store.get().self.username, 'tot');
    });

    story('guests, tokens of programs, and providers', async ({ ann, world }) => {
        const guest = clientAt(world);
        assert.equal((await guest.signInAsGuest({ display_name: 'Passer-by' })).user.display_name, 'Passer-by');
        await guest.connect();
        const program = clientAt(world);
        await assert.rejects(program.useToken('prl_wrong'), { status: 401 });
        await program.useToken(ann.token);
        await program.connect();
        assert.equal(program.session.user.id, ann.id);
        assert.deepEqual(await program.providers(), []);
        assert.equal(program.providerUrl('corp', '/rooms?a=b'), `${world.server.url}/api/v1/sign_in/corp/start?return_to=%2Frooms%3Fa%3Db`);
        await assert.rejects(program.signInVouched({ user: 'x', expires: 1, signature: 'x' }), (why) => why.status === 401);
        await assert.rejects(program.signInWithJwt('x.y.z'), (why) => why.status >= 400);
        assert.equal(program.session.user.id, ann.id, 'whoever was in stays in');
    });

    story('whom a site vouches for', async ({ world }) => {
        const client = clientAt(world);
        const who = { user: 'customer-7', display_name: 'Ann of the shop', expires: Math.floor(Date.now() / 1000) + 60, nonce: '1' };
        const signed = ['parley-vouch-1', 'acme', who.user, who.display_name, who.expires, who.nonce].join('\n');
        const session = await client.signInVouched({ ...who, signature: createHmac('sha256', secret).update(signed).digest('hex') });
        assert.equal(session.user.display_name, 'Ann of the shop');
        await client.connect();
        assert.equal(client.store.get().self.role, 'guest');
    });

    story('tokens are renewed before they are over and when the server says so, one at a time', async ({ world }) => {
        const storage = memoryStorage();
        const client = clientAt(world, { storage });
        const { session } = await client.signIn({ username: 'bob', password });
        await client.connect();
        const [key] = await storage.keys('parley/');
        const kept = () => JSON.parse(storage.get(key));
        const before = kept();
        // Its time is over: whatever is asked renews it first, once for all that ask.
        storage.set(key, JSON.stringify({ ...before, renewAt: 1 }));
        const second = clientAt(world, { storage });
        assert.equal((await second.restore()).session, session);
        await Promise.all([second.call('user.me'), second.call('kinds.list'), second.connect()]);
        assert.notEqual(kept().refresh, before.refresh);
        assert.equal(second.status, 'live');
        assert.equal(client.status, 'live', 'an open connection stays over a renewal');
        // The first one has tokens that are good no more, and takes those that the second one stored.
        client.disconnect();
        await Promise.all([client.call('user.me'), client.call('user.me'), client.connect()]);
        assert.equal(client.session.session, session);
        assert.equal(client.status, 'live');
        // A refresh token that is good no more is the end.
        storage.set(key, JSON.stringify({ ...kept(), token: 'prl_over', refresh: before.refresh }));
        const third = clientAt(world, { storage });
        assert.equal(await third.restore(), null);
        await isSignedOut(client);
    });

    story('a session that somebody else ends closes the client, and what was not sent waits for the next', async ({ ann, bob, world, t }) => {
        await ann.creates('channel', 'ended', { members: [bob] });
        const id = ann.idOf('ended');
        const storage = memoryStorage();
        const cable = await lay(world.server.port);
        t.after(cable.remove);
        const client = clientAt(world, { url: cable.url, storage });
        await client.signIn({ username: 'bob', password });
        await client.connect();
        cable.isDown = true;
        cable.cut();
        const waiting = client.send(id, 'Still to be said');
        await within(ann.delete(`/api/v1/users/${bob.id}/sessions`), 'signing out bob');
        cable.isDown = false;
        await isSignedOut(client);
        await assert.rejects(waiting.stored, { code: 'signed_out' });
        await client.signIn({ username: 'bob', password });
        await client.connect();
        await eventually(async () => ((await ann.reads('ended')).some((one) => one.text === 'Still to be said') ? true : undefined), 'the message to be sent');
    });

    story('by cookie: no script sees a token, changes carry the CSRF token, also after the page was loaded anew', async ({ ann, world }) => {
        const page = browser();
        const storage = memoryStorage();
        const options = { cookies: true, fetch: page.fetch, WebSocket: page.WebSocket, storage };
        const client = clientAt(world, options);
        assert.equal(await client.restore(), null);
        await client.signIn({ username: 'ann', password });
        assert.deepEqual(await storage.keys(''), []);
        assert.deepEqual([...page.jar.keys()], ['__Host-parley']);
        await client.connect();
        client.disconnect();
        await client.call('user.update', { status_text: 'by cookie' });
        assert.ok(page.asked.every(([, , headers]) => !('authorization' in headers)));

        const again = clientAt(world, options);
        assert.equal((await again.restore()).user.id, ann.id);
        await again.call('user.update', { status_text: 'and again' });
        await again.connect();
        assert.equal(again.store.get().self.status_text, 'and again');
        await again.signOut();
        await isSignedOut(again);
        assert.equal(page.jar.size, 0);
    });

    story('who must wait is told how long', async ({ world }) => {
        const client = clientAt(world);
        let why;
        for (let i = 0; i < 6; ++i) await client.signIn({ username: 'nobody.there', password: 'guess' }).catch((refused) => (why = refused));
        assert.deepEqual([why.status, why.code, why.retryAfter, why.isPassing], [429, 'too_many_sign_ins', 1, true]);
    });
});
