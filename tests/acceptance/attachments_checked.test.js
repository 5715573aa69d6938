// Files that somebody has a say about, in a running server: what is pending, turned down or another's is nowhere to be seen.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { changes } from './lib/configuration.js';
import { contractOf } from './lib/contract.js';
import { eventually } from './lib/deadline.js';
import { becomes, brings, fetches, form, isIn, knows, listed, onDisk, pdf, png, sendsFiles, stateOf, uploads } from './lib/files.js';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';
import { fetchAny } from './lib/tls.js';

const own = process.env.PARLEY_PLUGIN_FILES ?? fileURLToPath(new URL('../../build/debug/plugins', import.meta.url));
const others = process.env.PARLEY_SDK_PLUGINS ?? fileURLToPath(new URL('../../build/debug/tests/sdk/plugins', import.meta.url));
const tenants = {
    acme: {
        people: { ann: 'admin', bob: 'member', gus: 'guest' },
        settings: { hosts: ['acme.test'], plugins: { enable: ['attachments', 'gate'] }, attachments: {} },
    },
    calm: { people: { cat: 'admin' }, settings: { hosts: ['calm.test'], plugins: { enable: ['attachments', 'gate'] } } },
};
const settings = { plugins: { folders: [own, others], load: ['attachments', 'gate', 'gallery'] } };

const decides = async (who, file, verdict, reason = '') => {
    const answer = await who.post(`/api/v1/gate/${file.file ?? file}`, { verdict, reason });
    assert.equal(answer.status, 200, answer.text);
    return answer.body.state;
};

// Asks everything that can be read, as the document lists it, with these ids; gives the answers.
async function readsEverything(who, ids, word) {
    const contract = await contractOf(who.url, who.token, true);
    const all = [];
    for (const [template, methods] of Object.entries(contract.openapi.paths)) {
        const reading = methods.get;
        if (!reading || template === '/api/v1/openapi.json' || template === '/api/v1/asyncapi.json') continue;
        const parameters = [...(methods.parameters ?? []), ...(reading.parameters ?? [])].map((one) => (one.$ref ? one.$ref.slice(2).split('/').reduce((at, key) => at[key], contract.openapi) : one));
        const query = parameters
            .filter((one) => one.in === 'query' && (one.required || ['q', 'query', 'text', 'name', 'messages', 'since'].includes(one.name)))
            .map((one) => `${one.name}=${encodeURIComponent(one.name === 'messages' ? ids.message : one.name === 'since' ? 0 : word)}`);
        const headers = Object.fromEntries(parameters.filter((one) => one.in === 'header').map((one) => [one.name, one.name === 'Tus-Resumable' ? '1.0.0' : '0']));
        const target = template.replace(/{(\w+)}/g, (_, name) => ids[name] ?? (name === 'size' ? 150 : ids.file));
        // By hand: the log has plugins' events, which the kernel's part of the document does not describe.
        const answer = await fetchAny(who.url + (query.length ? `${target}?${query.join('&')}` : target), { headers: { authorization: `Bearer ${who.token}`, ...headers }, redirect: 'manual' });
        all.push({ target, template, status: answer.status, text: await answer.text() });
    }
    assert.ok(all.length > 15, `${all.length} routes`);
    assert.ok(all.some((one) => one.template.endsWith('/thumbnails/{size}')), 'the walk has no thumbnails');
    return all;
}

