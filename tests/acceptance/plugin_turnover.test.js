// Another version in the place of an isolated plugin while people use it: nobody notices but by its answers.
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually, signal } from './lib/deadline.js';
import { psqlIn } from './lib/postgres.js';
import { temporaryFolder } from './lib/processes.js';
import { stories } from './lib/story.js';

const zoo = process.env.PARLEY_ZOO ?? fileURLToPath(new URL('../../build/debug/zoo', import.meta.url));
const shipped = path.join(zoo, '..', 'plugins'); // made beside the zoo
const reloads = (server) => server.cli('config', 'reload');
const fails = (running) => running.then((out) => assert.fail(`it went well: ${out}`), (why) => why.message);

// Whole, and by renaming, as operators should.
function install(from, to) {
    copyFileSync(from, `${to}.new`);
    renameSync(`${to}.new`, to);
}

// A folder of plugins for each server, with one plugin in it.
const all = temporaryFolder('plugins');
function given(plugin, from, more = {}) {
    return {
        ...more,
        get settings() {
            const folder = mkdtempSync(path.join(all, `${plugin}-`));
            install(from, path.join(folder, `${plugin}.so`));
            return { plugins: { folders: [folder], load: [plugin], enable: [plugin] }, [plugin]: { isolation: 'process' } };
        },
    };
}
const placeOf = (server, plugin) => {
    const { plugins } = JSON.parse(readFileSync(path.join(server.folder, 'parley.yaml'), 'utf8'));
    return path.join(plugins.folders[0], `${plugin}.so`);
};
const metricsOf = async ({ server }) => (await fetch(`${server.url}/metrics`)).text();

// Does something again and again, a few at a time, until it is told to end or the story is over; then gives everything
// it was answered.
class Load {
    constructor(t, lanes, act) {
        t.after(() => (this.over = true));
        this.answers = [];
        this.lanes = Array.from({ length: lanes }, async (_, lane) => {
            for (let i = 0; !this.over; ++i) this.answers.push(await act(lane, i));
        });
        this.failed = signal();
        this.failed.promise.catch(() => {});
        Promise.all(this.lanes).catch(this.failed.reject);
    }
    // Until so many more have been answered.
    async goesOn(more = 40) {
        const enough = this.answers.length + more;
        await Promise.race([eventually(() => this.answers.length >= enough || undefined, `${more} more answers`), this.failed.promise]);
    }
    async ends() {
        this.over = true;
        await Promise.all(this.lanes);
        return this.answers;
    }
}

const acme = { people: { ann: 'admin', bob: 'member' }, settings: { hosts: ['127.0.0.1'] } };

stories('a plugin that is replaced', given('chameleon', path.join(zoo, 'chameleon.so'), { tenants: { acme } }), (story) => {
    const turn = (server, which) => install(path.join(zoo, 'turns', which, 'chameleon.so'), placeOf(server, 'chameleon'));
    const versionOf = async (who) => (await who.post('/api/v1/chameleon', {})).body.version;

    story('under load no call fails, no event is lost, and nobody is disconnected', async ({ ann, bob, world, database, t }) => {
        const { server } = world;
        await ann.creates('channel', 'lobby');
        await bob.joins('lobby');
        await ann.connects();
        await bob.connects();
        const heardBefore = server.logs.length;
        const messages = new Load(t, 4, (lane, i) => ann.says('lobby', `message ${i} of ${lane}`));
        const commands = new Load(t, 2, () => bob.post('/api/v1/chameleon', {}));
        await messages.goesOn();
        await commands.goesOn();
        const slow = bob.post('/api/v1/chameleon', { slowly: true });
        await commands.goesOn();

        turn(server, 'next');
        assert.match(await reloads(server), /^plugin chameleon: 1\.0\.0 -> 1\.1\.0, replaced$/m);
        assert.equal(await versionOf(ann), '1.1.0');
        await messages.goesOn();
        await commands.goesOn();
        const sent = await messages.ends();
        const answers = await commands.ends();

        assert.equal((await slow).body.version, '1.0.0', 'what the old one had begun it ended');
        for (const one of answers) assert.equal(one.status, 200, one.text);
        // In each lane first the one, then the other; what was under way at the turn may be answered out of order.
        assert.deepEqual([...new Set(answers.map((one) => one.body.version))], ['1.0.0', '1.1.0']);
        assert.deepEqual(new Set(sent.map((one) => one.data.chameleon)), new Set(['1.0.0', '1.1.0']));
        // The same connections all the way, on which everything was heard.
        for (const one of sent) await bob.receives('message.created', { id: one.id });
        assert.equal(bob.socket.end, undefined);
        assert.equal(ann.socket.end, undefined);
        // What the plugin heard after the commit, by both versions.
        const heard = () => server.logs.slice(heardBefore).filter((line) => /^the chameleon heard/.test(line.message ?? ''));
        const ids = () => heard().map((line) => /"message":\{[^}]*?"id":"(\d+)"/.exec(line.fields)?.[1] ?? /"message":"(\d+)"/.exec(line.fields)?.[1]);
        await eventually(() => {
            const known = new Set(ids());
            return sent.every((one) => known.has(one.id)) || undefined;
        }, 'every message to be heard by the plugin');
        assert.equal(new Set(heard().map((line) => line.message)).size, 2);

        const metrics = await metricsOf(world);
        assert.match(metrics, /^parley_plugin_info\{plugin="chameleon",version="1\.1\.0",isolation="process"\} 1$/m);
        assert.match(metrics, /^parley_plugin_restarts_total\{plugin="chameleon"\} 0$/m);
        for (const end of ['failed', 'timed_out', 'not_asked'])
            for (const [line, count] of metrics.matchAll(new RegExp(`^parley_plugin_calls_total\\{plugin="chameleon".*end="${end}"\\} (\\d+)$`, 'gm')))
                assert.equal(count, '0', line);
        assert.match(await server.cli('plugin', 'list'), /chameleon +1\.1\.0 +yes/);
        if (database === 'postgresql') await psqlIn(server.databaseUrl, 'SELECT * FROM plugin_chameleon.chameleon_second');
        await reloads(server).then((said) => assert.match(said, /^No changes\./));
    });

    story('what does not start, or is no other version of the same, leaves the old one where it is', async ({ ann, world }) => {
        const { server } = world;
        const before = await versionOf(ann);
        turn(server, 'fails');
        assert.match(await fails(reloads(server)), /plugin chameleon: 1\.2\.0 in the place of 1\.1\.0: Its setup failed .*The weather is bad\./);
        server.logs = server.logs.filter((line) => !/^configuration (is wrong|not reloaded)/.test(line.message));
        assert.equal(await versionOf(ann), before);
        turn(server, 'wider');
        assert.match(await reloads(server), /^plugin chameleon: 1\.1\.0 -> 2\.0\.0, needs a restart: its manifest has other jobs, uses$/m);
        assert.equal(await versionOf(ann), before);
        await server.stop();
        await server.start();
        assert.equal(await versionOf(ann), '2.0.0');
    });
});

