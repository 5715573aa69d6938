// Many clients that keep nothing but what they heard of one conversation.
import assert from 'node:assert/strict';
import WebSocket from 'ws';
import { signal, within } from './deadline.js';

class Listener {
    constructor(url, token) {
        this.seqs = []; // of the messages created, in the order in which they came
        this.position = 0;
        this.waiting = [];
        this.live = signal();
        this.ws = new WebSocket(`${url.replace('http', 'ws')}/api/v1/socket`, 'parley.v1', {
            headers: { authorization: `Bearer ${token}` },
            perMessageDeflate: false,
        });
        this.ws.on('message', (bytes) => this.#hear(bytes.toString('utf8')));
        this.ws.on('error', (why) => this.#end(why));
        this.ws.on('close', (code, reason) => this.#end(new Error(`closed: ${code} ${reason}`)));
    }

    #end(why) {
        this.ended ??= why;
        this.live.reject(why);
        for (const one of this.waiting) one.reject(why);
    }

    #hear(text) {
        const frame = JSON.parse(text);
        if (frame.type === 'hello') this.ws.send(JSON.stringify({ id: '1', command: 'snapshot' }));
        if (frame.type === 'resumed') this.live.resolve();
        if (frame.type === 'problem') this.#end(new Error(text));
        if (!('at' in frame)) return;
        if (frame.position <= this.position) this.#end(new Error(`position ${frame.position} after ${this.position}`));
        this.position = frame.position;
        if (frame.type !== 'message.created') return;
        this.seqs.push(frame.data.message.seq);
        this.waiting = this.waiting.filter((one) => frame.data.message.seq < one.seq || (one.resolve(), false));
    }

    // When the message with this number has come.
    hears(seq) {
        if (this.ended) return Promise.reject(this.ended);
        if (this.seqs.at(-1) >= seq) return Promise.resolve();
        const one = { ...signal(), seq };
        this.waiting.push(one);
        return one.promise;
    }
}

export class Crowd {
    // `count` connections of these people, in turn; each hears everything from now on.
    static async gather(url, people, count) {
        const made = new Crowd();
        made.all = [];
        // A few at a time: a thousand handshakes at once would be about the queue of the listening socket.
        while (made.all.length < count) {
            const some = Array.from({ length: Math.min(50, count - made.all.length) }, (_, i) => new Listener(url, people[(made.all.length + i) % people.length].token));
            made.all.push(...some);
            await within(Promise.all(some.map((one) => one.live.promise)), () => `${some.length} clients to hear`);
        }
        return made;
    }

    // All are still connected and have heard the messages from `first` to `last`, each once and in order.
    async heardExactly(first, last) {
        await within(Promise.all(this.all.map((one) => one.hears(last))), () => `all to hear message ${last}`);
        for (const [i, one] of this.all.entries()) {
            assert.equal(one.ended, undefined, `client ${i}: ${one.ended}`);
            assert.equal(one.ws.readyState, WebSocket.OPEN, `client ${i}`);
            const wrong = one.seqs.findIndex((seq, at) => seq !== first + at);
            assert.equal(wrong, -1, `client ${i} heard ${one.seqs[wrong]} as number ${wrong}`);
            assert.equal(one.seqs.length, last - first + 1, `client ${i}`);
        }
    }

    async disperse() {
        for (const one of this.all) one.ws.terminate();
    }
}
