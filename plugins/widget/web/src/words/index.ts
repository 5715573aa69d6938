// Words in the visitor's language; all but English come when they are asked for.
import { signal } from '@preact/signals';
import { en, type Words } from './en.ts';

const languages: Record<string, { right_to_left?: boolean; load: () => Promise<Words> }> = {
    en: { load: async () => en },
    de: { load: async () => (await import('./de.ts')).de },
    ar: { right_to_left: true, load: async () => (await import('./ar.ts')).ar },
};
export const language = signal('en');
const words = signal<Words>(en);

export async function speak(name: string | undefined) {
    const found = name && Object.hasOwn(languages, name) ? name : 'en';
    const of = languages[found]!;
    // Without it, in English.
    words.value = await of.load().catch(() => en);
    language.value = found;
    document.documentElement.lang = found;
    document.documentElement.dir = of.right_to_left ? 'rtl' : 'ltr';
    document.title = words.value.title;
}

export const t = (key: keyof Words, values: Record<string, string> = {}) => words.value[key].replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
