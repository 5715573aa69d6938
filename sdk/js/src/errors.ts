// What went wrong, with a word for programs.
import type { Problem } from './api.js';

/**
 * Why something was not done. `code` is the server's own, or one of this client's:
 * `network` (nothing came back; it may have been done), `timeout` (the same), `signed_out`, `dropped`, `closed`, `aborted`, `no_websocket`.
 */
export class ParleyError extends Error {
    override readonly name = 'ParleyError';
    constructor(
        readonly code: string,
        detail: string,
        /** As over HTTP; 0 when the server said nothing. */
        readonly status = 0,
        /** The member of the input that is at fault. */
        readonly field?: string,
        /** How many seconds to wait before the same can succeed. */
        readonly retryAfter?: number,
        readonly requestId?: string,
    ) {
        super(detail);
    }

    /** Whether the same may succeed later, without anything being changed. */
    get isPassing(): boolean {
        return this.status === 0 ? this.code === 'network' || this.code === 'timeout' : this.status === 429 || this.status >= 500;
    }
}

export function asError(problem: Problem): ParleyError {
    return new ParleyError(problem.code, problem.detail, problem.status, problem.field, problem.retry_after, problem.request_id);
}

export const networkError = (why: string) => new ParleyError('network', why);
