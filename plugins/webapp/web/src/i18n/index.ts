// Words in the reader's language: a catalogue for each, plurals by Intl, nothing else.
import { computed, effect, signal } from '@preact/signals';
import { en, type Key } from './en.ts';
import { keep, kept } from '../state/keep.ts';

type Form = string | Record<string, string>;
export type Catalogue = Partial<Record<Key, Form>>;

// What each language is called in itself; all but English come when they are asked for.
export const languages: Record<string, { title: string; right_to_left?: boolean; load: () => Promise<Catalogue> }> = {
    en: { title: 'English', load: async () => en },
    de: { title: 'Deutsch', load: async () => (await import('./de.ts')).de },
    ar: { title: 'العربية', right_to_left: true, load: async () => (await import('./ar.ts')).ar },
};

const wished = () => (navigator.languages ?? []).map((one) => one.split('-')[0]!).find((one) => one in languages);

export const language = signal<string>(kept('language', (one) => typeof one === 'string' && one in languages) ?? wished() ?? 'en');
const catalogue = signal<Record<string, Form>>(en);
// Pieces of plugins bring words of their own: by language, then by key.
const brought = signal<Record<string, Record<string, Form>>>({});
export const rightToLeft = computed(() => languages[language.value]?.right_to_left ?? false);

export async function speak(name: string) {
    const found = languages[name];
    if (!found) return;
    const words = await found.load();
    catalogue.value = { ...en, ...words };
    language.value = name;
    keep('language', name);
}

export function bringWords(of: Record<string, Record<string, Form>>) {
    const all = { ...brought.value };
    for (const [name, words] of Object.entries(of)) all[name] = { ...all[name], ...words };
    brought.value = all;
}

const plurals = computed(() => new Intl.PluralRules(language.value));
const numbers = computed(() => new Intl.NumberFormat(language.value));
export const number = (value: number) => numbers.value.format(value);

function formed(form: Form, values: Record<string, string | number>) {
    if (typeof form === 'string') return form;
    const n = Number(values.n ?? 0);
    return form[plurals.value.select(n)] ?? form.other ?? '';
}

export function t(key: Key, values?: Record<string, string | number>): string;
export function t(key: string, values?: Record<string, string | number>): string;
export function t(key: string, values: Record<string, string | number> = {}): string {
    const form = catalogue.value[key] ?? brought.value[language.value]?.[key] ?? brought.value.en?.[key] ?? key;
    const text = formed(form, values);
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
        const value = values[name];
        return value === undefined ? whole : typeof value === 'number' ? number(value) : value;
    });
}

effect(() => {
    document.documentElement.lang = language.value;
    document.documentElement.dir = rightToLeft.value ? 'rtl' : 'ltr';
});
if (language.peek() !== 'en') void speak(language.peek());
