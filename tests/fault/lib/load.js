// Clients that write all the time, hear everything, and never give up; the journal has every step of theirs.
import http from 'node:http';
import { WebSocket } from '../../acceptance/lib/socket.js';
import { signal } from '../../acceptance/lib/deadline.js';

const pauseAfterTrouble = 100; // milliseconds; a real client would wait as long as Retry-After says
const answerPatience = 60_000;

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
export const textOf = (key, filler = '') => `${key} 🙂${filler}`;
export const keyOf = (text) => text.split(' ')[0];

// One request with a connection that is kept: {status, body, headers}; rejects when no answer came.
export function request(url, agent, method, target, token, body) {
    return new Promise((resolve, reject) => {
        const sent = body === undefined ? undefined : JSON.stringify(body);
        const headers = { authorization: `Bearer ${token}`, ...(sent ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(sent) } : {}) };
        const asked = http.request(url + target, { agent, method, headers, timeout: answerPatience }, (response) => {
            let text = '';
            response.setEncoding('utf8');
            response.on('data', (more) => (text += more));
            response.on('error', reject);
            response.on('end', () => {
                if (!response.complete) return reject(new Error('half an answer'));
                resolve({ status: response.statusCode, headers: response.headers, body: /json/.test(response.headers['content-type'] ?? '') && text ? JSON.parse(text) : text });
            });
        });
        asked.on('timeout', () => asked.destroy(new Error('no answer')));
        asked.on('error', reject);
        asked.end(sent);
    });
}

// One connection that hears all rooms of its person and resumes whenever it was lost.
export class Listener {
    constructor(load, name, person) {
        Object.assign(this, { load, name, person, position: undefined, last: new Map(), waiting: new Map(), commands: 0, live: signal(), opened: 0, resumed: 0 });
        this.live.promise.catch(() => {});
    }

    start() {
        this.#connect();
        return this.live.promise;
    }

    #connect() {
        if (this.over) return;
        const ws = new WebSocket(`${this.person.url.replace('http', 'ws')}/api/v1/socket`, 'parley.v1', {
            headers: { authorization: `Bearer ${this.person.token}` },
            perMessageDeflate: false,
            handshakeTimeout: answerPatience,
        });
        this.ws = ws;
        ++this.opened;
        ws.on('message', (bytes) => this.#hear(JSON.parse(bytes.toString('utf8'))));
        // An answer to the upgrade that is no upgrade.
        ws.on('unexpected-response', (asked, response) => {
            this.load.refusedUpgrades[response.statusCode] = (this.load.refusedUpgrades[response.statusCode] ?? 0) + 1;
            if (response.statusCode !== 503) this.load.journal.note('odd', { status: response.statusCode, client: this.name, what: `the upgrade was answered ${response.statusCode}` });
            response.resume();
            asked.destroy();
            ws.emit('close', 1006);
        });
        ws.on('error', () => {});
        ws.once('close', (code) => {
            if (this.ws !== ws) return;
            this.ws = undefined;
            this.isLive = false;
            this.closedWith = code;
            for (const one of this.waiting.values()) one.reject(new Error(`the connection ended with ${code}`));
            this.waiting.clear();
            if (!this.over) setTimeout(() => this.#connect(), pauseAfterTrouble * (0.5 + Math.random())).unref();
        });
    }

    #hear(frame) {
        const { journal } = this.load;
        if (frame.type === 'hello') return void this.#begin();
        if (frame.type === 'resumed') {
            this.isLive = true;
            this.live.resolve();
            return;
        }
        if (frame.type === 'answer' || frame.type === 'problem') {
            const one = this.waiting.get(frame.id);
            this.waiting.delete(frame.id);
            return one?.resolve(frame.type === 'answer' ? { status: frame.status, body: frame.data } : { status: frame.problem.status, body: frame.problem });
        }
        if (!('at' in frame)) return;
        this.position = frame.position;
        this.load.onEvent?.(this, frame);
        if (frame.type !== 'message.created') return void journal.note('passed', { client: this.name, position: frame.position });
        const { id, seq, conversation, text } = frame.data.message;
        const room = conversation ?? frame.conversation;
        this.last.set(room, seq);
        journal.note('heard', { client: this.name, position: frame.position, room, seq, id, key: keyOf(text) });
    }

    async #begin() {
        const { ws } = this;
        try {
            if (this.position === undefined) {
                const { status, body } = await this.ask('snapshot');
                if (status !== 200) return ws.close();
                this.position = body.position;
                const rooms = Object.fromEntries(body.conversations.map(({ conversation }) => [conversation.id, conversation.last_seq]));
                for (const [room, seq] of Object.entries(rooms)) this.last.set(room, seq);
                this.load.journal.note('joined', { client: this.name, position: this.position, rooms });
                return;
            }
            const { status, body } = await this.ask('resume', { since: this.position });
            ++this.resumed;
            if (status === 200) return;
            if (status !== 503) this.load.journal.note('odd', { status, client: this.name, what: `resume was answered ${status} ${body.code}` });
            ws.close();
        } catch {
            ws.terminate(); // it is over already
        }
    }

    ask(command, data = {}) {
        return new Promise((resolve, reject) => {
            if (this.ws?.readyState !== WebSocket.OPEN) return reject(new Error('not connected'));
            const id = `c${++this.commands}`;
            const timer = setTimeout(() => reject(new Error('no answer')), answerPatience);
            this.waiting.set(id, { resolve: (value) => (clearTimeout(timer), resolve(value)), reject: (why) => (clearTimeout(timer), reject(why)) });
            this.ws.send(JSON.stringify({ id, command, data }));
        });
    }

    // The time from a ping to its pong.
    ping() {
        const { ws } = this;
        const began = performance.now();
        return new Promise((resolve, reject) => {
            if (ws?.readyState !== WebSocket.OPEN) return reject(new Error('not connected'));
            ws.once('pong', () => resolve(performance.now() - began));
            ws.once('close', () => reject(new Error('the connection ended')));
            ws.ping();
        });
    }

    stop() {
        this.over = true;
        this.ws?.terminate();
    }
}

