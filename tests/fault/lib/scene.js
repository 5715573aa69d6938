// A scene: a server, a load on it, bad luck in between, and the checker's verdict at the end.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, after } from 'node:test';
import { eventually, within } from '../../acceptance/lib/deadline.js';
import { stopPostgres } from '../../acceptance/lib/postgres.js';
import { temporaryFolder } from '../../acceptance/lib/processes.js';
import { databases } from '../../acceptance/lib/server.js';
import { World } from '../../acceptance/lib/story.js';
import { isClean, judgeFile, toText } from './check.js';
import { Journal } from './journal.js';
import { historyOf, Load, request } from './load.js';

export const recoveryPatience = Number(process.env.PARLEY_TEST_RECOVERY_MS ?? 120_000);
const names = ['ann', 'bob', 'carol', 'dave', 'erin', 'fred'];

export class Scene {
    // `clients`: connections, of four people in turn; `load`: as Load takes it; `run`, `settings`: of the server; `tenant`:
    // its settings; `by(scene)` gives a function that gives the i-th client another address of the server.
    static async open(database, { clients = 6, rooms = 2, load = {}, settings, run, tenant, by, expects = [] } = {}) {
        const made = new Scene();
        made.database = database;
        made.expects = expects; // errors in the server's log that belong to the bad luck
        const people = Object.fromEntries(names.slice(0, 4).map((name, i) => [name, i === 0 ? 'admin' : 'member']));
        made.world = await World.open(database, { tenants: { acme: { people, settings: tenant } }, settings, run });
        try {
            const all = Object.values(made.world.people);
            made.rooms = [];
            for (let i = 1; i <= rooms; ++i) {
                await all[0].creates('channel', `room ${i}`, { members: all.slice(1) });
                made.rooms.push(all[0].idOf(`room ${i}`));
            }
            made.journal = new Journal(path.join(temporaryFolder('journal'), 'journal.jsonl'));
            made.load = new Load(made.journal, load);
            const address = await by?.(made);
            const client = (i) => {
                const one = all[i % all.length];
                const url = address?.(i);
                return url ? { name: one.name, token: one.token, url } : one;
            };
            await within(made.load.start(Array.from({ length: clients }, (_, i) => client(i)), made.rooms), 'the clients to hear', recoveryPatience);
        } catch (why) {
            made.load?.stop();
            await made.world.server.kill();
            throw why;
        }
        return made;
    }

    get server() {
        return this.world.server;
    }
    get ann() {
        return this.world.people.ann;
    }

    // When so many more messages have been acknowledged.
    more(count) {
        return within(this.load.more(count), () => `${count} more messages to be acknowledged; the server said last:\n${this.said()}`, recoveryPatience);
    }
    said() {
        const lines = (this.server.process?.output ?? '').split('\n').filter((line) => !line.includes('"message":"request"'));
        return lines.slice(-20).join('\n');
    }

    begins(what) {
        this.journal.note('fault', { what });
    }
    heals(what) {
        this.journal.note('healed', { what });
    }

    // {status, body, headers}, also while nothing is as it should be; status 0 when nobody answers.
    async probe(target, method = 'GET', body = undefined) {
        try {
            return await within(request(this.server.url, undefined, method, target, this.ann.token, body), target);
        } catch (why) {
            return { status: 0, body: why.message, headers: {} };
        }
    }
    // A write is, and says when to come back; gives the code.
    async isRefused(t) {
        const began = performance.now();
        const told = await this.probe(`/api/v1/conversations/${this.rooms[0]}/messages`, 'POST', { text: 'Is there room?' });
        assert.equal(told.status, 503);
        assert.ok(Number(told.headers['retry-after']) > 0);
        t.diagnostic(`refused after ${Math.round(performance.now() - began)} ms: ${told.body.code}`);
        return told.body.code;
    }
    // When /ready says so; gives its page.
    becomes(status) {
        return eventually(async () => {
            const page = await this.probe('/ready');
            return page.status === status ? page : undefined;
        }, `/ready to say ${status}`, recoveryPatience);
    }

    // Ends the load and says what the checker found.
    async verdict(t, { keeps = 20, tolerates } = {}) {
        await within(this.load.finish(), () => `the writers to finish; the server said last:\n${this.said()}`, recoveryPatience);
        const history = await historyOf(this.ann, this.rooms);
        // Who has not heard all by then has a gap, and the checker says where.
        await eventually(() => (this.load.hasHeard(history) ? true : undefined), 'all to have heard all', 60_000).catch(() => {});
        this.load.stop();
        const { judge, verdict } = await judgeFile(this.journal.file, history, { tolerates });
        t.diagnostic(`${this.database}: ${toText(verdict)}${Object.keys(judge.codes).length > 0 ? `; refusals ${JSON.stringify(judge.codes)}` : ''}`);
        for (const line of judge.first) t.diagnostic(line);
        const { PARLEY_FAULT_KEEP: kept } = process.env;
        if (kept) {
            mkdirSync(kept, { recursive: true });
            copyFileSync(this.journal.file, path.join(kept, 'journal.jsonl'));
            writeFileSync(path.join(kept, 'history.json'), JSON.stringify(history));
        }
        assert.ok(isClean(verdict), `${toText(verdict)}\n${judge.first.join('\n')}`);
        assert.equal(verdict.acknowledged, verdict.attempted);
        assert.ok(verdict.acknowledged >= keeps, `there was load: ${verdict.acknowledged}`);
        assert.equal(judge.withoutRetryAfter, 0, `every 503 says when to come back: ${JSON.stringify(judge.codes)}`);
        return { ...verdict, codes: judge.codes };
    }

    async close() {
        this.load.stop();
        this.road?.close();
        const { logs } = this.server;
        const of = (line) => this.expects.some((one) => one.test(line.message));
        this.server.logs = logs.filter((line) => !of(line));
        await this.world.close();
    }
}

const chosen = process.env.PARLEY_TEST_DATABASE ? [process.env.PARLEY_TEST_DATABASE] : databases;

// play({scene, t, database}) on each database, or on those in `on`; `skip`: why not here, if it can't be played.
export function scenes(title, { on = databases, skip = false, ...given }, play) {
    describe(title, () => {
        for (const database of chosen.filter((one) => on.includes(one)))
            it(`on ${database}`, { skip }, async (t) => {
                const options = typeof given.make === 'function' ? { ...given, ...(await given.make(database)) } : given;
                const scene = await Scene.open(database, options);
                try {
                    await play({ scene, t, database });
                } catch (why) {
                    // Its own words are worth more than a second failure.
                    t.diagnostic(scene.said());
                    scene.load.stop();
                    scene.road?.close();
                    await scene.server.kill();
                    throw why;
                }
                await scene.close();
            });
        after(stopPostgres);
    });
}

// /proc/PID of the server: {kib: resident memory, files: descriptors, seconds: processor time}.
export function usage(server) {
    const { pid } = server.process;
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return { kib: Number(/VmRSS:\s+(\d+)/.exec(status)[1]), seconds: (Number(fields[11]) + Number(fields[12])) / 100 };
}
