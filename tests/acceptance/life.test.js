// What docs/extend/life.md tells a newcomer is typed into a shell, word by word, in an empty folder outside of the tree.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync, existsSync, readdirSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';
import { eventually, signal, within } from './lib/deadline.js';
import { newPostgresDatabase, psqlIn, stopPostgres } from './lib/postgres.js';
import { plainEnvironment, temporaryFolder } from './lib/processes.js';
import { databases } from './lib/server.js';
import { Shell } from './lib/shell.js';
import { has } from './lib/socket.js';

const page = fileURLToPath(new URL('../../docs/extend/life.md', import.meta.url));
const build = process.env.PARLEY_BUILD ?? fileURLToPath(new URL('../../build/debug', import.meta.url));
const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));

// [{line, chapter, language, code, todo: ['file', path] | undefined}]
function blocksOf(text) {
    const found = [...text.matchAll(/^## (.*)$|(?:<!-- (\w+) (\S+) -->\n)?^```(\w+)\n([\s\S]*?)^```$/gm)];
    let chapter = '';
    return found.flatMap((one) => {
        if (one[1]) chapter = one[1];
        const line = text.slice(0, one.index).split('\n').length;
        return one[4] ? [{ line, chapter, language: one[4], code: one[5], todo: one[2] && [one[2], one[3]] }] : [];
    });
}

// Each line that is promised stands in what was said, in this order.
function assertSays(said, promised, where) {
    const lines = said.split('\n');
    for (const line of promised.trimEnd().split('\n')) {
        const words = line.trim().split('…').map((part) => part.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/ +/g, ' +'));
        const wanted = new RegExp(`^\\s*${words.join('.*')}\\s*$`);
        const at = lines.findIndex((one) => wanted.test(one));
        assert.ok(at >= 0, `${where}: nothing here, or not in this order, is "${line.trim()}":\n${said}`);
        lines.splice(0, at + 1);
    }
}

async function freePort() {
    const probe = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => probe.on('listening', resolve));
    const { port } = probe.address();
    await new Promise((resolve) => probe.close(resolve));
    return port;
}

// The same plugin is built for each database, and again with each run: a compiler's cache spares the waiting.
function withCache(home) {
    if (!process.env.PATH.split(':').some((folder) => existsSync(path.join(folder, 'ccache')))) return {};
    const folder = process.env.CCACHE_DIR ?? path.join(process.env.HOME ?? home, '.cache/ccache');
    return { CMAKE_CXX_COMPILER_LAUNCHER: 'ccache', CCACHE_DIR: folder, CCACHE_BASEDIR: home, CCACHE_NOHASHDIR: '1' };
}

// Somebody at a desk with nothing but the page.
class Newcomer {
    static async arrives(database) {
        const made = new Newcomer();
        made.home = temporaryFolder('newcomer');
        made.port = await freePort();
        made.database = database === 'postgresql' ? await newPostgresDatabase() : undefined;
        const tree = path.join(made.home, 'tree');
        mkdirSync(path.join(tree, 'build'), { recursive: true });
        symlinkSync(build, path.join(tree, 'build/release'));
        const env = plainEnvironment({ HOME: made.home, PATH: `${path.join(build, 'bin')}:${process.env.PATH}`, PARLEY_MIGRATIONS: migrations, LC_ALL: 'C.UTF-8' });
        made.shell = new Shell(tree, { ...env, ...withCache(made.home) });
        return made;
    }

    // The page's port may be somebody's; the page's database is one of two.
    here(text) {
        const theirs = text.replaceAll('8080', String(this.port));
        if (!this.database) return theirs;
        writeFileSync(path.join(this.home, 'url'), this.database, { mode: 0o600 });
        return theirs.replaceAll('"sqlite:parley.db"', `{secret: {file: ${path.join(this.home, 'url')}}}`);
    }

    file(name) {
        return name.replace(/^~/, this.home);
    }

