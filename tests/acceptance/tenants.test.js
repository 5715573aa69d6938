// Two organisations on one server: what belongs to one does not exist for the other.
import assert from 'node:assert/strict';
import { contractOf } from './lib/contract.js';
import { askRaw } from './lib/http.js';
import { stories } from './lib/story.js';

const tenants = {
    acme: { people: { ann: { role: 'admin', password: 'correct horse battery' }, bob: 'member' }, settings: { display_name: 'Acme', hosts: ['acme.test'] } },
    globex: { people: { eve: { role: 'admin', password: 'another password' } }, settings: { display_name: 'Globex', hosts: ['globex.test'] } },
};

// Something valid for each member that a request must have.
const samples = { text: 'Hello', seq: 1, role: 'member', permissions: '', reason: 'because', kind: 'channel', name: 'x', presence: 'online', since: 0 };

function membersOf(contract, path, operation) {
    const resolve = (value) => (value?.$ref ? value.$ref.slice(2).split('/').reduce((at, key) => at[key], contract.openapi) : value);
    const parameters = [...(contract.openapi.paths[path].parameters ?? []), ...(operation.parameters ?? [])].map(resolve);
    const body = resolve(resolve(operation.requestBody)?.content?.['application/json']?.schema);
    return {
        inPath: parameters.filter((one) => one.in === 'path').map((one) => one.name),
        inQuery: parameters.filter((one) => one.in === 'query' && one.required).map((one) => one.name),
        inBody: body?.required ?? [],
        // Also where it need not be said, an id must not lead anywhere.
        idsInBody: Object.keys(body?.properties ?? {}).filter((name) => ['reply_to', 'thread_root', 'user'].includes(name)),
    };
}

const known = ({ status, body }) => {
    const { request_id, ...rest } = body ?? {};
    return { status, body: rest };
};

stories('tenants', { tenants }, (story) => {
    story("what Eve of Globex asks with Acme's ids is answered as if they were nobody's", async ({ ann, bob, eve }) => {
        await ann.creates('channel', 'plans', { members: [bob] });
        const said = await ann.sends('plans', 'World domination');
        const token = (await ann.post('/api/v1/tokens', { name: 'program' })).body;
        const theirs = { conversation: ann.idOf('plans'), message: said.id, user: bob.id, users: bob.id, token: token.id, reply_to: said.id, thread_root: said.id };
        const nobodys = Object.fromEntries(Object.keys(theirs).map((name) => [name, '123456789012345678']));
        await eve.connects();

        const contract = await contractOf(eve.url);
        let asked = 0;
        for (const [path, methods] of Object.entries(contract.openapi.paths))
            for (const [method, operation] of Object.entries(methods)) {
                if (!['get', 'post', 'put', 'patch', 'delete'].includes(method)) continue;
                const { inPath, inQuery, inBody, idsInBody } = membersOf(contract, path, operation);
                const names = [...inPath, ...inQuery, ...inBody, ...idsInBody];
                if (!names.some((name) => name in theirs)) continue;
                const ask = async (ids) => {
                    const value = (name) => ids[name] ?? samples[name];
                    let target = inPath.reduce((at, name) => at.replace(`{${name}}`, value(name)), path);
                    if (inQuery.length > 0) target += `?${inQuery.map((name) => `${name}=${value(name)}`).join('&')}`;
                    const inside = [...new Set([...inBody, ...idsInBody])];
                    const body = inside.length > 0 ? Object.fromEntries(inside.map((name) => [name, value(name)])) : undefined;
                    const overHttp = await eve.request(method.toUpperCase(), target, body);
                    const data = Object.fromEntries(names.map((name) => [name, name === 'users' ? [value(name)] : value(name)]));
                    const overSocket = await eve.asks(operation.operationId, data);
                    return [known(overHttp), known(overSocket)];
                };
                const [real, random] = [await ask(theirs), await ask(nobodys)];
                assert.deepEqual(real, random, operation.operationId);
                assert.ok(real[0].status >= 400 || operation.operationId === 'presence.get', `${operation.operationId}: ${JSON.stringify(real)}`);
                ++asked;
            }
        assert.ok(asked > 25, `only ${asked} operations take ids?`);
        assert.deepEqual((await ann.reads('plans')).map((one) => one.text), ['World domination']);
        assert.equal((await ann.request('GET', '/api/v1/users/me', undefined, { token: token.token })).status, 200);
    });

    story('Eve hears, finds and reads nothing of Acme', async ({ ann, eve, bob }) => {
        const snapshot = await eve.connects();
        await ann.connects();
        await ann.creates('channel', 'picnic', { members: [bob] });
        await ann.says('picnic', 'Who brings the salad?');
        await eve.hearsNothingOf('message.created', {});
        await eve.hearsNothingOf('presence.changed', {});
        assert.ok(!JSON.stringify(snapshot).includes('acme'));
        assert.deepEqual((await eve.get('/api/v1/users')).body.users.map((one) => one.username), ['eve']);
        assert.deepEqual((await eve.get('/api/v1/conversations/browse')).body.conversations, []);
        const events = await eve.get('/api/v1/events?since=0&limit=1000');
        assert.ok(!events.text.includes('salad'));
        const own = await eve.creates('channel', 'picnic');
        assert.notEqual(own.conversation.id, ann.idOf('picnic'), 'the same name is free in every tenant');
    });

    story('the host that is asked decides who can sign in', async ({ ann }) => {
        const signIn = (host, username, password) => {
            const body = JSON.stringify({ username, password });
            return askRaw(ann.url, `POST /api/v1/sessions HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
        };
        assert.equal((await signIn('acme.test', 'ann', 'correct horse battery')).status, 201);
        assert.equal((await signIn('ACME.test:8080', 'ann', 'correct horse battery')).status, 201);
        assert.equal((await signIn('globex.test', 'ann', 'correct horse battery')).status, 401);
        assert.equal((await signIn('globex.test', 'eve', 'another password')).status, 201);
        const nowhere = await signIn('initech.test', 'ann', 'correct horse battery');
        assert.deepEqual([nowhere.status, nowhere.body.code], [404, 'host_unknown']);
        const info = await askRaw(ann.url, 'GET /api/v1/server HTTP/1.1\r\nHost: globex.test\r\nConnection: close\r\n\r\n');
        assert.deepEqual([info.body.tenant.name, info.body.tenant.display_name], ['globex', 'Globex']);
    });
});
