// Holds what was tried, answered and heard (a journal) against what is there (a history), and counts what does not fit.
// As a program: node check.js <journal.jsonl> <history.json>; its exit code is 1 when something does not fit.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { recordsOf } from './journal.js';

// After these the sender does not know whether it was stored; any other refusal says that it was not.
const unsure = new Set(['outcome_unknown', 'timeout', 'not_answered']);
export const wrongs = ['lost', 'unexpected', 'duplicated', 'reordered', 'gaps', 'odd'];

// A history: {room: [{id, seq, key}]}, in the order in which the server gave it.
export class Judge {
    // `tolerates`: statuses beside 503 that clients may get; after them the sender does not know whether it was stored.
    constructor({ tolerates = [] } = {}) {
        this.tolerates = tolerates;
        this.tried = new Map(); // key: {lane, number, room, unsure: may have been stored by an earlier try}
        this.acknowledged = new Map(); // key: {id, seq}
        this.streams = new Map(); // client: {position, rooms: {room: {last, seen}}}
        this.found = { attempted: 0, acknowledged: 0, retried: 0, refused: 0, unanswered: 0, lost: 0, unexpected: 0, duplicated: 0, reordered: 0, gaps: 0, odd: 0 };
        this.codes = {}; // of refusals
        this.withoutRetryAfter = 0; // of refusals with 503
        this.slowest = 0; // answer, in milliseconds
        this.recoveries = []; // milliseconds from each `healed` to the next acknowledgement
        this.first = []; // what was wrong first, for people
    }

