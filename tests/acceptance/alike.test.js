// What is somebody else's and what is not there at all are answered alike, and in about the same time; so is who has an
// account and who has none.
import assert from 'node:assert/strict';
import http from 'node:http';
import { assertAsQuick, knock, shownOf } from './lib/alike.js';
import { stories } from './lib/story.js';

const password = 'correct horse battery';
const known = Array.from({ length: 6 }, (_, i) => `person${i}`);
const tenants = {
    acme: { people: { ann: { role: 'admin', password }, off: { role: 'member', password }, ...Object.fromEntries(known.map((name) => [name, { role: 'member', password }])) }, settings: { hosts: ['acme.test'] } },
    globex: { people: { eve: { role: 'admin', password } }, settings: { hosts: ['globex.test'] } },
};

stories('alike', { tenants }, (story) => {
    story("another tenant's ids and nobody's take about the same time", async ({ ann, eve, person0, t }) => {
        await ann.creates('channel', 'plans', { members: [person0] });
        const said = await ann.sends('plans', 'World domination');
        const token = (await ann.post('/api/v1/tokens', { name: 'program' })).body;
        const there = { conversation: ann.idOf('plans'), message: said.id, user: person0.id, token: token.id };
        const nowhere = Object.fromEntries(Object.entries(there).map(([name, id]) => [name, String(BigInt(id) + 1_000_000n)]));
        const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
        const asked = [
            ['GET', (ids) => `/conversations/${ids.conversation}`], ['GET', (ids) => `/conversations/${ids.conversation}/messages`], ['GET', (ids) => `/messages/${ids.message}`],
            ['GET', (ids) => `/users/${ids.user}`], ['PATCH', (ids) => `/messages/${ids.message}`, { text: 'x' }], ['DELETE', (ids) => `/tokens/${ids.token}`],
            ['POST', (ids) => `/conversations/${ids.conversation}/join`], ['PATCH', (ids) => `/users/${ids.user}`, { disabled: true }],
        ];
        for (const [method, target, body] of asked) {
            const ask = (ids) => () => knock(eve.url, method, `/api/v1${target(ids)}`, { host: 'globex.test', body, agent, headers: { authorization: `Bearer ${eve.token}` } });
            assert.deepEqual(shownOf(await ask(there)()), shownOf(await ask(nowhere)()));
            const ratios = await assertAsQuick(ask(there), ask(nowhere), { pairs: 60, ratio: 1.5, what: `${method} ${target(there)}` });
            t.diagnostic(`${method} ${target({ conversation: 'C', message: 'M', user: 'U', token: 'T' })}: ${ratios.map((one) => one.toFixed(2))}`);
        }
        agent.destroy();
    });

    story('who has an account is not told by signing in', async ({ ann, off, t }) => {
        await ann.patch(`/api/v1/users/${off.id}`, { disabled: true });
        await ann.post('/api/v1/users', { username: 'without' }); // an account that has no password
        let address = 1;
        const tries = (name, body = {}) => knock(ann.url, 'POST', '/api/v1/sessions', { host: 'acme.test', from: `127.0.${1 + (address >> 7)}.${1 + (address++ & 127)}`, body: { username: name, password: 'wrong', ...body } });
        const wanted = shownOf(await tries('nobody.there'));
        assert.equal(wanted.status, 401);
        const ways = [['person0'], ['PERSON0'], ['off', { password }], ['without'], ['eve', { password }], ['not a name at all'], ['nobody.there', { code: '123456' }], ['person0', { code: '123456' }]];
        for (const [name, body] of ways) assert.deepEqual(shownOf(await tries(name, body)), wanted, name);

        // Five tries from one address are free, and then the known and the unknown wait as long.
        const waits = [];
        for (const name of ['person1', 'nobody.else']) {
            const from = `127.0.200.${waits.length + 1}`;
            for (let i = 0; i < 5; ++i) await knock(ann.url, 'POST', '/api/v1/sessions', { host: 'acme.test', from, body: { username: name, password: 'wrong' } });
            waits.push(shownOf(await knock(ann.url, 'POST', '/api/v1/sessions', { host: 'acme.test', from, body: { username: name, password: 'wrong' } })));
        }
        assert.equal(waits[0].status, 429);
        assert.deepEqual(waits[0], waits[1]);

        const links = ['prw_1.x', `prw_${ann.id}.x`, `prw_${off.id}.x`, 'x'].map((token) => knock(ann.url, 'POST', '/api/v1/passwords/reset', { host: 'acme.test', body: { token, password } }));
        const refusals = (await Promise.all(links)).map(shownOf);
        for (const one of refusals) assert.deepEqual(one, refusals[0]);

        // Hashing takes its time, for somebody and for nobody.
        const ratios = [
            await assertAsQuick((i) => tries(known[i % known.length]), (i) => tries(`nobody${i}`), { pairs: 6, ratio: 1.5, what: 'somebody or nobody' }),
            await assertAsQuick(() => tries('without'), (i) => tries(`nobody${i}`), { pairs: 6, ratio: 1.5, what: 'somebody without a password or nobody' }),
        ];
        t.diagnostic(`somebody to nobody: ${ratios.flat().map((one) => one.toFixed(2))}`);
    });
});
