// Where no WebSocket is let through: the log is asked for over HTTP, again and again, and the server answers when there is something.
import type { Position, Snapshot } from './api.js';
import type { LogEvent } from './after_event.js';
import { ParleyError } from './errors.js';
import type { Status, Timing } from './index.js';
import { after, backOff } from './later.js';

export interface PollingNeeds {
    /** From where to go on; undefined: a snapshot is needed. */
    position(): Position | undefined;
    /** GET of a path of the API. */
    ask(path: string, signal: AbortSignal): Promise<any>;
    snapshot(data: Snapshot): void;
    event(event: LogEvent): void;
    frame(frame: any): void;
    /** Everything up to there has been heard. */
    reached(position: Position): void;
    /** Whether somebody has done something here since this was asked the last time. */
    wasActive(): boolean;
    status(status: Status, retryAt: number | null): void;
    /** Whether to go on after this. */
    failed(why: unknown): boolean;
}

// Of a conversation in which much is said, several messages come in one answer.
const leastTurn = 300;
// Browsers have few connections for a host; a page that nobody looks at must not keep one.
const whileHidden = 10_000;

const isHidden = () => globalThis.document?.visibilityState === 'hidden';

export class Polling {
    #ends = new AbortController();
    #isLive = false;
    #heard: number | undefined; // of what is in no log
    #wake = () => {};

    constructor(
        private readonly timing: Timing,
        private readonly needs: PollingNeeds,
    ) {}

    get isLive(): boolean {
        return this.#isLive;
    }

    async start(): Promise<void> {
        this.needs.status('connecting', null);
        for (let tries = 0; !this.#isOver; ) {
            try {
                await this.#turn();
                tries = 0;
            } catch (why) {
                if (this.#isOver || !this.needs.failed(why)) return;
                this.#isLive = false;
                const retryAfter = why instanceof ParleyError ? (why.retryAfter ?? 0) * 1000 : 0;
                const wait = Math.max(retryAfter, backOff(tries++, this.timing.firstBackOff, this.timing.longestBackOff));
                this.needs.status('waiting', Date.now() + wait);
                await this.#wait(wait);
            }
        }
    }

    stop(): void {
        this.#ends.abort();
        this.#wake();
    }

    /** There may be a network again, or somebody who looks. */
    hurry(): void {
        this.#wake();
    }

    get #isOver(): boolean {
        return this.#ends.signal.aborted;
    }

    async #turn(): Promise<void> {
        const since = this.needs.position();
        if (since === undefined) return this.#begin();
        const began = Date.now();
        const seconds = this.#isLive && !isHidden() ? Math.floor(this.timing.poll / 1000) : 0;
        const answer = await this.#ask(since, seconds);
        if (this.#isOver || !answer) return;
        for (const one of answer.events) this.needs.event(one);
        this.needs.reached(answer.upto);
        this.#heard = answer.heard;
        for (const one of answer.passing) this.needs.frame(one);
        if (answer.more) return;
        if (!this.#isLive) {
            this.#isLive = true;
            this.needs.frame({ type: 'resumed', data: { position: answer.upto } });
            this.needs.status('live', null);
        } else {
            await this.#wait(isHidden() ? whileHidden : leastTurn - (Date.now() - began));
        }
    }

    // Nothing where the log does not reach back so far: a snapshot has been taken then.
    async #ask(since: Position, seconds: number): Promise<any> {
        const heard = this.#heard === undefined ? '' : `&heard=${this.#heard}`;
        try {
            return await this.needs.ask(`events/wait?since=${since}&seconds=${seconds}&active=${this.needs.wasActive()}${heard}`, this.#ends.signal);
        } catch (why) {
            if (!(why instanceof ParleyError) || why.code !== 'snapshot_needed') throw why;
            return this.#begin();
        }
    }

    async #begin(): Promise<void> {
        this.needs.status('catching_up', null);
        const snapshot = await this.needs.ask('snapshot', this.#ends.signal);
        if (!this.#isOver) this.needs.snapshot(snapshot);
    }

    #wait(milliseconds: number): Promise<void> {
        return new Promise((resolve) => {
            const end = after(Math.max(milliseconds, 0), resolve);
            this.#wake = () => {
                end();
                resolve();
            };
            if (this.#isOver) this.#wake();
        });
    }
}
