// Words to somebody: short ones on the screen, spoken ones for screen readers.
import { signal } from '@preact/signals';
import { ParleyError } from '@parley/client';
import { t } from '../i18n/index.ts';

export interface Toast {
    id: number;
    text: string;
    action?: { label: string; run: () => void } | undefined;
}
export const toasts = signal<readonly Toast[]>([]);
let made = 0;

export function toast(text: string, action?: Toast['action'], milliseconds = 6000) {
    const one = { id: ++made, text, action };
    toasts.value = [...toasts.value.slice(-2), one];
    if (milliseconds > 0) setTimeout(() => dismiss(one.id), milliseconds);
}
export const dismiss = (id: number) => (toasts.value = toasts.value.filter((one) => one.id !== id));

// What a failure says to people.
export const wordsOf = (why: unknown) => (why instanceof ParleyError ? why.message : t('app.failed'));
export const fail = (why: unknown) => toast(wordsOf(why));
// Runs what may fail and says so.
export async function attempt<T>(work: Promise<T>): Promise<T | undefined> {
    try {
        return await work;
    } catch (why) {
        fail(why);
        return undefined;
    }
}

// Two that take turns: the same words twice are to be heard twice.
export const spoken = signal<readonly [string, string]>(['', '']);
let turn = 0;
export function announce(text: string) {
    turn = 1 - turn;
    spoken.value = turn === 0 ? [text, ''] : ['', text];
}
