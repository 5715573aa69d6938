// What stays between two pages: in the frame's own storage, which browsers keep apart for each site that shows it. Some
// forbid a frame every storage but a partitioned cookie (Chrome where third-party cookies are off); there it is that.
import type { Storage } from '@parley/client';

const prefix = 'parley-widget/';

interface Keeper {
    get(key: string): string | null;
    set(key: string, value: string): void;
    remove(key: string): void;
    keys(): string[];
}

function inLocalStorage(): Keeper | null {
    try {
        localStorage.setItem(prefix, '');
        localStorage.removeItem(prefix);
        return { get: (key) => localStorage.getItem(key), set: (key, value) => localStorage.setItem(key, value), remove: (key) => localStorage.removeItem(key), keys: () => Object.keys(localStorage) };
    } catch {
        return null;
    }
}

// Sent to nothing but this page itself, and read by nobody on the server. What is large is not kept.
const attributes = '; Path=/widget/frame; SameSite=None; Secure; Partitioned';
const month = 30 * 24 * 60 * 60;
const largest = 2000;
const cookies = () =>
    new Map(
        document.cookie
            .split('; ')
            .filter((one) => one.startsWith(encodeURIComponent(prefix)))
            .map((one) => one.split('=', 2).map(decodeURIComponent) as [string, string]),
    );
// Within a page nothing is lost, wherever it can be kept.
function inCookies(): Keeper {
    const known = cookies();
    const write = (key: string, value: string, seconds: number) => (document.cookie = `${encodeURIComponent(key)}=${encodeURIComponent(value)}; Max-Age=${seconds}${attributes}`);
    return {
        // Another page of the site may have written meanwhile.
        get: (key) => cookies().get(key) ?? known.get(key) ?? null,
        set: (key, value) => {
            known.set(key, value);
            if (encodeURIComponent(value).length <= largest) write(key, value, month);
            else write(key, '', 0);
        },
        remove: (key) => {
            known.delete(key);
            write(key, '', 0);
        },
        keys: () => [...new Set([...cookies().keys(), ...known.keys()])],
    };
}

const keeper = inLocalStorage() ?? inCookies();

export function kept<T>(name: string, isGood: (value: unknown) => value is T): T | undefined {
    try {
        const value: unknown = JSON.parse(keeper.get(prefix + name) ?? 'null');
        return isGood(value) ? value : undefined;
    } catch {
        return undefined;
    }
}
export function keep(name: string, value: unknown) {
    try {
        if (value === undefined) keeper.remove(prefix + name);
        else keeper.set(prefix + name, JSON.stringify(value));
    } catch {
        // It is full: the next page begins anew.
    }
}

/** For the tokens and unsent messages of one visitor, whoever else was here. Guests and vouched users have no tokens that are good once, so no lock is needed. */
export function storageOf(visitor: string): Storage {
    const own = `${prefix}${visitor}/`;
    return {
        get: (key) => keeper.get(own + key),
        set: (key, value) => keeper.set(own + key, value),
        remove: (key) => keeper.remove(own + key),
        keys: (start) => keeper.keys().filter((one) => one.startsWith(own + start)).map((one) => one.slice(own.length)),
    };
}
