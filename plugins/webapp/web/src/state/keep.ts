// What this device remembers of its user's wishes; a browser that keeps nothing is no failure.
const prefix = 'parley.';

export function keep(name: string, value: unknown) {
    try {
        if (value === undefined || value === null) localStorage.removeItem(prefix + name);
        else localStorage.setItem(prefix + name, JSON.stringify(value));
    } catch {
        // Private windows and full disks: it holds until the page goes.
    }
}

export function kept<T>(name: string, fits: (value: unknown) => boolean): T | undefined {
    try {
        const text = localStorage.getItem(prefix + name);
        const value: unknown = text === null ? undefined : JSON.parse(text);
        return fits(value) ? (value as T) : undefined;
    } catch {
        return undefined;
    }
}

// With somebody signed out, nothing of what they wrote stays.
export function forgetPersonal() {
    try {
        for (const name of Object.keys(localStorage)) if (name.startsWith(`${prefix}draft.`) || name.startsWith(`${prefix}own.`)) localStorage.removeItem(name);
    } catch {
        // As above.
    }
}