stories('reactions that are replaced', given('reactions', path.join(shipped, 'reactions.so'), { tenants: { acme } }), (story) => {
    // The next version: the same code with another number.
    function installNext(server) {
        const place = placeOf(server, 'reactions');
        const bytes = readFileSync(place);
        for (let at = bytes.indexOf('1.0.0'); at >= 0; at = bytes.indexOf('1.0.0', at)) bytes.write('1.0.1', at);
        writeFileSync(`${place}.new`, bytes, { mode: 0o755 });
        renameSync(`${place}.new`, place);
    }

    story('each is there and was heard once, whichever version took it', async ({ ann, bob, world, t }) => {
        const { server } = world;
        await ann.creates('channel', 'lobby');
        await bob.joins('lobby');
        await bob.connects();
        const message = await ann.sends('lobby', 'Lunch?');
        const react = (lane) => async () => {
            const emoji = encodeURIComponent(['👍', '🎉', '🚀'][lane]);
            const target = `/api/v1/messages/${message.id}/reactions/${emoji}`;
            return [await ann.put(target), await ann.delete(target)];
        };
        const load = new Load(t, 3, (lane) => react(lane)());
        await load.goesOn(20);
        installNext(server);
        assert.match(await reloads(server), /^plugin reactions: 1\.0\.0 -> 1\.0\.1, replaced$/m);
        await load.goesOn(20);
        const pairs = await load.ends();
        for (const one of pairs.flat()) assert.equal(one.status, 200, one.text);
        // As often as somebody was answered that it was so; none is lost on the way from the outbox into the log.
        for (const type of ['reaction.added', 'reaction.removed'])
            for (let i = 0; i < pairs.length; ++i) await bob.receives(type, { message: message.id });
        await bob.hearsNothingOf('reaction.added', {});
        assert.match(await metricsOf(world), /^parley_plugin_info\{plugin="reactions",version="1\.0\.1",isolation="process"\} 1$/m);
    });
});

stories('a plugin with a process of its own', given('chameleon', path.join(zoo, 'chameleon.so'), { tenants: { acme } }), (story) => {
    story('ends with the server, also when that is killed', async ({ ann, world }) => {
        const { process: child } = (await ann.post('/api/v1/chameleon', {})).body;
        const runs = () => {
            try {
                // Somebody else's child that has ended is nobody's any more.
                return !/^State:\s+Z/m.test(readFileSync(`/proc/${child}/status`, 'utf8'));
            } catch {
                return false;
            }
        };
        assert.ok(runs());
        await world.server.kill();
        await eventually(() => !runs() || undefined, 'the process of the plugin to end');
        await world.server.start();
        assert.notEqual((await ann.post('/api/v1/chameleon', {})).body.process, child);
    });
});
