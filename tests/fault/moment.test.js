// The server dies at chosen moments: between writing and committing, between the commit and everybody who is to hear of it,
// in the middle of a checkpoint, and between a plugin's outbox and the log. Nobody's word is lost or there twice, and who
// asks again with the same key is told what became of the first time.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { randomness } from '../acceptance/lib/corpus.js';
import { eventually } from '../acceptance/lib/deadline.js';
import { temporaryFolder } from '../acceptance/lib/processes.js';
import { diesAt, noFailpoints } from './lib/failpoints.js';
import { recordsOf } from './lib/journal.js';
import { request } from './lib/load.js';
import { recoveryPatience, scenes } from './lib/scene.js';

const rounds = Number(process.env.PARLEY_TEST_ROUNDS ?? 2);
const repository = fileURLToPath(new URL('../..', import.meta.url));
const everywhere = ['before_commit', 'before_fan_out', 'before_answers'];
const points = { sqlite: [...everywhere, 'in_checkpoint'], postgresql: everywhere };

// What was answered in the end to those who waited when it died, by the moment: {before_commit: {201: 3}}.
async function secondAnswers(journal) {
    const found = {};
    const waiting = new Map(); // key: the first death since its first attempt
    for await (const one of recordsOf(journal.file)) {
        if (one.is === 'attempt' && !waiting.has(one.key)) waiting.set(one.key, undefined);
        if (one.is === 'fault') for (const [key, moment] of waiting) waiting.set(key, moment ?? one.what);
        if (one.is !== 'answer') continue;
        const moment = waiting.get(one.key);
        waiting.delete(one.key);
        if (!moment) continue;
        const counts = (found[moment] ??= {});
        counts[one.status] = (counts[one.status] ?? 0) + 1;
    }
    return found;
}

scenes('kill -9 at a chosen moment', { skip: noFailpoints, clients: 4, load: { lanes: 4, filler: 'x'.repeat(4000) } }, async ({ scene, t, database }) => {
    const random = randomness(7);
    await scene.more(20);
    scene.begins('kill');
    await scene.server.kill();
    for (let round = 0; round < rounds; ++round)
        for (const point of points[database]) {
            // Of a checkpoint the pages count, and the first comes when the log has a thousand.
            const n = point === 'in_checkpoint' ? 1 + random.below(200) : 20 + random.below(30);
            await diesAt(scene, point, n, recoveryPatience, () => scene.heals(point));
        }
    await scene.server.start();
    scene.heals('all');
    await scene.more(20);
    await scene.verdict(t, { keeps: 100 });
    const answers = await secondAnswers(scene.journal);
    t.diagnostic(`${database}: who asked again was told ${JSON.stringify(answers)}`);
    assert.ok(answers.before_commit?.[201] > 0, 'what was not committed was not there');
    assert.ok(answers.before_fan_out?.[200] > 0, 'what was committed was found by its key');
    assert.ok(answers.before_answers?.[200] > 0, 'what was committed was found by its key');
});

// Bob puts an emoji to each message that he hears, and asks until he is told that it is there.
class Reactor {
    constructor(scene) {
        this.scene = scene;
        this.waiting = [];
        this.done = new Set();
        this.heard = new Map(); // of each listener: how often of which message
        scene.load.onEvent = (listener, frame) => this.#hear(listener, frame);
    }
    #hear(listener, frame) {
        if (frame.type === 'message.created' && listener === this.scene.load.listeners[0]) this.waiting.push(frame.data.message.id);
        if (frame.type !== 'reaction.added') return;
        if (!this.heard.has(listener)) this.heard.set(listener, new Map());
        const mine = this.heard.get(listener);
        mine.set(frame.data.message, (mine.get(frame.data.message) ?? 0) + 1);
    }
    async react(isOver) {
        const { bob } = this.scene.world.people;
        while (!isOver() || this.waiting.length > 0) {
            const message = this.waiting[0];
            const target = `/api/v1/messages/${message}/reactions/${encodeURIComponent('👍')}`;
            const answer = message && (await request(bob.url, undefined, 'PUT', target, bob.token, {}).catch(() => undefined));
            if (answer?.status === 200) this.done.add(this.waiting.shift());
            else await new Promise((resolve) => setTimeout(resolve, 20));
        }
    }
    hasHeardAll() {
        return this.scene.load.listeners.every((one) => [...this.done].every((message) => this.heard.get(one)?.has(message)));
    }
}

const plugins = { folders: [process.env.PARLEY_PLUGIN_FILES ?? path.join(repository, 'build/debug/plugins')], load: ['reactions'], enable: ['reactions'] };
scenes('kill -9 between a plugin\'s outbox and the log', { skip: noFailpoints, clients: 4, settings: { plugins }, load: { lanes: 1, every: 20 } }, async ({ scene, t, database }) => {
    const reactor = new Reactor(scene);
    let isOver = false;
    const reacting = reactor.react(() => isOver);
    await eventually(() => (reactor.done.size > 5 ? true : undefined), 'bob to react');
    await scene.server.kill();
    for (let round = 0; round < rounds; ++round)
        for (const point of ['outbox_read', 'outbox_brought']) await diesAt(scene, point, 5 + round, recoveryPatience, () => scene.heals(point));
    await scene.server.start();
    scene.heals('all');
    await scene.more(10);
    await scene.load.finish();
    isOver = true;
    await reacting;
    await eventually(() => (reactor.hasHeardAll() ? true : undefined), 'all to have heard of all reactions', recoveryPatience);
    const twice = [...reactor.heard.values()].flatMap((mine) => [...mine.values()]).filter((times) => times > 1);
    t.diagnostic(`${database}: ${reactor.done.size} reactions, each heard by ${reactor.heard.size} clients`);
    await scene.verdict(t);
    assert.deepEqual(twice, [], 'nothing was said twice');
});

describe('a build for running', () => {
    const file = path.join(repository, 'core/storage/failpoint.cpp');
    const compiled = (...options) => {
        const object = path.join(temporaryFolder('failpoint'), 'failpoint.o');
        execFileSync(process.env.PARLEY_CXX ?? 'clang++-19', ['-std=c++23', '-c', '-I', path.join(repository, 'core'), ...options, '-o', object, file], { stdio: 'pipe' });
        return readFileSync(object).toString('latin1');
    };
    it('has no failpoints', () => {
        for (const word of ['PARLEY_FAILPOINT', 'before_commit', 'failpoint8', 'sqlite3'])
            assert.deepEqual([compiled().includes(word), word], [false, word]);
        assert.ok(compiled('-DPARLEY_FAILPOINTS').includes('PARLEY_FAILPOINT'), 'the search finds them where they are');
    });
    it('is what comes of every preset but those for tests, and of none', () => {
        const { configurePresets } = JSON.parse(readFileSync(path.join(repository, 'CMakePresets.json'), 'utf8'));
        const named = (name) => configurePresets.find((one) => one.name === name);
        const has = (one) => one?.cacheVariables?.PARLEY_FAILPOINTS ?? (one?.inherits ? has(named(one.inherits)) : undefined);
        assert.deepEqual(configurePresets.filter(has).map((one) => one.name), ['ci', 'asan']);
        assert.match(readFileSync(path.join(repository, 'CMakeLists.txt'), 'utf8'), /option\(PARLEY_FAILPOINTS "[^"]*" OFF\)/);
    });
});
