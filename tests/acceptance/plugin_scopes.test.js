// The operator's side of plugins: on in one tenant and not in another, settings at each level, policies, reloads, the tool.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';

const zoo = process.env.PARLEY_ZOO ?? fileURLToPath(new URL('../../build/debug/zoo', import.meta.url));
const tenants = {
    acme: { people: { ann: 'admin', bob: 'member' }, settings: { hosts: ['acme.test'], plugins: { enable: ['passes', 'censor'] } } },
    calm: { people: { cat: 'admin' }, settings: { hosts: ['calm.test'] } },
};
const settings = { plugins: { folders: [zoo], load: ['passes', 'censor', 'silent'] } };

const sendsTo = (who, conversation, text) => who.post(`${who.pathOf(conversation)}/messages`, { text });

// Changes a file of the configuration; the name is relative to its folder.
function writes(server, name, change) {
    const file = path.join(server.folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    const whole = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
    change(whole);
    writeFileSync(file, JSON.stringify(whole, null, 2));
}
const reloads = (server) => server.cli('config', 'reload');
// What a command says that ends badly.
const fails = (running) => running.then((out) => assert.fail(`it went well: ${out}`), (why) => why.message);
const forgetErrors = (server) => {
    server.logs = server.logs.filter((line) => !/^configuration (is wrong|not reloaded)/.test(line.message));
};

stories('plugins by tenant', { tenants, settings }, (story) => {
    story('one is on in a tenant and is not there in another', async ({ ann, cat }) => {
        await ann.creates('channel', 'lobby');
        await cat.creates('channel', 'quiet');
        assertRefused(await sendsTo(ann, 'lobby', 'refuse me'), 403, 'zoo_says_no');
        assert.equal((await sendsTo(cat, 'quiet', 'refuse me')).status, 201);
    });

    story('a reload changes settings and switches, and nobody is disconnected', async ({ ann, bob, cat, world }) => {
        const { server } = world;
        await ann.creates('channel', 'tuned');
        await bob.joins('tuned');
        await bob.connects();
        assert.equal((await sendsTo(ann, 'tuned', 'settings')).status, 201);

        writes(server, 'tenants/acme.yaml', (file) => { file.censor = { a: 1 }; });
        const plan = await fails(server.cli('config', 'plan'));
        assert.match(plan, /tenant\/acme censor\.a: 0 -> 1 \(now;/);
        await reloads(server);
        assertRefused(await sendsTo(ann, 'tuned', 'settings'), 403, 'zoo_says_no');
        assert.match(await server.cli('config', 'explain', 'tenant/acme', 'censor.a'), /censor\.a = 1\n\s+from .*acme\.yaml:\d+:\d+/);

        writes(server, 'tenants/calm.yaml', (file) => { file.plugins = { enable: ['censor'] }; });
        assert.match(await reloads(server), /tenant\/calm: the plugin censor is switched on/);
        await cat.creates('channel', 'now judged');
        assertRefused(await sendsTo(cat, 'now judged', 'refuse me'), 403, 'zoo_says_no');
        // A model may be left out.
        assert.match(await server.cli('plugin', 'list'), /censor +1\.0\.0 +yes +acme, calm/);

        writes(server, 'tenants/calm.yaml', (file) => { delete file.plugins; });
        writes(server, 'tenants/acme.yaml', (file) => { delete file.censor; });
        await reloads(server);
        assert.equal((await sendsTo(ann, 'tuned', 'settings')).status, 201);
        // The same connection all the way.
        await bob.receives('message.created', { text: 'settings' });
    });

    story('a wrong file changes nothing and says everything that is wrong, with its place', async ({ ann, world }) => {
        const { server } = world;
        await ann.creates('channel', 'steady');
        writeFileSync(path.join(server.folder, 'tenants/calm.yaml'),
            'hosts: [calm.test]\nplugins: {enable: [sensor]}\ncensor:\n  a: 10\n  b: 1\nsensor: {}\n');
        const said = await fails(reloads(server));
        forgetErrors(server);
        for (const expected of [
            /calm\.yaml:2:20: plugins\.enable\[0\]: the plugin sensor is not loaded; did you mean censor\?/,
            /calm\.yaml:4:6: censor\.a: expected a whole number from 0 to 9, found 10/,
            /calm\.yaml:5:3: censor\.b: unknown setting/,
            /calm\.yaml:6:1: sensor: unknown setting; did you mean censor\?/,
        ]) assert.match(said, expected);
        assertRefused(await sendsTo(ann, 'steady', 'refuse me'), 403, 'zoo_says_no');
        writeFileSync(path.join(server.folder, 'tenants/calm.yaml'), 'hosts: [calm.test]\n');
        await server.cli('config', 'check');
    });

    story('a model has its own', async ({ world }) => {
        const { server } = world;
        writes(server, 'tenants/acme/models/desk.yaml', (file) => {
            file.plugins = { disable: ['censor'], enable: ['silent'] };
            file.censor = { a: 2 };
        });
        assert.match(await reloads(server), /tenant\/acme\/model\/desk: the plugin censor is switched off/);
        const rows = async (...more) => (await server.cli('hooks', '--tenant', 'acme', ...more)).split('\n').slice(1, -1).map((line) => line.split(/ {2,}/));
        assert.deepEqual((await rows()).map((row) => [row[0], row[1], row[2], row[3], row[4]]), [
            ['message.send amend', '1', 'censor', 'refuse', 'manifest'],
            ['message.send check', '1', 'passes', 'refuse', 'manifest'],
            ['message.send check', '2', 'censor', 'hold', 'manifest'],
        ]);
        assert.deepEqual((await rows('--model', 'desk')).map((row) => [row[0], row[2]]), [
            ['message.send check', 'passes'], ['message.send check', 'silent'],
        ]);
        assert.match(await server.cli('config', 'explain', 'tenant/acme/model/desk', 'censor.a'), /censor\.a = 2/);
    });

    story('the operator decides what a failure means, but not lightly about a guard', async ({ ann, world }) => {
        const { server } = world;
        await ann.creates('channel', 'policies');
        writes(server, 'tenants/acme.yaml', (file) => { file.plugins.enable = ['censor']; });
        writes(server, 'parley.yaml', (file) => { file.censor = { hooks: { 'message.send check': { on_failure: 'skip' } } }; });
        assert.match(await fails(reloads(server)), /parley\.yaml:\d+:\d+: censor\.hooks\.message\.send check\.on_failure: skip would let through what it guards/);
        forgetErrors(server);
        assert.equal((await sendsTo(ann, 'policies', 'fail')).body.state, 'held');

        writes(server, 'parley.yaml', (file) => { file.censor.hooks['message.send check'] = { on_failure: 'refuse', deadline_ms: 1500 }; });
        await reloads(server);
        assertRefused(await sendsTo(ann, 'policies', 'fail'), 503, 'judge_unavailable');
        assert.match(await server.cli('hooks', '--tenant', 'acme'), /message\.send check +1 +censor +refuse +\S+parley\.yaml:\d+:\d+ +1500 ms +\S+parley\.yaml/);

        writes(server, 'parley.yaml', (file) => { file.censor.hooks['message.send check'] = { on_failure: 'skip', accept_risk: true }; });
        await reloads(server);
        assert.equal((await sendsTo(ann, 'policies', 'fail')).status, 201);
        writes(server, 'parley.yaml', (file) => { delete file.censor; });
        await reloads(server);
        server.logs = server.logs.filter((line) => line.plugin !== 'censor');
    });

    story('the tool says what a plugin is, and which lines switch it', async ({ world }) => {
        const { server } = world;
        const said = await server.cli('plugin', 'describe', 'censor');
        for (const line of [/^censor 1\.0\.0 \(The censor\): Of the zoo\./, /setting censor\.a \(integer, default 0\)/, /judges message\.send in the phase check, to guard something: 2000 ms, then hold/])
            assert.match(said, line);
        const lines = await server.cli('plugin', 'enable', 'silent', '--tenant', 'calm');
        assert.match(lines, /tenants\/calm\.yaml/);
        assert.match(lines, /plugins:\n {2}enable: \[silent\]\n/);
        assert.match(await server.cli('plugin', 'disable', 'silent', '--tenant', 'calm'), /off there already/);
        assert.match(await fails(server.cli('plugin', 'enable', 'nobody', '--tenant', 'calm')), /not loaded/);
    });
});

stories('trying plugins', { tenants: { acme: { people: {} } } }, (story) => {
    const checked = (server, id) => server.cli('plugin', 'check', path.join(zoo, `${id}.so`));

    story('a good one keeps the contract', async ({ world }) => {
        assert.match(await checked(world.server, 'passes'), /keeps the contract/);
    });

    story('one is tried where it can do no harm', async ({ world }) => {
        assert.match(await checked(world.server, 'nosy'), /keeps the contract/);
    });

    story('what the manifest tells is told without running anything', async ({ world }) => {
        assert.match(await fails(checked(world.server, 'wrong_major')), /needs ABI 9\.0[\s\S]*Nothing of it was run/);
        const notes = path.join(world.server.folder, 'notes.so');
        writeFileSync(notes, 'no library');
        assert.match(await fails(world.server.cli('plugin', 'check', notes)), /Nothing of it was run/);
    });

    story('what the code does is told from a process of its own', async ({ world }) => {
        for (const [id, expected] of Object.entries({
            lying: /is in the manifest and was not bound/,
            throws_in_setup: /Its setup threw/,
            throws_in_hook: /failed, threw or answered nonsense/,
            silent: /did not answer in time/,
            twice: /answered \d+ calls twice or too late/,
            unknown: /calls that never were/,
            spins: /did not answer in time[\s\S]*does not give it back/,
        })) {
            const said = await fails(checked(world.server, id));
            assert.match(said, expected, id);
            assert.match(said, /ran in a process of its own/, id);
        }
    });

    story('a new one begins with the template, and never over what is there', async ({ world }) => {
        const { server } = world;
        const folder = path.join(server.folder, 'polite_words');
        await server.cli('plugin', 'new', 'polite_words', '--folder', folder);
        assert.match(readFileSync(path.join(folder, 'plugin.yaml'), 'utf8'), /^id: polite_words$/m);
        assert.ok(existsSync(path.join(folder, 'polite_words.cpp')));
        for (const name of ['plugin.yaml', 'CMakeLists.txt', 'polite_words.cpp']) assert.doesNotMatch(readFileSync(path.join(folder, name), 'utf8'), /word_watch/);
        assert.match(await fails(server.cli('plugin', 'new', 'polite_words', '--folder', folder)), /exists already/);
        assert.match(await fails(server.cli('plugin', 'new', 'Polite')), /lower case/);
    });
});
