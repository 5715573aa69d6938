// A WebSocket to the server by the public `ws` client, which keeps what it hears until somebody asks for it.
import assert from 'node:assert/strict';
import WebSocket from 'ws';
import { checkFrame, contractOf, knowsFrame } from './contract.js';
import { patience, signal, within } from './deadline.js';
import { trusted } from './tls.js';
import { makeWhole } from './whole.js';

export { WebSocket };

// Whether `value` has all that `wanted` has, at any depth of it. A function in `wanted` is asked.
export function has(value, wanted) {
    if (typeof wanted === 'function') return wanted(value);
    if (typeof wanted !== 'object' || wanted === null) return Object.is(value, wanted);
    if (typeof value !== 'object' || value === null) return false;
    if (Array.isArray(wanted)) return Array.isArray(value) && value.length === wanted.length && wanted.every((one, i) => has(value[i], one));
    return Object.entries(wanted).every(([key, one]) => has(value[key], one));
}

// What a story names of an event stands in the message, in the data, or in the event itself.
function fits(event, type, wanted) {
    if (event.type !== type) return false;
    const { data } = event;
    return [event, { ...event, ...data }, { ...data, ...event }, { ...data, ...data?.message }].some((one) => has(one, wanted));
}

export class Socket {
    // Without a token nobody is signed in yet, and the first command must be `authenticate`.
    static async open(url, { token, compression = true, headers = {} } = {}) {
        const made = new Socket();
        Object.assign(made, { url, token, contract: await contractOf(url) });
        const address = `${url.replace('http', 'ws')}/api/v1/socket`;
        const all = token ? { authorization: `Bearer ${token}`, ...headers } : headers;
        made.ws = new WebSocket(address, 'parley.v1', { headers: all, perMessageDeflate: compression, ca: trusted.ca });
        const opened = signal();
        made.ws.on('open', opened.resolve);
        made.ws.on('error', (why) => opened.reject(why));
        made.ws.on('message', (bytes) => made.#hear(bytes.toString('utf8')));
        made.ws.on('close', (code, reason) => made.#end(code, reason.toString()));
        await within(opened.promise, 'the WebSocket to open');
        return made;
    }

    constructor() {
        this.inbox = []; // heard and not yet asked for
        this.keeps = true; // false: log events are for `hear` alone, so that a long conversation does not pile up
        this.position = 0; // of the last event heard
        this.closed = signal();
        this.waiting = new Set();
        this.answers = new Map();
        this.commands = 0;
        this.hear = () => {}; // each frame, in order, also those that nobody asks for
    }

    #check(frame, command) {
        const check = (contract) => {
            try {
                checkFrame(contract, frame, command);
            } catch (why) {
                this.fault ??= why;
            }
        };
        if (knowsFrame(this.contract, frame, command) || !this.token) return check(this.contract);
        // Perhaps a plugin's, which is on where this somebody is.
        this.learning ??= contractOf(this.url, this.token, true).finally(() => (this.learning = undefined));
        this.learning.then((contract) => check((this.contract = contract)), (why) => (this.fault ??= why));
    }

    #hear(text) {
        const frame = JSON.parse(text);
        this.#check(frame, this.answers.get(frame.id)?.command);
        makeWhole(frame);
        if (Number.isInteger(frame.position) && 'at' in frame) {
            if (frame.position <= this.position) this.fault ??= new Error(`position ${frame.position} came after ${this.position}`);
            this.position = frame.position;
        }
        this.hear(frame);
        if (frame.type === 'answer' || frame.type === 'problem') {
            const asked = this.answers.get(frame.id);
            this.answers.delete(frame.id);
            if (asked) return asked.resolve(frame);
        }
        if (this.keeps || !('at' in frame)) this.inbox.push(frame);
        this.#settle();
    }

    #end(code, reason) {
        this.end = { code, reason };
        this.closed.resolve(this.end);
        for (const asked of this.answers.values()) asked.reject(new Error(`the connection ended before the answer: ${code} ${reason}`));
        this.#settle();
    }

    #settle() {
        for (const one of this.waiting) {
            const found = this.inbox.findIndex(one.test);
            if (found >= 0) {
                this.waiting.delete(one);
                one.resolve(this.inbox.splice(found, 1)[0]);
            } else if (this.end) {
                this.waiting.delete(one);
                one.reject(new Error(`the connection ended while waiting: ${this.end.code} ${this.end.reason}`));
            }
        }
    }

    // The first frame of this kind that was not asked for yet, when it is there.
    async receives(type, wanted = {}, milliseconds = patience) {
        const one = { ...signal(), test: (frame) => fits(frame, type, wanted) };
        one.promise.catch(() => {});
        this.waiting.add(one);
        this.#settle();
        const what = () => `${type} ${JSON.stringify(wanted)}; heard instead:\n${this.inbox.map((each) => JSON.stringify(each).slice(0, 400)).join('\n')}`;
        const found = await within(one.promise, what, milliseconds);
        if (this.fault) throw this.fault;
        return found;
    }

    heard(type, wanted = {}) {
        return this.inbox.filter((frame) => fits(frame, type, wanted));
    }

    // The answer or the problem, as over HTTP: {status, body, ignored}.
    async ask(command, data = {}) {
        const id = `c${++this.commands}`;
        const answer = { ...signal(), command };
        this.answers.set(id, answer);
        answer.promise.catch(() => {});
        this.ws.send(JSON.stringify({ id, command, data }));
        const frame = await within(answer.promise, `the answer to ${command}`);
        if (this.fault) throw this.fault;
        if (frame.type === 'problem') {
            assert.ok(frame.problem.status < 500 || frame.problem.status === 503, `${command}: ${JSON.stringify(frame)}`);
            return { status: frame.problem.status, body: frame.problem };
        }
        return { status: frame.status, body: frame.data, ignored: frame.ignored };
    }

    // Politely, with a close frame.
    async close() {
        this.ws.close(1000);
        return within(this.closed.promise, 'the WebSocket to close');
    }

    // As when the network goes: no word to the server.
    async cutOff() {
        this.ws.terminate();
        return within(this.closed.promise, 'the WebSocket to be cut off');
    }

    ends() {
        return within(this.closed.promise, 'the server to close the WebSocket');
    }
}
