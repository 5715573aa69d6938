// Vite plugin: `virtual:emoji/<language>` is that language's emoji with nothing that the picker does not need.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Plugin } from 'vite';

interface Raw {
    unicode: string;
    label: string;
    tags?: string[];
    group?: number;
    order?: number;
}
const prefix = 'virtual:emoji/';
const components = 2;

function packed(language: string) {
    const file = createRequire(import.meta.url).resolve(`emojibase-data/${language}/compact.json`);
    const all = JSON.parse(readFileSync(file, 'utf8')) as Raw[];
    const shown = all.filter((one) => one.group !== undefined && one.group !== components).sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
    return shown.map((one) => [one.unicode, one.label, (one.tags ?? []).filter((tag) => !one.label.includes(tag)).join(' '), one.group]);
}

export const emoji = (): Plugin => ({
    name: 'parley-emoji',
    resolveId: (id) => (id.startsWith(prefix) ? `\0${id}` : undefined),
    load: (id) => (id.startsWith(`\0${prefix}`) ? `export default JSON.parse(${JSON.stringify(JSON.stringify(packed(id.slice(prefix.length + 1))))})` : undefined),
});
