// Every wait of these tests has an end, and says what it waited for.

// Sanitized and heavily loaded machines are slow; a deadline only decides how long a failure takes.
export const patience = Number(process.env.PARLEY_TEST_PATIENCE_MS ?? 60_000);

export class Overdue extends Error {}

// The promise's value, or an error that says `what` after `milliseconds`.
export async function within(promise, what, milliseconds = patience) {
    let timer;
    const end = new Promise((_, reject) => {
        timer = setTimeout(() => {
            reject(new Overdue(`waited ${milliseconds} ms in vain for ${typeof what === 'function' ? what() : what}`));
        }, milliseconds);
    });
    try {
        return await Promise.race([promise, end]);
    } finally {
        clearTimeout(timer);
    }
}

// A promise that somebody else settles.
export function signal() {
    const made = {};
    made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
    return made;
}

// Asks again until the answer is not undefined: for states that nobody announces, such as a port in a file.
export async function eventually(ask, what, milliseconds = patience) {
    const end = Date.now() + milliseconds;
    for (;;) {
        const answer = await ask();
        if (answer !== undefined) return answer;
        if (Date.now() > end) throw new Overdue(`waited ${milliseconds} ms in vain for ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
}
