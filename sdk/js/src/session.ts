// Who is signed in, and the tokens that say so.
import type { Moment, SignedIn, User } from './api.js';
import { ParleyError } from './errors.js';
import type { Answer, Http, More } from './http.js';
import type { CurrentSession } from './index.js';
import { aside, Line } from './later.js';
import type { Storage } from './storage.js';

/** What is kept; with a cookie, nothing is. */
interface Kept {
    readonly token?: string;
    readonly refresh?: string;
    /** In milliseconds since 1970, by the clock of this machine. */
    readonly renewAt?: number;
    readonly session: CurrentSession;
}

// Access tokens are renewed when this share of their time is over.
const renewedAt = 0.8;

export class Session {
    current: CurrentSession | null = null;
    #kept: Kept | undefined;
    #csrf: string | undefined;
    #key: string;
    #line = new Line();
    #endTimer = () => {};

    constructor(
        private readonly http: Http,
        private readonly storage: Storage,
        private readonly changed: (now: CurrentSession | null, before: CurrentSession | null) => void,
    ) {
        this.#key = `parley/${http.url}/session`;
        // A refusal has it, too: who has yet to show a second factor is refused everything else.
        http.heard = (headers) => (this.#csrf = headers.get('x-csrf-token') ?? this.#csrf);
    }

    /** The token for the WebSocket's first command; undefined where the cookie says it. */
    async token(): Promise<string | undefined> {
        await this.#renewIfNeeded();
        return this.#kept?.token;
    }

    /** A request as whoever is signed in. */
    async ask(method: string, path: string, body?: unknown, more?: More): Promise<Answer> {
        await this.#renewIfNeeded();
        const used = this.#kept?.token;
        try {
            return await this.#ask(method, path, body, more);
        } catch (why) {
            if (!(why instanceof ParleyError) || why.status !== 401 || !this.current) throw why;
            if (this.#kept?.token === used && !(await this.#renew(used))) {
                await this.#end();
                throw why;
            }
            return this.#ask(method, path, body, more);
        }
    }

    headers(): Record<string, string> {
        if (this.#kept?.token) return { authorization: `Bearer ${this.#kept.token}` };
        return this.#csrf ? { 'x-csrf-token': this.#csrf } : {};
    }

    async #ask(method: string, path: string, body?: unknown, more?: More): Promise<Answer> {
        return this.http.ask(method, path, body, this.headers(), more);
    }

    /** One of the ways in that answer SignedIn. */
    async open(path: string, body: object): Promise<CurrentSession> {
        const { data } = await this.http.ask('POST', path, this.http.cookies ? { ...body, cookie: true } : body);
        return this.#take(data);
    }

    async useToken(token: string): Promise<CurrentSession> {
        const { data } = await this.http.ask('GET', 'users/me', undefined, { authorization: `Bearer ${token}` });
        this.#set({ token, session: sessionOf(data as User) });
        return this.current!;
    }

    async restore(): Promise<CurrentSession | null> {
        if (this.http.cookies) return this.#byCookie();
        const stored = await this.#stored();
        if (!stored) return null;
        this.#set(stored);
        try {
            await this.ask('GET', 'users/me');
        } catch (why) {
            // Without a network one is signed in as before, and sees by and by.
            if (why instanceof ParleyError && why.status === 401) return null;
        }
        return this.current;
    }

    async #byCookie(): Promise<CurrentSession | null> {
        try {
            const { data } = await this.#ask('GET', 'users/me');
            this.#set({ session: sessionOf(data as User) });
        } catch (why) {
            // 403: signed in at a provider, and the second factor is still to be shown.
            if (!(why instanceof ParleyError) || why.status !== 401) throw why;
        }
        return this.current;
    }

    async close(everywhere: boolean): Promise<void> {
        if (!this.current) return;
        try {
            await this.ask('DELETE', everywhere ? 'sessions' : 'sessions/current');
        } catch (why) {
            if (!(why instanceof ParleyError) || why.status !== 401) throw why;
        }
        await this.#end();
    }

    stop(): void {
        this.#endTimer();
    }

    async #take(data: SignedIn): Promise<CurrentSession> {
        this.#csrf = data.csrf_token;
        const session: CurrentSession = { ...sessionOf(data.user), session: data.session, endsAt: data.ends_at, mustEnrol: data.must_enrol };
        // A clock that is far ahead must not make this renew all the time.
        const lasts = Math.max(Date.parse(data.expires_at) - Date.now(), 60_000);
        const kept: Kept = {
            session,
            ...(data.token === undefined ? {} : { token: data.token }),
            ...(data.refresh_token === undefined ? {} : { refresh: data.refresh_token, renewAt: Date.now() + lasts * renewedAt }),
        };
        // Only what the server has just given is stored: what was read may be older than what another tab has stored since.
        if (kept.token) await this.storage.set(this.#key, JSON.stringify(kept));
        this.#set(kept);
        return session;
    }

    #set(kept: Kept): void {
        const before = this.current;
        this.#kept = kept;
        this.current = kept.session;
        this.#endTimer();
        if (kept.renewAt) this.#endTimer = aside(Math.max(kept.renewAt - Date.now(), 0) + 100, () => void this.#renewIfNeeded().catch(() => {}));
        if (before?.user.id !== kept.session.user.id || before.session !== kept.session.session) this.changed(this.current, before);
    }

    async #end(): Promise<void> {
        const before = this.current;
        this.#endTimer();
        this.#kept = undefined;
        this.#csrf = undefined;
        this.current = null;
        // Somebody else may have signed in in another tab.
        if (before && (await this.#stored())?.session.session === before.session) await this.storage.remove(this.#key);
        if (before) this.changed(null, before);
    }

    async #stored(): Promise<Kept | undefined> {
        const text = await this.storage.get(this.#key);
        return text ? (JSON.parse(text) as Kept) : undefined;
    }

    async #renewIfNeeded(): Promise<void> {
        const { renewAt, token } = this.#kept ?? {};
        if (!renewAt || Date.now() < renewAt) return;
        if (!(await this.#renew(token))) await this.#end();
    }

    // A refresh token is good once, and using it twice ends the session: one at a time, also among tabs.
    #renew(used: string | undefined): Promise<boolean> {
        return this.#line.run(() => {
            // Frames that may keep nothing have no locks either, and sessions without a refresh token need none.
            const locks = this.#kept?.refresh ? globalThis.navigator?.locks : undefined;
            return locks ? (locks.request(this.#key, () => this.#renewNow(used)) as unknown as Promise<boolean>) : this.#renewNow(used);
        });
    }

    async #renewNow(used: string | undefined): Promise<boolean> {
        if (this.#kept?.token !== used) return this.#kept !== undefined;
        const stored = this.#kept?.refresh ? await this.#stored() : undefined;
        if (stored?.refresh && stored.refresh !== this.#kept?.refresh && stored.session.session === this.#kept?.session.session) {
            this.#set(stored); // another tab was here first
            return true;
        }
        if (!this.#kept?.refresh) return false;
        try {
            await this.#take((await this.http.ask('POST', 'sessions/refresh', { refresh_token: this.#kept.refresh })).data);
            return true;
        } catch (why) {
            if (why instanceof ParleyError && why.status === 401) return false;
            throw why;
        }
    }
}

function sessionOf(user: User): CurrentSession {
    const { id, username, display_name, status_text, status_expires_at, disabled } = user;
    return { user: { id, username, display_name, status_text, status_expires_at, disabled }, session: null, endsAt: null as Moment | null, mustEnrol: false };
}
