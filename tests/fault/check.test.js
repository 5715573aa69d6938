// The checker itself: a good run passes, and each kind of fault, put into a journal or a history by hand, is found.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../acceptance/lib/processes.js';
import { isClean, Judge, wrongs } from './lib/check.js';
import { Journal } from './lib/journal.js';

// Two lanes of three messages in one room, heard by two clients; b2 is sent twice, because the first answer never came.
function goodRun() {
    const records = [];
    const history = { north: [] };
    for (const client of ['ann', 'bob']) records.push({ t: 0, is: 'joined', client, position: 40, rooms: { north: 0 } });
    let seq = 0;
    for (let number = 1; number <= 3; ++number)
        for (const lane of ['a', 'b']) {
            const key = `${lane}-${number}`;
            const id = `id${++seq}`;
            const attempt = { t: seq * 10, is: 'attempt', key, lane, number, room: 'north' };
            records.push(attempt);
            if (key === 'b-2') {
                records.push({ t: seq * 10 + 1, is: 'silence', key }, { t: seq * 10 + 2, is: 'fault', what: 'kill' }, { t: seq * 10 + 2, is: 'healed', what: 'kill' }, attempt);
            }
            records.push({ t: seq * 10 + 5, is: 'answer', key, status: key === 'b-2' ? 200 : 201, id, seq });
            for (const client of ['ann', 'bob']) records.push({ t: seq * 10 + 6, is: 'heard', client, position: 40 + seq, room: 'north', seq, id, key });
            history.north.push({ id, seq, key });
        }
    return { records, history };
}

function judged({ records, history }) {
    const judge = new Judge();
    for (const one of records) judge.take(one);
    return judge.verdict(history);
}

const heard = (run, client, seq) => run.records.findIndex((one) => one.is === 'heard' && one.client === client && one.seq === seq);
const answer = (run, key) => run.records.findIndex((one) => one.is === 'answer' && one.key === key);
function swap(list, one, other) {
    [list[one], list[other]] = [list[other], list[one]];
}

const doctored = {
    'a message that was acknowledged and is not there': ['lost', (run) => run.history.north.pop()],
    'a message that is another one than was acknowledged': ['lost', (run) => (run.history.north[2].id = 'other')],
    'a message that has another number than was acknowledged': ['lost', (run) => (run.records[answer(run, 'a-1')].seq = 9)],
    'a message that nobody sent': ['unexpected', (run) => run.history.north.push({ id: 'x', seq: 7, key: 'z-1' })],
    'a message in a room into which nobody sent it': ['unexpected', (run) => (run.history.south = [run.history.north.pop()])],
    'a message that was heard and is not there': ['unexpected', (run) => run.records.push({ t: 99, is: 'heard', client: 'ann', position: 47, room: 'north', seq: 7, id: 'x', key: 'z-1' })],
    'other words heard than are there': ['unexpected', (run) => (run.records[heard(run, 'ann', 3)].key = 'b-3')],
    'a refusal of what was kept': ['unexpected', (run) => {
        run.records.splice(answer(run, 'a-3'), 1, { t: 60, is: 'answer', key: 'a-3', status: 503, code: 'database_unavailable', retry_after: 2 }, { t: 61, is: 'answer', key: 'a-3', status: 200, id: 'id5', seq: 5 });
    }],
    'an answer that nobody waits for': ['unexpected', (run) => run.records.push({ t: 99, is: 'answer', key: 'z-1', status: 201, id: 'x', seq: 7 })],
    'a message that is there twice': ['duplicated', (run) => run.history.north.push({ id: 'id7', seq: 7, key: 'a-1' })],
    'a key acknowledged as two messages': ['duplicated', (run) => run.records.push({ t: 99, is: 'answer', key: 'a-1', status: 200, id: 'id7', seq: 7 })],
    'an event heard twice': ['duplicated', (run) => run.records.splice(heard(run, 'bob', 4), 0, run.records[heard(run, 'bob', 4)])],
    'one sender\'s messages in another order': ['reordered', (run) => {
        const { north } = run.history;
        [north[0].key, north[2].key] = [north[2].key, north[0].key];
    }],
    'events heard in another order': ['reordered', (run) => swap(run.records, heard(run, 'ann', 4), heard(run, 'ann', 5))],
    'a position that goes back': ['reordered', (run) => (run.records[heard(run, 'ann', 5)].position = 41)],
    'a hole in the history': ['gaps', (run) => run.history.north.splice(2, 1)],
    'an event that one client did not hear': ['gaps', (run) => run.records.splice(heard(run, 'bob', 3), 1)],
    'the last event that one client did not hear': ['gaps', (run) => run.records.splice(heard(run, 'bob', 6), 1)],
    'a hole in the positions alone': ['gaps', (run) => (run.records[heard(run, 'bob', 6)].position = 50)],
    'an answer with 500': ['odd', (run) => run.records.push({ t: 99, is: 'answer', key: 'a-1', status: 500, code: 'internal' })],
    'a position before it, of what is no message': ['reordered', (run) => run.records.push({ t: 99, is: 'passed', client: 'bob', position: 45 })],
    'a client that could not resume': ['odd', (run) => run.records.push({ t: 99, is: 'odd', client: 'ann', what: 'snapshot_needed' })],
};

describe('the checker', () => {
    it('counts a good run and finds nothing', () => {
        const verdict = judged(goodRun());
        assert.ok(isClean(verdict), JSON.stringify(verdict));
        const { attempted, acknowledged, retried, unanswered, clients, slowest_recovery_ms } = verdict;
        assert.deepEqual({ attempted, acknowledged, retried, unanswered, clients, slowest_recovery_ms }, { attempted: 6, acknowledged: 6, retried: 1, unanswered: 1, clients: 2, slowest_recovery_ms: 3 });
    });
    for (const [name, [kind, change]] of Object.entries(doctored))
        it(`finds ${name}: ${kind}`, () => {
            const run = goodRun();
            change(run);
            const verdict = judged(run);
            assert.ok(verdict[kind] > 0, JSON.stringify(verdict));
            assert.ok(!isClean(verdict));
        });
    it('knows each kind by an example', () => {
        assert.deepEqual(new Set(Object.values(doctored).map(([kind]) => kind)), new Set(wrongs));
    });
    it('as a program says so by its exit code', async () => {
        const folder = temporaryFolder('checker');
        const program = fileURLToPath(new URL('lib/check.js', import.meta.url));
        const exit = async ({ records, history }) => {
            const journal = new Journal(path.join(folder, 'journal.jsonl'));
            for (const { t: _, is, ...rest } of records) journal.note(is, rest);
            journal.flush();
            writeFileSync(path.join(folder, 'history.json'), JSON.stringify(history));
            return new Promise((resolve) => execFile(process.execPath, [program, journal.file, path.join(folder, 'history.json')], (why, out) => resolve([why?.code ?? 0, out])));
        };
        const [good, said] = await exit(goodRun());
        assert.equal(good, 0, said);
        assert.match(said, /attempted 6, acknowledged 6, .*lost 0, unexpected 0, duplicated 0, reordered 0, gaps 0/);
        const bad = goodRun();
        bad.history.north.pop();
        assert.equal((await exit(bad))[0], 1);
    });
});
