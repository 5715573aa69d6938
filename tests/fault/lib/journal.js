// An append-only file of everything that was tried, answered and heard, as lines of JSON with times.
import { appendFileSync, createReadStream, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const bytesAtOnce = 1 << 16;

export class Journal {
    constructor(file) {
        this.file = file;
        this.waiting = [];
        this.bytes = 0;
        writeFileSync(file, '');
    }

    // `is`: attempt, answer, silence, joined, heard, passed, fault, healed or odd; lib/check.js says what belongs to each.
    note(is, what) {
        const line = JSON.stringify({ t: Math.round(performance.now() * 10) / 10, is, ...what });
        this.waiting.push(line);
        this.bytes += line.length;
        if (this.bytes > bytesAtOnce) this.flush();
    }

    flush() {
        if (this.waiting.length > 0) appendFileSync(this.file, `${this.waiting.join('\n')}\n`);
        this.waiting = [];
        this.bytes = 0;
    }
}

export async function* recordsOf(file) {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) if (line !== '') yield JSON.parse(line);
}
