// The emoji there are, fetched when somebody first wants one; and which of them are used often here.
import { signal } from '@preact/signals';
import { language } from '../i18n/index.ts';
import { keep, kept } from './keep.ts';

export interface Emoji {
    glyph: string;
    label: string;
    /** Lower case: what it is found by. */
    words: string;
    group: number;
}
const sources: Record<string, () => Promise<typeof import('virtual:emoji/en')>> = {
    en: () => import('virtual:emoji/en'),
    de: () => import('virtual:emoji/de'),
};
const loaded = new Map<string, Promise<readonly Emoji[]>>();

async function read(name: string) {
    const all = (await sources[name]!()).default;
    return all.map(([glyph, label, tags, group]) => ({ glyph, label, words: `${label} ${tags}`.toLowerCase(), group }));
}

export function loadEmoji(): Promise<readonly Emoji[]> {
    const name = language.peek() in sources ? language.peek() : 'en';
    let found = loaded.get(name);
    if (!found) loaded.set(name, (found = read(name)));
    return found;
}

// Those whose words begin so, before those that have it somewhere.
export function findEmoji(all: readonly Emoji[], wanted: string, limit: number): Emoji[] {
    const text = wanted.toLowerCase().replaceAll('_', ' ');
    const first: Emoji[] = [];
    const later: Emoji[] = [];
    for (const one of all) {
        if (one.words.startsWith(text)) first.push(one);
        else if (` ${one.words}`.includes(` ${text}`)) later.push(one);
        if (first.length >= limit) break;
    }
    return [...first, ...later].slice(0, limit);
}

const usual = ['👍', '❤️', '😂', '🎉', '👀', '🙏', '✅', '🚀', '😮'];
export const recentEmoji = signal<readonly string[]>(kept<string[]>('own.emoji', Array.isArray) ?? usual);
export function usedEmoji(glyph: string) {
    recentEmoji.value = [glyph, ...recentEmoji.value.filter((one) => one !== glyph)].slice(0, 18);
    keep('own.emoji', recentEmoji.value);
}
