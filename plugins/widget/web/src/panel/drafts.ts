// What is being written, kept from page to page until it is sent.
import { effect, signal, type Signal } from '@preact/signals';
import { keep, kept } from '../frame/keep.ts';

const isText = (value: unknown): value is string => typeof value === 'string';
const all = new Map<string, Signal<string>>();

export function draftOf(key: string): Signal<string> {
    let found = all.get(key);
    if (!found) {
        const made = signal(kept(`draft ${key}`, isText) ?? '');
        effect(() => keep(`draft ${key}`, made.value || undefined));
        all.set(key, (found = made));
    }
    return found;
}