    async plays(block) {
        const where = `life.md:${block.line}`;
        const [what, argument] = block.todo ?? [];
        if (block.language === 'sh') this.said = await this.shell.run(this.here(block.code), where);
        else if (block.language === 'text') assertSays(this.said, block.code, where);
        else if (what === 'file') writeFileSync(this.file(argument), this.here(block.code));
        else if (what === 'patch') await this.shell.run(`patch -s -p1 -d ${this.file(argument)} <<'end of the patch'\n${block.code}end of the patch\n`, where);
        else if (what === 'as') await this.talks((await this.shell.run(`echo ${argument}`, where)).trim(), block.code, where);
        else assert.fail(`${where}: what is to be done with this?`);
    }

    async talks(token, frames, where) {
        const socket = new WebSocket(`ws://127.0.0.1:${this.port}/api/v1/socket`, 'parley.v1', { headers: { authorization: `Bearer ${token}` } });
        const heard = [];
        socket.on('message', (bytes) => heard.push(JSON.parse(bytes.toString('utf8'))));
        await within(new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject)), `${where}: the WebSocket`);
        for (const line of frames.trim().split('\n')) {
            if (line.startsWith('> ')) socket.send(line.slice(2));
            else await eventually(() => heard.find((one) => has(one, JSON.parse(line.slice(2)))), { toString: () => `${where}: ${line}, after ${JSON.stringify(heard)}` });
        }
        return socket;
    }

    // What the plugin has of its own in the database: its tables, or nothing.
    async tables() {
        if (!this.database) {
            const folder = path.join(this.home, 'chat/var/plugins/polite_words');
            return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.db')) : [];
        }
        const found = await psqlIn(this.database, "\\pset tuples_only on\nSELECT table_name FROM information_schema.tables WHERE table_schema LIKE 'plugin\\_%' ORDER BY 1;\n");
        return found.split('\n').map((line) => line.trim()).filter(Boolean);
    }

    // What the server had to say about it.
    complains(why) {
        const log = path.join(this.home, 'chat/log');
        if (existsSync(log)) why = new Error(`${why.message}\nThe server's log ends so:\n${readFileSync(log, 'utf8').slice(-3000)}`);
        throw why;
    }

    leaves() {
        this.shell.end();
    }
}

describe('the life of a plugin, as documented', () => {
    after(stopPostgres);
    const blocks = blocksOf(readFileSync(page, 'utf8'));
    for (const database of databases)
        it(`is lived on ${database}`, async (t) => {
            const newcomer = await Newcomer.arrives(database);
            t.after(() => newcomer.leaves());
            // What a client feels of it: one that is there when the next version comes, and comes back.
            const watching = {};
            let chapter;
            for (const block of blocks) {
                if (block.chapter !== chapter) {
                    if (block.chapter === 'The next version') {
                        assert.ok((await newcomer.tables()).length > 0);
                        const token = (await newcomer.shell.run('echo $ann', 'the client')).trim();
                        const ended = signal();
                        watching.ended = ended.promise;
                        const socket = await newcomer.talks(token, '> {"id":"1","command":"snapshot","data":{}}\n< {"type":"resumed"}', 'the client');
                        socket.on('close', (code) => ended.resolve(code));
                        socket.on('message', (bytes) => (watching.position = JSON.parse(bytes.toString('utf8')).position ?? watching.position));
                    }
                    if (block.chapter === 'Taken away') {
                        assert.equal(await within(watching.ended, 'the client to be sent away'), 1012);
                        const token = (await newcomer.shell.run('echo $ann', 'the client')).trim();
                        const again = await newcomer.talks(token, '> {"id":"1","command":"resume","data":{"since":1}}\n< {"type":"message.created"}\n< {"type":"message.deleted"}\n< {"type":"resumed"}', 'the client');
                        again.close();
                    }
                    chapter = block.chapter;
                }
                await newcomer.plays(block).catch((why) => newcomer.complains(why));
            }
            assert.deepEqual(await newcomer.tables(), []);
            const log = readFileSync(path.join(newcomer.home, 'chat/log'), 'utf8');
            assert.doesNotMatch(log, /"level":"(error|critical)"/);
        });

    it('can go wrong', () => {
        assert.throws(() => assertSays('a\nb c\n', 'b … d', 'x'));
        assert.throws(() => assertSays('a\nb\n', 'b\na', 'x'));
        assertSays('  a 1  b\n', 'a … b', 'x');
        assert.ok(blocks.length > 20);
    });
});
