// The SDK's template in a running server, in both isolations: its hook, its settings for each tenant, its route, job and metric.
import assert from 'node:assert/strict';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './lib/deadline.js';
import { assertRefused } from './lib/person.js';
import { psqlIn } from './lib/postgres.js';
import { plainEnvironment, run } from './lib/processes.js';
import { stories } from './lib/story.js';

const folder = process.env.PARLEY_SDK_PLUGINS ?? fileURLToPath(new URL('../../build/debug/tests/sdk/plugins', import.meta.url));
const on = { enable: ['word_watch'] };
const tenants = {
    strict: { people: { ann: 'admin', bob: 'member' }, settings: { hosts: ['strict.test'], plugins: on, word_watch: { words: ['secret', 'plan'] } } },
    careful: { people: { cat: 'admin', dan: 'member' }, settings: { hosts: ['careful.test'], plugins: on, word_watch: { words: ['party'], action: 'hold' } } },
    open: { people: { eve: 'admin' }, settings: { hosts: ['open.test'] } },
};

const sendsTo = (who, conversation, text) => who.post(`${who.pathOf(conversation)}/messages`, { text });
const counts = (who, query = '') => who.get(`/api/v1/word_watch/counts${query}`);

async function metric(server) {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    return Number(/^parley_plugin_word_watch_met_total (\d+)$/m.exec(text)?.[1]);
}

// Behind the server's back, as only a test may: time passes for what is stored. The job comes last, or it would find nothing old.
async function ages(server, database) {
    const due = 'UPDATE plugin_job SET due = 0';
    const old = 'UPDATE %word_count SET day = day - 200';
    if (database === 'postgresql') return psqlIn(server.databaseUrl, `${old.replace('%', 'plugin_word_watch.')};${due};`);
    const script = 'import sqlite3, sys\nwith sqlite3.connect(sys.argv[1], timeout=20) as db: db.execute(sys.argv[2])';
    const files = { 'plugins/word_watch/word_watch.db': old.replace('%', ''), 'parley.db': due };
    for (const [file, sql] of Object.entries(files))
        await run('python3', ['-c', script, path.join(server.folder, 'var', file), sql], { env: plainEnvironment() });
}

for (const isolation of ['in_process', 'process'])
stories(`the template, ${isolation}`, { tenants, settings: { plugins: { folders: [folder], load: ['word_watch'] }, word_watch: { isolation } } }, (story) => {
    story('refuses whole words where it is told to, for everybody and over both wires', async ({ ann, bob, eve, world }) => {
        await ann.creates('channel', 'lobby');
        await bob.joins('lobby');
        await bob.connects();
        const before = await metric(world.server);
        assertRefused(await sendsTo(ann, 'lobby', 'This is SECRET.'), 403, 'word_refused');
        assertRefused(await bob.asks('message.send', { conversation: bob.idOf('lobby'), text: 'A secret plan.' }), 403, 'word_refused');
        assert.equal((await sendsTo(ann, 'lobby', 'The secretary has planned a party.')).status, 201);
        await bob.receives('message.created', { text: 'The secretary has planned a party.' });
        assert.deepEqual((await ann.reads('lobby')).map((one) => one.text), ['The secretary has planned a party.']);
        assert.equal(await metric(world.server), before + 2);

        await eve.creates('channel', 'open');
        assert.equal((await sendsTo(eve, 'open', 'A secret plan for a party.')).status, 201);
        assert.equal((await counts(eve)).status, 404);
    });

    story('holds where it is told to, until somebody has looked', async ({ cat, dan }) => {
        await cat.creates('channel', 'careful');
        await dan.joins('careful');
        await dan.connects();
        const held = await sendsTo(dan, 'careful', 'A secret party!');
        assert.deepEqual([held.status, held.body.state], [201, 'held'], held.text);
        assert.deepEqual(await cat.reads('careful'), []);
        assert.equal((await cat.post(`/api/v1/messages/${held.body.id}/release`)).status, 200);
        await dan.receives('message.created', { text: 'A secret party!' });
    });

    story('shows counts to who may see them, of their own tenant', async ({ ann, bob, cat }) => {
        assert.deepEqual((await counts(ann)).body, { words: { secret: 2 } });
        assert.deepEqual((await counts(cat, '?days=1')).body, { words: { party: 1 } });
        assert.equal((await counts(bob)).status, 403);
        assertRefused(await counts(ann, '?days=0'), 400, undefined, 'days');
        await ann.connects();
        assert.deepEqual((await ann.asks('word_watch.counts', { days: 7 })).body, { words: { secret: 2 } });
    });

    story('forgets what is old, by a job of its own', async ({ ann, world, database }) => {
        await ages(world.server, database);
        await eventually(async () => (Object.keys((await counts(ann, '?days=3650')).body.words).length === 0 ? true : undefined), 'the counts to be trimmed');
        const text = await (await fetch(`${world.server.url}/metrics`)).text();
        assert.match(text, /^parley_plugin_jobs_total\{end="done"\} [1-9]/m);
    });
});