    #wrong(kind, what, times = 1) {
        this.found[kind] += times;
        if (this.first.length < 20) this.first.push(`${kind}: ${what}`);
    }

    take(record) {
        this[`on_${record.is}`](record);
    }

    on_attempt({ t, key, lane, number, room }) {
        const known = this.tried.get(key);
        if (known) {
            if (++known.tries === 2) ++this.found.retried;
            known.since = t;
            return;
        }
        ++this.found.attempted;
        this.tried.set(key, { lane, number, room, tries: 1, unsure: false, since: t });
    }
    on_silence({ key }) {
        ++this.found.unanswered;
        this.tried.get(key).unsure = true;
    }
    on_answer({ t, key, status, code, id, seq, retry_after }) {
        const tried = this.tried.get(key);
        if (!tried) return this.#wrong('unexpected', `an answer to ${key}, which nobody sent`);
        this.slowest = Math.max(this.slowest, t - tried.since);
        if (status !== 200 && status !== 201) {
            ++this.found.refused;
            this.codes[`${status} ${code}`] = (this.codes[`${status} ${code}`] ?? 0) + 1;
            const isTolerated = this.tolerates.includes(status);
            if (status === 503 && !(retry_after > 0)) ++this.withoutRetryAfter;
            if (status !== 503 && !isTolerated) this.#wrong('odd', `${key} was answered ${status} ${code}`);
            if (unsure.has(code) || isTolerated) tried.unsure = true;
            return;
        }
        const before = this.acknowledged.get(key);
        if (before && (before.id !== id || before.seq !== seq)) return this.#wrong('duplicated', `${key} was acknowledged as ${before.id} and as ${id}`);
        // 200: it was there before; but every earlier try was told that it was not kept.
        if (!before && status === 200 && !tried.unsure) this.#wrong('unexpected', `${key} was refused, and kept all the same`);
        if (!before) ++this.found.acknowledged;
        this.acknowledged.set(key, { id, seq });
        if (this.healed !== undefined) this.recoveries.push(t - this.healed);
        this.healed = undefined;
    }
    // From here on the client hears everything; `rooms`: the last sequence of each.
    on_joined({ client, position, rooms }) {
        const each = Object.entries(rooms).map(([room, seq]) => [room, { joined: seq, last: seq, heard: new Map() }]);
        this.streams.set(client, { position, rooms: new Map(each) });
    }
    on_heard({ client, position, room, seq, id, key }) {
        const stream = this.streams.get(client);
        const in_ = stream.rooms.get(room);
        if (!in_) return this.#wrong('unexpected', `${client} heard of a room that is not its own`);
        if (in_.heard.has(seq)) this.#wrong('duplicated', `${client} heard number ${seq} of ${room} twice`);
        else if (seq < in_.last) this.#wrong('reordered', `${client} heard number ${seq} of ${room} after ${in_.last}`);
        else this.#follow(client, stream, position);
        in_.heard.set(seq, `${id} ${key}`);
        in_.last = Math.max(in_.last, seq);
        stream.position = Math.max(stream.position, position);
    }
    // Something that is no message.
    on_passed({ client, position }) {
        const stream = this.streams.get(client);
        this.#follow(client, stream, position);
        stream.position = Math.max(stream.position, position);
    }
    #follow(client, stream, position) {
        if (position <= stream.position) this.#wrong('reordered', `${client} heard position ${position} after ${stream.position}`);
        else if (position > stream.position + 1) this.#wrong('gaps', `${client} heard position ${position} after ${stream.position}`, position - stream.position - 1);
    }
    on_fault() {}
    on_healed({ t }) {
        this.healed = t;
    }
    on_odd({ client, what, status }) {
        if (!this.tolerates.includes(status)) this.#wrong('odd', `${client}: ${what}`);
    }

    // Everything that was counted.
    verdict(history) {
        const stored = new Map();
        for (const [room, messages] of Object.entries(history)) this.#readRoom(room, messages, stored);
        for (const [key, { id, seq }] of this.acknowledged) {
            const there = stored.get(key);
            if (!there) this.#wrong('lost', `${key} was acknowledged and is not there`);
            else if (there.id !== id || there.seq !== seq) this.#wrong('lost', `${key} was acknowledged as ${id}, number ${seq}, and is ${there.id}, number ${there.seq}`);
        }
        for (const [client, stream] of this.streams) for (const [room, heard] of stream.rooms) this.#compare(client, room, heard, history[room] ?? []);
        const slowest = this.recoveries.length > 0 ? Math.round(Math.max(...this.recoveries)) : null;
        return { ...this.found, clients: this.streams.size, slowest_answer_ms: Math.round(this.slowest), recoveries: this.recoveries.length, slowest_recovery_ms: slowest };
    }

    #readRoom(room, messages, stored) {
        const last = new Map(); // number by lane
        messages.forEach(({ id, seq, key }, i) => {
            const tried = this.tried.get(key);
            if (!tried || tried.room !== room) return this.#wrong('unexpected', `${key}, number ${seq} of ${room}, which nobody sent there`);
            if (stored.has(key)) this.#wrong('duplicated', `${key} is there as ${stored.get(key).id} and as ${id}`);
            stored.set(key, { id, seq });
            if (tried.number < (last.get(tried.lane) ?? 0)) this.#wrong('reordered', `${key} stands after number ${last.get(tried.lane)} of its sender`);
            last.set(tried.lane, tried.number);
            const before = i === 0 ? 0 : messages[i - 1].seq;
            if (seq !== before + 1) this.#wrong('gaps', `number ${seq} of ${room} comes after ${before}`, Math.max(1, seq - before - 1));
        });
    }

    // What a client heard since it joined is what is there.
    #compare(client, room, { joined, heard }, messages) {
        const there = new Map(messages.map(({ id, seq, key }) => [seq, `${id} ${key}`]));
        for (const [seq, what] of heard) if (there.get(seq) !== what) this.#wrong('unexpected', `${client} heard ${what} as number ${seq} of ${room}, where ${there.get(seq)} is`);
        for (const seq of there.keys()) if (seq > joined && !heard.has(seq)) this.#wrong('gaps', `${client} never heard number ${seq} of ${room}`);
    }
}

export const isClean = (verdict) => wrongs.every((kind) => verdict[kind] === 0);

export function toText(verdict) {
    return Object.entries(verdict).map(([name, value]) => `${name.replaceAll('_', ' ')} ${value ?? '-'}`).join(', ');
}

export async function judgeFile(journal, history, options) {
    const judge = new Judge(options);
    for await (const record of recordsOf(journal)) judge.take(record);
    return { judge, verdict: judge.verdict(history) };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
    const [journal, history] = process.argv.slice(2);
    const { judge, verdict } = await judgeFile(journal, JSON.parse(readFileSync(history, 'utf8')));
    console.log(toText(verdict));
    for (const line of judge.first) console.log(line);
    process.exitCode = isClean(verdict) ? 0 : 1;
}
