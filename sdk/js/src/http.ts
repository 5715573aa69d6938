// Requests: problems become errors, and nothing else is known of sessions here than their headers.
import { asError, networkError, ParleyError } from './errors.js';
import { routes } from './routes.js';

export interface Answer {
    readonly status: number;
    readonly data: any;
    readonly headers: Headers;
}

/** A request that is not JSON alone. */
export interface More {
    readonly headers?: Record<string, string>;
    readonly signal?: AbortSignal | undefined;
    /** The answer is bytes: `data` is a Blob. */
    readonly asBytes?: boolean;
}

// What carries bytes may take longer, in comparison.
const bytesTake = 4;

export class Http {
    #learned: Promise<Record<string, string>> | undefined;
    /** Each answer's headers, also of those that are refusals. */
    heard: (headers: Headers) => void = () => {};

    constructor(
        readonly url: string,
        readonly fetch: typeof globalThis.fetch,
        readonly cookies: boolean,
        readonly patience: number,
    ) {}

    /** `body` is JSON unless it is a Blob or a form. */
    async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}, more: More = {}): Promise<Answer> {
        const all: Record<string, string> = { ...headers, ...more.headers };
        const isBytes = body instanceof Blob || body instanceof FormData;
        if (body !== undefined && !isBytes) all['content-type'] = 'application/json';
        const ends = new AbortController();
        const abort = () => ends.abort();
        if (more.signal?.aborted) abort();
        more.signal?.addEventListener('abort', abort);
        const timer = setTimeout(abort, isBytes || more.asBytes ? this.patience * bytesTake : this.patience);
        let response: Response;
        let text = '';
        let bytes: Blob | undefined;
        try {
            response = await this.fetch.call(globalThis, `${this.url}/api/v1/${path}`, {
                method,
                headers: all,
                body: body === undefined ? null : isBytes ? body : JSON.stringify(body),
                credentials: this.cookies ? 'same-origin' : 'omit',
                signal: ends.signal,
            });
            if (more.asBytes && response.ok) bytes = await response.blob();
            else text = await response.text();
        } catch (why) {
            if (more.signal?.aborted) throw new ParleyError('aborted', 'It was not wanted any more.');
            throw ends.signal.aborted ? new ParleyError('timeout', 'No answer came.') : networkError(String(why));
        } finally {
            clearTimeout(timer);
            more.signal?.removeEventListener('abort', abort);
        }
        this.heard(response.headers);
        return { status: response.status, headers: response.headers, data: bytes ?? understood(response, text) };
    }

    /** Method, path and body of an operation; those of plugins are learned from the server. */
    async requestOf(operation: string, input: Record<string, unknown>, headers: Record<string, string>): Promise<[string, string, unknown]> {
        const route = routes[operation] ?? (await this.#learn(headers))[operation];
        if (!route) throw new ParleyError('command_unknown', `There is no operation ${operation} here.`, 404);
        const [method = '', template = ''] = route.split(' ');
        const rest = { ...input };
        let path = template.replace(/{(\w+)}/g, (_, name: string) => {
            const value = rest[name];
            delete rest[name];
            return encodeURIComponent(String(value));
        });
        if (method !== 'GET' && method !== 'DELETE') return [method, path, rest];
        const query = Object.entries(rest).filter(([, value]) => value !== undefined);
        if (query.length > 0) path += `?${query.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')}`;
        return [method, path, undefined];
    }

    #learn(headers: Record<string, string>): Promise<Record<string, string>> {
        this.#learned ??= this.ask('GET', 'openapi.json', undefined, headers).then(({ data }) => {
            const found: Record<string, string> = {};
            for (const [path, item] of Object.entries<any>(data.paths))
                for (const [method, one] of Object.entries<any>(item))
                    if (one.operationId) found[one.operationId] = `${method.toUpperCase()} ${path.replace('/api/v1/', '')}`;
            return found;
        });
        this.#learned.catch(() => (this.#learned = undefined));
        return this.#learned;
    }
}

function understood(response: Response, text: string): any {
    let data: any;
    try {
        data = text === '' ? undefined : JSON.parse(text);
    } catch {
        // A proxy's page, for instance.
    }
    if (response.ok) return data;
    const retryAfter = Number(response.headers.get('retry-after')) || undefined;
    if (typeof data?.code === 'string') throw asError(retryAfter === undefined ? data : { retry_after: retryAfter, ...data });
    throw new ParleyError('http', `The server answered ${response.status}.`, response.status, undefined, retryAfter);
}