for (const isolation of ['in_process', 'process'])
stories(`files that are checked, ${isolation}`, { tenants, settings: { ...settings, attachments: { isolation } } }, (story) => {
    story('a message waits for its files, and its sender follows them', async ({ ann, bob }) => {
        await ann.creates('channel', 'waiting');
        await bob.joins('waiting');
        await bob.connects();
        await ann.connects();
        const slow = await brings(bob, 'waiting', 'wait-for-it.pdf', pdf);
        const quick = await brings(bob, 'waiting', 'pass.png', png);
        assert.deepEqual([slow.state, quick.state], ['checking', 'checking']);
        const sent = await sendsFiles(bob, 'waiting', [slow, quick], { text: 'both' });
        assert.equal(sent.state, 'held');
        await bob.receives('file.changed', { file: slow.file, state: 'waiting' });
        await bob.receives('file.changed', { file: quick.file, state: 'ready' });
        assert.equal((await fetches(bob, slow)).status, 404, 'not even its uploader has the content');
        await decides(ann, slow, 'pass');
        await bob.receives('file.changed', { file: slow.file, state: 'ready' });
        await ann.receives('message.created', { id: sent.id });
        assert.equal((await fetches(ann, slow)).status, 200);
        await eventually(async () => ((await listed(ann, 'waiting')).length === 2 ? true : undefined), 'both to be listed');
    });

    story('one that is turned down takes its message along, with the reason', async ({ ann, bob }) => {
        await ann.creates('channel', 'refused');
        await bob.joins('refused');
        await bob.connects();
        for (const [verdict, state] of [['quarantine', 'quarantined'], ['reject', 'rejected']]) {
            const bad = await brings(bob, 'refused', 'wait-bad.png', png);
            const good = await brings(bob, 'refused', 'wait.png', png);
            const sent = await sendsFiles(bob, 'refused', [good, bad]);
            for (const file of [bad, good]) await isIn(bob, file, 'waiting');
            assert.equal(await decides(ann, bad, verdict, 'The gate says so.'), state);
            const told = await bob.receives('file.changed', { file: bad.file, state });
            assert.equal(told.data.reason, 'The gate says so.');
            await becomes(bob, sent, 'rejected');
            assert.equal((await bob.get(`/api/v1/messages/${sent.id}`)).body.state_reason, 'The gate says so.');
            await decides(ann, good, 'pass');
            assert.equal(await stateOf(bob, sent), 'rejected');
            assert.equal((await fetches(bob, bad)).status, 404);
            assertRefused(await bob.post(`${bob.pathOf('refused')}/messages`, { text: 'x', data: { files: [{ file: bad.file }] } }), 403);
        }
        assert.deepEqual(await listed(ann, 'refused'), []);
    });

    story('what is pending, or of another tenant, is on no route', async ({ ann, bob, gus, cat, world }) => {
        // With the routes of whoever makes something of files.
        for (const name of ['acme', 'calm']) await changes(world.server, `tenants/${name}.yaml`, (file) => file.plugins.enable.push('gallery'));
        await ann.creates('channel', 'walked');
        await bob.joins('walked');
        await ann.adds('walked', gus);
        await bob.connects();
        const heard = [];
        bob.socket.hear = (frame) => heard.push(JSON.stringify(frame));
        const since = bob.socket.position;
        const seen = await brings(gus, 'walked', 'seen.png', png);
        const first = await sendsFiles(gus, 'walked', [seen]);
        await eventually(async () => ((await listed(bob, 'walked')).length === 1 ? true : undefined), 'the first file');
        await isIn(gus, seen, 'ready');

        // Pending with its message, pending without one, and as a newer version of what everybody sees.
        const word = 'wait7391';
        const pending = await brings(gus, 'walked', `${word}.pdf`, pdf);
        const held = await sendsFiles(gus, 'walked', [pending], { text: word });
        const alone = await brings(gus, 'walked', `${word}b.pdf`, Buffer.concat([pdf, Buffer.from('b')]));
        const version = await brings(gus, 'walked', `${word}c.pdf`, Buffer.concat([pdf, Buffer.from('c')]), `?version_of=${seen.file}`);
        for (const one of [pending, alone, version]) await isIn(gus, one, 'waiting');
        const secrets = [word, pending.file, alone.file, version.file, held.id];
        const isClean = (text, what) => {
            for (const one of secrets) assert.ok(!text.includes(one), `${what} shows ${one}: ${text.slice(0, 500)}`);
        };
        for (const file of [pending, alone, version])
            for (const message of [held, first]) {
                const ids = { conversation: bob.idOf('walked'), file: file.file, message: message.id, user: gus.id, upload: file.file };
                for (const who of [bob, cat]) {
                    for (const one of await readsEverything(who, ids, word)) {
                        // A problem may say again what was asked for; nothing else may.
                        if (one.status < 400) isClean(one.text, `${who.name}: GET ${one.target}`);
                        // Where a right is missing nobody looks whether there is such a file.
                        const isMissing = one.status === 403 && JSON.parse(one.text).code === 'permission_missing';
                        if (/{file}|{upload}/.test(one.template) && !isMissing) assert.equal(one.status, 404, `${who.name}: GET ${one.target}: ${one.text}`);
                    }
                    for (const how of [{ method: 'HEAD' }, { headers: { range: 'bytes=0-3' } }, { query: '?download=true' }])
                        assert.equal((await fetches(who, file, how)).status, 404);
                    assertRefused(await who.delete(`/api/v1/files/${file.file}`), 404);
                }
            }
        // The same walk finds what is there for who may know of it, so it would have found it for the others.
        const mine = await readsEverything(gus, { conversation: gus.idOf('walked'), file: pending.file, message: held.id, user: gus.id, upload: pending.file }, word);
        for (const one of [word, pending.file, held.id]) assert.ok(mine.some(({ text }) => text.includes(one)), `the walk does not find ${one}`);
        // Its uploader has the state and nothing else.
        for (const file of [pending, alone, version]) {
            assert.equal((await knows(gus, file)).state, 'waiting');
            assert.equal((await fetches(gus, file)).status, 404);
        }
        for (const one of heard) isClean(one, 'an event');
        await bob.disconnects();
        bob.world.sockets.clear();
        await bob.resumes(since);
        for (const frame of bob.socket.inbox) isClean(JSON.stringify(frame), 'resuming');
        // What everybody sees stays as it was, and another tenant's admin does not see that either.
        assert.equal((await fetches(bob, seen)).status, 200);
        assert.equal((await fetches(cat, seen)).status, 404);
        assert.deepEqual((await bob.get(`/api/v1/files/${seen.file}/versions`)).body.files.map((one) => one.file), [seen.file]);
        for (const name of ['acme', 'calm']) await changes(world.server, `tenants/${name}.yaml`, (file) => file.plugins.enable.pop());
    });

    story('a gate that gives no answer lets nothing through, for as long as it takes', async ({ ann, bob, world }) => {
        await ann.creates('channel', 'stubborn');
        await bob.joins('stubborn');
        await changes(world.server, 'tenants/acme.yaml', (file) => { file.gate = { stubborn: true }; });
        const file = await brings(bob, 'stubborn', 'pass.png', png);
        const sent = await sendsFiles(bob, 'stubborn', [file]);
        assert.equal(sent.state, 'held');
        const asked = () => world.server.logs.some((line) => line.message === 'a gate did not answer, and is asked again');
        await eventually(() => (asked() ? true : undefined), 'the gate to be asked');
        assert.equal((await knows(bob, file)).state, 'checking');
        assert.equal((await fetches(bob, file)).status, 404);
        await changes(world.server, 'tenants/acme.yaml', (whole) => { delete whole.gate; });
        await becomes(bob, sent, 'published');
        world.server.logs = world.server.logs.filter((line) => line.message !== 'a gate did not answer, and is asked again');
    });

    story('a file that was ready is found bad, and looked at again', async ({ ann, bob }) => {
        await ann.creates('channel', 'later');
        await bob.joins('later');
        const file = await brings(bob, 'later', 'pass.png', png);
        const sent = await sendsFiles(bob, 'later', [file]);
        await becomes(bob, sent, 'published');
        await eventually(async () => ((await listed(ann, 'later')).length === 1 ? true : undefined), 'the file to be listed');
        assert.equal((await ann.post(`/api/v1/gate/${file.file}/again`, {})).status, 200);
        await isIn(bob, file, 'ready');
        assert.equal(await decides(ann, file, 'quarantine', 'Found later.'), 'quarantined');
        assert.equal((await fetches(ann, file)).status, 404);
        assert.equal((await fetches(bob, file)).status, 404);
        assert.deepEqual(await listed(ann, 'later'), []);
        assert.equal((await knows(bob, file)).reason, 'Found later.');
    });

    story('a message that is withdrawn takes what it waited for along', async ({ ann, bob, world }) => {
        await ann.creates('channel', 'withdrawn');
        await bob.joins('withdrawn');
        const before = onDisk(world.server).length;
        const file = await brings(bob, 'withdrawn', 'wait.png', png);
        const sent = await sendsFiles(bob, 'withdrawn', [file]);
        await isIn(bob, file, 'waiting');
        await bob.deletes(sent);
        await eventually(() => (onDisk(world.server).length === before ? true : undefined), 'nothing to be left');
        assert.equal(await knows(bob, file), undefined);
    });

    story('a model has rules of its own, also about who has a say', async ({ ann, world }) => {
        await changes(world.server, 'tenants/acme/models/rose.yaml', (file) => {
            file.plugins = { disable: ['gate'] };
            file.attachments = { allowed_types: ['image/*'], max_file_size: 1000 };
        });
        await ann.creates('channel', 'roses', { model: 'rose' });
        await ann.creates('channel', 'plain');
        assertRefused(await uploads(ann, 'roses', [{ name: 'a.pdf', bytes: pdf }]), 400, 'type_refused');
        assertRefused(await uploads(ann, 'roses', [{ name: 'a.png', bytes: Buffer.concat([png, Buffer.alloc(2000)]) }]), 413);
        assert.equal((await brings(ann, 'roses', 'wait.png', png)).state, 'ready');
        assert.equal((await brings(ann, 'plain', 'wait.pdf', pdf)).state, 'checking');
        await changes(world.server, 'tenants/acme/models/rose.yaml', (file) => { file.plugins = { disable: ['gate', 'attachments'] }; });
        assertRefused(await ann.request('POST', `${ann.pathOf('roses')}/files`, form([{ name: 'a.png', bytes: png }]), { headers: { 'content-type': 'multipart/form-data; boundary=xyz' } }), 404);
        await changes(world.server, 'tenants/acme/models/rose.yaml', (file) => { delete file.plugins; });
    });
});