export class Load {
    // `lanes`: writers of each of the first `writers` listeners, in turn over `ways`; `every`: milliseconds between a lane's
    // messages.
    constructor(journal, { lanes = 2, writers = Infinity, every = 0, filler = '', ways = ['websocket', 'http'] } = {}) {
        Object.assign(this, { journal, lanes, writers, every, filler, ways, listeners: [], acknowledged: 0, refusedUpgrades: {}, running: [], waiting: [], over: false, refusals: [] });
        this.agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
    }

    // `people`: [{name, token, url}], one connection each; `rooms`: ids of conversations in which all of them are.
    async start(people, rooms) {
        this.rooms = rooms;
        this.listeners = people.map((person, i) => new Listener(this, `${person.name}-${i}`, person));
        await Promise.all(this.listeners.map((one) => one.start()));
        for (const listener of this.listeners.slice(0, this.writers))
            for (let i = 0; i < this.lanes; ++i) {
                const lane = `${listener.name}-${i}`;
                this.running.push(this.#write(listener, lane, rooms[this.running.length % rooms.length], this.ways[i % this.ways.length]));
            }
    }

    async #write(listener, lane, room, way) {
        const { journal } = this;
        for (let number = 1; !this.over; ++number) {
            const key = `${lane}-${number}`;
            while (!(await this.#sends(listener, { key, lane, number, room, way }))) {
                if (this.givenUp) return;
                await pause(pauseAfterTrouble);
            }
            if (this.every > 0) await pause(this.every * (0.5 + Math.random()));
        }
        journal.flush();
    }

    // Whether it was acknowledged.
    async #sends(listener, { key, lane, number, room, way }) {
        const { journal } = this;
        if (way === 'websocket' && !listener.isLive) return false;
        journal.note('attempt', { key, lane, number, room, way });
        const body = { text: textOf(key, this.filler), client_key: key };
        let answer;
        try {
            if (way === 'websocket') answer = await listener.ask('message.send', { conversation: room, ...body });
            else answer = await request(listener.person.url, this.agent, 'POST', `/api/v1/conversations/${room}/messages`, listener.person.token, body);
        } catch (why) {
            journal.note('silence', { key, why: why.message });
            return false;
        }
        if (answer.headers?.['x-asked-again']) journal.note('silence', { key, why: 'a proxy had no answer and asked again' });
        const { code, id, seq, retry_after } = answer.body;
        journal.note('answer', { key, status: answer.status, code, id, seq, retry_after });
        if (answer.status !== 200 && answer.status !== 201) {
            this.refusals.push({ status: answer.status, code });
            return false;
        }
        ++this.acknowledged;
        this.waiting = this.waiting.filter((one) => this.acknowledged < one.upto || (one.resolve(), false));
        return true;
    }

    // When so many more have been acknowledged.
    more(count) {
        const upto = this.acknowledged + count;
        return new Promise((resolve) => this.waiting.push({ upto, resolve }));
    }

    // When every writer's last message is acknowledged.
    async finish() {
        this.over = true;
        await Promise.all(this.running);
        this.journal.flush();
    }

    // When every listener is as far as this history.
    hasHeard(history) {
        return this.listeners.every((one) => one.isLive && Object.entries(history).every(([room, messages]) => (one.last.get(room) ?? 0) >= (messages.at(-1)?.seq ?? 0)));
    }

    stop() {
        this.givenUp = this.over = true;
        for (const one of this.listeners) one.stop();
        this.agent.destroy();
        this.journal.flush();
    }
}

// Everything that is in these rooms, as the API tells it.
export async function historyOf(person, rooms) {
    const agent = new http.Agent({ keepAlive: true });
    const history = {};
    const end = performance.now() + answerPatience; // of being told to come back
    try {
        for (const room of rooms) {
            const all = (history[room] = []);
            for (let after = 0, more = true; more; ) {
                const { status, headers, body } = await request(person.url, agent, 'GET', `/api/v1/conversations/${room}/messages?after=${after}&limit=200`, person.token);
                if (status === 503 && performance.now() < end) {
                    await pause(Number(headers['retry-after']) * 1000);
                    continue;
                }
                if (status !== 200) throw new Error(`the history was answered ${status} ${JSON.stringify(body)}`);
                for (const one of body.messages) all.push({ id: one.id, seq: one.seq, key: keyOf(one.text) });
                more = body.more_after && body.messages.length > 0;
                after = all.at(-1)?.seq ?? 0;
            }
        }
    } finally {
        agent.destroy();
    }
    return history;
}
