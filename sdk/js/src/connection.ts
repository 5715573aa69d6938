// The WebSocket: opened again whenever it ends, followed from the last position, asked whether it lives. Where none is let through,
// HTTP stands in for it until one is.
import type { Frames, Position, Problem, Snapshot } from './api.js';
import { asError, networkError, ParleyError } from './errors.js';
import type { Status, Timing, WebSocketClass, WebSocketLike } from './index.js';
import { after, aside, backOff, signal, type Signal } from './later.js';
import type { LogEvent } from './after_event.js';
import { Polling, type PollingNeeds } from './polling.js';
import { whole } from './whole.js';

export interface ConnectionNeeds extends Pick<PollingNeeds, 'ask' | 'reached' | 'wasActive'> {
    /** Undefined where a cookie says who it is. Rejects with `signed_out` when nobody is. */
    token(): Promise<string | undefined>;
    /** From where to resume; undefined: a snapshot is needed. */
    position(): Position | undefined;
    /** Asks over HTTP what is wrong, since a browser does not tell of handshakes. Rejects with the reason; it may be that nothing is wrong. */
    probe(): Promise<void>;
    hello(data: Frames['hello']['data']): void;
    snapshot(data: Snapshot): void;
    event(event: LogEvent): void;
    frame(frame: { type: string }): void;
    status(status: Status, retryAt: number | null): void;
    fault(why: unknown): void;
}

interface Asked extends Signal<any> {
    readonly end: () => void;
    readonly take: (answer: any) => void;
}

// 1012: the server restarts; 4001: it was read too slowly.
const comesBackSoon = new Set([1001, 1012, 4001]);
// So many handshakes in a row that came to nothing while the server answers over HTTP: something between lets no WebSocket through.
const refusalsToBelieve = 2;

export class Connection {
    status: Status = 'idle';
    #socket: WebSocketLike | undefined;
    #isOpen = false; // since hello
    #isOpening = false;
    #wanted = false;
    #tries = 0;
    #asked = new Map<string, Asked>();
    #commands = 0;
    #heardAt = 0;
    #endWait = () => {};
    #endIdle = () => {};
    #reconnectIn: number | undefined;
    #refusals = 0;
    #polling: Polling | undefined;
    #isOffline = () => globalThis.navigator?.onLine === false;

    constructor(
        private readonly url: string,
        private readonly WebSocket: WebSocketClass | undefined,
        private readonly timing: Timing,
        private readonly needs: ConnectionNeeds,
    ) {}

    /** Whether commands can go over the WebSocket. */
    get isOpen(): boolean {
        return this.#isOpen;
    }
    /** Whether the server can be told something now. */
    get reaches(): boolean {
        return this.#isOpen || this.#polling?.isLive === true;
    }
    get transport(): 'websocket' | 'polling' | null {
        return this.#isOpen ? 'websocket' : this.#polling ? 'polling' : null;
    }

