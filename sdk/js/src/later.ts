// Waiting, and what goes with it.

const longest = 2 ** 31 - 1; // what a timer can wait

/** A wait that keeps a program of Node alive. Gives the function that ends it. */
export function after(milliseconds: number, then: () => void): () => void {
    const timer = setTimeout(then, Math.min(milliseconds, longest));
    return () => clearTimeout(timer);
}

/** A wait for which no program stays. */
export function aside(milliseconds: number, then: () => void): () => void {
    const timer: any = setTimeout(then, Math.min(milliseconds, longest));
    timer.unref?.();
    return () => clearTimeout(timer);
}

/** Exponential back-off with full jitter: anything between nothing and a bound that doubles. */
export function backOff(tries: number, first: number, longest: number): number {
    return Math.random() * Math.min(longest, first * 2 ** Math.min(tries, 30));
}

/** One after another, whatever becomes of each. */
export class Line {
    #last: Promise<unknown> = Promise.resolve();
    run<T>(work: () => Promise<T> | T): Promise<T> {
        const done = this.#last.then(work);
        this.#last = done.catch(() => {});
        return done;
    }
}

/** 128 random bits; randomUUID is not there on pages without TLS. */
export function newKey(): string {
    let text = '';
    for (const byte of crypto.getRandomValues(new Uint8Array(16))) text += byte.toString(16).padStart(2, '0');
    return text;
}

/** A promise that somebody else settles; nobody has to wait for it. */
export function signal<T>() {
    let resolve!: (value: T) => void;
    let reject!: (why: unknown) => void;
    const promise = new Promise<T>((yes, no) => {
        resolve = yes;
        reject = no;
    });
    promise.catch(() => {});
    return { promise, resolve, reject };
}
export type Signal<T> = ReturnType<typeof signal<T>>;
