// The API documents: right by the judgement of public tools, and about this server.
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { Parser } from '@asyncapi/parser';
import spectral from '@stoplight/spectral-core';
import * as parsers from '@stoplight/spectral-parsers';
import * as rulesets from '@stoplight/spectral-rulesets';
import { contractOf } from './lib/contract.js';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';

const { Spectral, Document } = spectral;
const methods = ['get', 'post', 'put', 'patch', 'delete', 'options'];
const isError = ({ severity }) => severity === 0;
const show = (found) => found.map((one) => `${one.path.join('.')}: ${one.code}: ${one.message}`).join('\n');

function operationsOf({ openapi }) {
    const all = [];
    for (const [path, item] of Object.entries(openapi.paths))
        for (const method of methods) if (method in item) all.push({ path, method: method.toUpperCase(), ...item[method] });
    return all;
}

// An address that fits the path and belongs to nobody.
const concrete = (path) => path.replaceAll(/\{[^}]+\}/g, '123456789012345678');

// A judge lets nothing else run, for a minute on a busy machine: what the server closed meanwhile is heard of before it is
// written to.
async function judged(verdict) {
    const made = await verdict;
    for (let i = 0; i < 2; ++i) await turn();
    return made;
}

stories('the API documents', { tenants: { acme: { people: { ann: 'admin' } } } }, (story) => {
    story('Spectral finds no error in the OpenAPI document', async ({ ann, t }) => {
        const document = (await ann.request('GET', '/api/v1/openapi.json', undefined, { token: null })).body;
        assert.match(document.openapi, /^3\.1\./);
        const linter = new Spectral();
        linter.setRuleset({ extends: [(rulesets.oas ?? rulesets.default.oas)] });
        const found = await judged(linter.run(new Document(JSON.stringify(document), (parsers.Json ?? parsers.default.Json), 'openapi.json')));
        if (found.length > 0) t.diagnostic(show(found));
        assert.deepEqual(found.filter(isError), [], show(found.filter(isError)));
    });

    story('the AsyncAPI parser finds no error in the AsyncAPI document', async ({ ann, t }) => {
        const { text } = await ann.request('GET', '/api/v1/asyncapi.json', undefined, { token: null });
        const { document, diagnostics } = await judged(new Parser().parse(text));
        if (diagnostics.length > 0) t.diagnostic(show(diagnostics));
        assert.deepEqual(diagnostics.filter(isError), [], show(diagnostics.filter(isError)));
        assert.match(document.version(), /^3\./);
    });

    story('every operation of the document is there', async ({ ann }) => {
        const contract = await contractOf(ann.url);
        const all = operationsOf(contract);
        assert.ok(all.length >= 40, `only ${all.length} operations`);
        assert.equal(new Set(all.map((one) => one.operationId)).size, all.length, 'each has a name of its own');
        for (const { path, method, operationId, security } of all) {
            const anonymous = await ann.request(method, concrete(path), undefined, { token: null });
            const open = security !== undefined && security.length === 0;
            if (!open) assertRefused(anonymous, 401, 'not_signed_in');
            assert.ok(![404, 405].includes(anonymous.status) || ['host_unknown', 'provider_unknown'].includes(anonymous.body.code), `${operationId} is not there: ${anonymous.text}`);
        }
    });

    story('no address has a method that the document does not know', async ({ ann }) => {
        const contract = await contractOf(ann.url);
        const known = new Map();
        for (const { path, method } of operationsOf(contract)) known.set(path, [...(known.get(path) ?? []), method]);
        for (const [path, allowed] of known)
            for (const method of methods.map((one) => one.toUpperCase())) {
                if (allowed.includes(method)) continue;
                const answer = await ann.request(method, concrete(path));
                if (path === '/api/v1/socket') continue; // not an address for requests at all
                assertRefused(answer, 405, 'method_not_allowed');
                const said = answer.headers.get('allow').split(/, */).filter((one) => one !== 'HEAD').sort();
                assert.deepEqual(said, [...allowed].sort(), `${method} ${path}`);
            }
    });

    story('every operation is a command of the WebSocket, and the AsyncAPI document names them all', async ({ ann }) => {
        const contract = await contractOf(ann.url);
        await ann.connects();
        const named = JSON.stringify(contract.asyncapi);
        const unknown = (await ann.asks('no.such.command')).body;
        for (const { operationId, security } of operationsOf(contract)) {
            if (security !== undefined && security.length === 0) continue;
            if (operationId === 'events.wait') continue; // for those who have no WebSocket, which tells of events by itself
            assert.ok(named.includes(`"${operationId}"`), `${operationId} is not in the AsyncAPI document`);
            if (['session.close', 'session.end_all'].includes(operationId)) continue; // they would end this
            const answer = await ann.asks(operationId, {});
            assert.notEqual(answer.body?.code, unknown.code, operationId);
        }
    });

    story('documents are cheap to ask for again', async ({ ann }) => {
        for (const name of ['openapi', 'asyncapi']) {
            const first = await ann.request('GET', `/api/v1/${name}.json`, undefined, { token: null });
            const tag = first.headers.get('etag');
            assert.ok(tag);
            const again = await ann.request('GET', `/api/v1/${name}.json`, undefined, { token: null, headers: { 'if-none-match': tag } });
            assert.deepEqual([again.status, again.text], [304, '']);
        }
    });

    story('machines can ask whether the server is live, ready, and how it is', async ({ ann }) => {
        for (const page of ['/live', '/ready', '/metrics']) {
            const answer = await ann.request('GET', page, undefined, { token: null });
            assert.equal(answer.status, 200, page);
            assert.ok(!answer.text.includes(ann.token));
        }
        const { text } = await ann.request('GET', '/metrics', undefined, { token: null });
        assert.match(text, /^# HELP /m);
        assert.match(text, /^process_cpu_seconds_total /m);
    });

    story('the log of the server knows no secrets', async ({ ann, world }) => {
        await ann.get('/api/v1/users/me');
        assert.ok(!world.server.process.output.includes(ann.token));
    });
});