    start(): void {
        if (this.#wanted) return;
        if (!this.WebSocket) throw new ParleyError('no_websocket', 'There is no WebSocket here: give that of the package ws as an option.');
        this.#wanted = true;
        this.#tries = 0;
        this.#refusals = 0;
        void this.#open();
    }

    stop(status: 'idle' | 'signed_out' = 'idle'): void {
        this.#wanted = false;
        this.#endWait();
        this.#stopPolling();
        this.#drop(1000);
        this.#say(status);
    }

    /** There may be a network again: now rather than later. */
    hurry(): void {
        if (!this.#wanted) return;
        if (this.#isOpen) return this.#look();
        if (this.#polling) {
            this.#polling.hurry();
            if (this.#polling.isLive) return; // else it may be another network
        } else if (this.status !== 'waiting' && this.status !== 'offline') return;
        this.#endWait();
        void this.#open();
    }

    wentOffline(): void {
        if (this.#wanted && this.#isOpen) this.#look();
        else if (this.status === 'waiting') this.#say('offline');
    }

    /** A command; `take` has the answer before anything that comes after it. Rejects with `network` when the connection ends before the answer, `timeout` when none comes. */
    ask(command: string, data: object = {}, take: (answer: any) => void = () => {}): Promise<any> {
        if (!this.#socket) return Promise.reject(networkError('There is no connection.'));
        const id = String(++this.#commands);
        const made = signal<any>();
        const end = aside(this.timing.answer, () => {
            this.#asked.delete(id);
            made.reject(new ParleyError('timeout', `No answer came to ${command}.`));
            // Whoever says nothing else either is not there any more.
            if (Date.now() - this.#heardAt >= this.timing.answer) this.#lost(1006);
        });
        this.#asked.set(id, { ...made, take, end });
        try {
            this.#socket.send(JSON.stringify({ id, command, data }));
        } catch (why) {
            end();
            this.#asked.delete(id);
            return Promise.reject(networkError(String(why)));
        }
        return made.promise;
    }

    async #open(): Promise<void> {
        if (this.#socket || this.#isOpening) return;
        this.#isOpening = true;
        this.#say('connecting');
        let token: string | undefined;
        try {
            token = await this.needs.token();
        } catch (why) {
            this.#isOpening = false;
            return this.#again(why);
        }
        this.#isOpening = false;
        if (!this.#wanted || this.#socket) return;
        let socket: WebSocketLike;
        try {
            socket = new this.WebSocket!(`${this.url.replace(/^http/, 'ws')}/api/v1/socket`, 'parley.v1');
        } catch (why) {
            return this.#again(why);
        }
        this.#socket = socket;
        this.#heardAt = Date.now();
        // Nothing at all may come where the network swallows everything.
        const end = aside(this.timing.answer, () => socket === this.#socket && !this.#isOpen && this.#lost(1006));
        socket.onopen = () => {
            if (socket !== this.#socket) return socket.close();
            if (token) this.ask('authenticate', { token }).catch(() => {}); // the close says it, too
        };
        socket.onmessage = ({ data }) => {
            if (socket === this.#socket) this.#hear(JSON.parse(String(data)));
        };
        socket.onerror = () => {};
        socket.onclose = ({ code }) => {
            end();
            if (socket === this.#socket) this.#lost(code);
        };
    }

    #hear(frame: any): void {
        this.#heardAt = Date.now();
        if (frame.type === 'answer' || frame.type === 'problem') return this.#answered(frame);
        if ('position' in frame && 'at' in frame) return this.needs.event(whole(frame));
        if (frame.type === 'hello') this.#begin(frame);
        if (frame.type === 'resumed') this.#follows();
        if (frame.type === 'server.draining') this.#reconnectIn = frame.data.reconnect_in_ms;
        this.needs.frame(frame);
    }

    #answered(frame: { id: string; type: string; data?: unknown; problem?: Problem }): void {
        const asked = this.#asked.get(frame.id);
        if (!asked) return;
        this.#asked.delete(frame.id);
        asked.end();
        if (frame.type !== 'answer') return asked.reject(asError(frame.problem!));
        asked.take(frame.data);
        asked.resolve(frame.data);
    }

    #begin({ data }: Frames['hello']): void {
        this.#stopPolling();
        this.#isOpen = true;
        this.needs.hello(data);
        this.#say('catching_up');
        this.#watch();
        const socket = this.#socket;
        this.#catchUp().catch((why) => {
            if (socket === this.#socket) this.#drop(1000, why);
        });
    }

    async #catchUp(): Promise<void> {
        const since = this.needs.position();
        if (since !== undefined) {
            try {
                return await this.ask('resume', { since });
            } catch (why) {
                if (!(why instanceof ParleyError) || why.code !== 'snapshot_needed') throw why;
            }
        }
        await this.ask('snapshot', {}, this.needs.snapshot);
    }

    #follows(): void {
        this.#tries = 0;
        this.#refusals = 0;
        this.#reconnectIn = undefined;
        this.#say('live');
    }

    // Browsers send no pings of their own, and a dead connection looks like a quiet one.
    #watch(): void {
        this.#endIdle();
        const quiet = Date.now() - this.#heardAt;
        if (quiet >= this.timing.idle) this.#look();
        this.#endIdle = aside(quiet >= this.timing.idle ? this.timing.idle : this.timing.idle - quiet, () => this.#watch());
    }
    #look(): void {
        this.ask('ping').catch(() => {}); // any answer will do
    }

    #lost(code: number): void {
        const wasOpen = this.#isOpen;
        this.#drop();
        if (!this.#wanted) return;
        this.#say('waiting');
        if (wasOpen && (comesBackSoon.has(code) || code === 1006 || code === 1000)) return this.#again(undefined);
        this.needs.probe().then(
            () => {
                if (!wasOpen && code === 1006 && ++this.#refusals >= refusalsToBelieve) this.#poll();
                this.#again(undefined);
            },
            (why) => this.#again(why),
        );
    }

    #poll(): void {
        if (!this.#wanted || this.#polling) return;
        this.#polling = new Polling(this.timing, {
            ...this.needs,
            status: (status, retryAt) => this.#tell(status, retryAt),
            failed: (why) => {
                const isOver = why instanceof ParleyError && (why.status === 401 || why.code === 'signed_out');
                if (isOver) this.stop('signed_out');
                else if (!(why instanceof ParleyError)) this.needs.fault(why);
                return !isOver;
            },
        });
        void this.#polling.start();
    }
    #stopPolling(): void {
        this.#polling?.stop();
        this.#polling = undefined;
    }

    #drop(code?: number, why?: unknown): void {
        const socket = this.#socket;
        this.#socket = undefined;
        this.#isOpen = false;
        this.#endIdle();
        const asked = [...this.#asked.values()];
        this.#asked.clear();
        for (const one of asked) {
            one.end();
            one.reject(networkError('The connection ended before the answer.'));
        }
        if (!socket) return;
        socket.onmessage = socket.onclose = null;
        socket.onopen = () => socket.close();
        try {
            socket.close(code);
        } catch {
            // Not open yet, or closed already.
        }
        if (why !== undefined) this.#again(why);
    }

    #again(why: unknown): void {
        if (!this.#wanted || this.#socket || this.#isOpening) return;
        const passing = why instanceof ParleyError ? why : undefined;
        if (passing?.status === 401 || passing?.code === 'signed_out') return this.stop('signed_out');
        if (why !== undefined && !passing) this.needs.fault(why);
        const drawn = this.#reconnectIn === undefined ? backOff(this.#tries++, this.timing.firstBackOff, this.timing.longestBackOff) : Math.random() * this.#reconnectIn;
        this.#reconnectIn = undefined;
        const wait = Math.max(drawn, (passing?.retryAfter ?? 0) * 1000, this.#polling ? this.timing.webSocketAgain : 0);
        this.#endWait();
        this.#endWait = after(wait, () => void this.#open());
        this.#say(this.#isOffline() ? 'offline' : 'waiting', Date.now() + wait);
    }

    // Of the WebSocket. While HTTP stands in for it, nobody need know how it does.
    #say(status: Status, retryAt: number | null = null): void {
        if (!this.#polling) this.#tell(status, retryAt);
    }
    #tell(status: Status, retryAt: number | null): void {
        this.status = status;
        this.needs.status(status, retryAt);
    }
}
