// The documents and types that are checked in are those of the server.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { Server } from '../../../tests/acceptance/lib/server.js';
import { asText, files, read, writeAll } from '../scripts/generate.js';

const said = 'run PARLEY_WRITE_REFERENCE=1 node sdk/js/tests/documents.test.js and commit sdk/js';

describe('the documents of the SDK', () => {
    let server;
    before(async () => {
        server = await Server.prepare('sqlite', { tenants: { acme: {} } });
        await server.cli('tenant', 'create', 'acme');
        await server.start();
    });
    after(() => server.stop());

    it('are what the server serves', async () => {
        const served = {};
        for (const name of ['openapi', 'asyncapi']) served[name] = await (await fetch(`${server.url}/api/v1/${name}.json`)).json();
        if (process.env.PARLEY_WRITE_REFERENCE) writeAll(served);
        for (const name of ['openapi', 'asyncapi']) assert.ok(asText(served[name]) === asText(read(name)), `api/${name}.json is not what the server serves: ${said}`);
    });

    it('and the types and routes are made of them', () => {
        for (const [name, make] of Object.entries(files)) {
            const text = readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
            assert.ok(text === make(read('openapi'), read('asyncapi')), `${name} is not what the documents say: ${said}`);
        }
    });
});
