// Where things are kept between two visits: tokens and messages that were not sent yet.

/** Texts by key; several tabs may use one. May answer at once or later. */
export interface Storage {
    get(key: string): string | null | Promise<string | null>;
    set(key: string, value: string): void | Promise<void>;
    remove(key: string): void | Promise<void>;
    /** The keys that begin so, in any order. */
    keys(prefix: string): string[] | Promise<string[]>;
}

/** Forgotten with the program. */
export function memoryStorage(): Storage {
    const all = new Map<string, string>();
    return {
        get: (key) => all.get(key) ?? null,
        set: (key, value) => void all.set(key, value),
        remove: (key) => void all.delete(key),
        keys: (prefix) => [...all.keys()].filter((one) => one.startsWith(prefix)),
    };
}

/**
 * localStorage or sessionStorage. Browsers tell other tabs of changes a little later: where several tabs of one page may be
 * open and tokens are not in a cookie, use IndexedDB, or two that renew a session at the same moment end it.
 */
export function webStorage(area: globalThis.Storage): Storage {
    return {
        get: (key) => area.getItem(key),
        set: (key, value) => area.setItem(key, value),
        remove: (key) => area.removeItem(key),
        keys: (prefix) => Object.keys(area).filter((one) => one.startsWith(prefix)),
    };
}

/** A database of the browser's, with one table. */
export function indexedDbStorage(name = 'parley', factory: IDBFactory = indexedDB): Storage {
    const opened = new Promise<IDBDatabase>((resolve, reject) => {
        const asked = factory.open(name, 1);
        asked.onupgradeneeded = () => asked.result.createObjectStore('kept');
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error);
    });
    opened.catch(() => {}); // whoever uses it hears of it
    const run = async <T>(mode: IDBTransactionMode, work: (kept: IDBObjectStore) => IDBRequest<T>): Promise<T> => {
        const database = await opened;
        return new Promise((resolve, reject) => {
            const asked = work(database.transaction('kept', mode).objectStore('kept'));
            asked.transaction!.oncomplete = () => resolve(asked.result);
            asked.transaction!.onabort = asked.onerror = () => reject(asked.error);
        });
    };
    return {
        get: async (key) => ((await run('readonly', (kept) => kept.get(key))) as string | undefined) ?? null,
        set: async (key, value) => void (await run('readwrite', (kept) => kept.put(value, key))),
        remove: (key) => run('readwrite', (kept) => kept.delete(key)),
        keys: (prefix) => run('readonly', (kept) => kept.getAllKeys(IDBKeyRange.bound(prefix, `${prefix}\uffff`))) as Promise<string[]>,
    };
}

/** What there is; a browser that forbids IndexedDB (private windows) gets memory. */
export function usualStorage(): Storage {
    return typeof indexedDB === 'undefined' ? memoryStorage() : indexedDbStorage();
}
