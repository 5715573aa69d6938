// A setting's rules, which are JSON Schema: which field it is, what somebody typed as a value, and what is wrong with it.
import { language, number, t } from '../i18n/index.ts';

export interface Rules {
    type?: string;
    enum?: unknown[];
    minimum?: number;
    maximum?: number;
    minLength?: number;
    maxLength?: number;
    maxItems?: number;
    items?: Rules;
    properties?: Record<string, Rules>;
}
export type Shape = 'switch' | 'choice' | 'number' | 'line' | 'text' | 'choices' | 'lines' | 'json';

export function shapeOf(rules: Rules): Shape {
    if (rules.enum) return 'choice';
    if (rules.type === 'boolean') return 'switch';
    if (rules.type === 'integer' || rules.type === 'number') return 'number';
    if (rules.type === 'string') return (rules.maxLength ?? 0) > 300 ? 'text' : 'line';
    if (rules.type === 'array' && rules.items?.enum) return 'choices';
    if (rules.type === 'array' && (rules.items?.type ?? 'string') === 'string') return 'lines';
    return 'json';
}

/** As it stands in a field. */
export function written(shape: Shape, value: unknown): string {
    if (shape === 'lines') return Array.isArray(value) ? value.join('\n') : '';
    if (shape === 'json') return JSON.stringify(value, null, 2);
    return value === null || value === undefined ? '' : String(value);
}
const linesOf = (text: string) => text.split('\n').map((one) => one.trim()).filter(Boolean);

/** What was typed, as a value; undefined: it is none. */
export function read(shape: Shape, rules: Rules, text: string): unknown {
    if (shape === 'number') {
        const value = Number(text.trim());
        return text.trim() === '' || !Number.isFinite(value) || (rules.type === 'integer' && !Number.isSafeInteger(value)) ? undefined : value;
    }
    if (shape === 'lines') return linesOf(text);
    if (shape === 'json')
        try {
            return JSON.parse(text);
        } catch {
            return undefined;
        }
    return text;
}

function faultOfText(rules: Rules, value: string) {
    const length = [...value].length;
    if (rules.minLength !== undefined && length < rules.minLength) return t('admin.settings.too_short', { n: rules.minLength });
    if (rules.maxLength !== undefined && length > rules.maxLength) return t('admin.settings.too_long', { n: rules.maxLength });
    return '';
}
function faultOfList(rules: Rules, value: unknown[]): string {
    if (rules.maxItems !== undefined && value.length > rules.maxItems) return t('admin.settings.too_many', { n: rules.maxItems });
    for (const one of value) {
        const why = rules.items && typeof one === 'string' ? faultOfText(rules.items, one) : '';
        if (why) return `${String(one).slice(0, 40)}: ${why}`;
    }
    return '';
}

/** What the server would say of it, as far as its rules tell; empty: it fits. The server looks at it again. */
export function faultOf(shape: Shape, rules: Rules, value: unknown): string {
    if (value === undefined) return t(shape === 'number' ? 'admin.settings.bad_number' : 'admin.settings.bad_json');
    if (typeof value === 'number' && ((rules.minimum ?? -Infinity) > value || value > (rules.maximum ?? Infinity))) return rangeOf(rules);
    if (typeof value === 'string' && !rules.enum) return faultOfText(rules, value);
    if (rules.type === 'array') return Array.isArray(value) ? faultOfList(rules, value) : t('admin.settings.bad_json');
    if (rules.type === 'object' && (typeof value !== 'object' || value === null || Array.isArray(value))) return t('admin.settings.bad_json');
    return '';
}
export function rangeOf({ minimum: least, maximum: most }: Rules) {
    if (least !== undefined && most !== undefined) return t('admin.settings.range', { least, most });
    if (least !== undefined) return t('admin.at_least', { n: least });
    return most === undefined ? '' : t('admin.at_most', { n: most });
}

export const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

// --- numbers with a unit in their name, as people say them

const lengths = { seconds: 1000, minutes: 60_000, hours: 3_600_000, days: 86_400_000, ms: 1 } as const;
const spans = [['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000], ['second', 1000]] as const;
const sizes = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
const inUnit = (value: number, unit: string) => new Intl.NumberFormat(language.value, { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 1 }).format(value);

/** "4 hours" for 240 of …_minutes; empty where that says no more than the number. */
export function inWords(name: string, value: unknown): string {
    if (typeof value !== 'number' || value <= 0) return '';
    const unit = name.split(/[._]/).at(-1)!;
    if (unit in lengths) {
        const milliseconds = value * lengths[unit as keyof typeof lengths];
        const [span, length] = spans.find(([, each]) => milliseconds >= each) ?? spans[3];
        return inUnit(milliseconds / length, span);
    }
    if (unit === 'bytes' || /(size|quota)$/.test(unit)) {
        const power = Math.min(sizes.length - 1, Math.floor(Math.log(value) / Math.log(1000)));
        return power > 0 ? inUnit(value / 1000 ** power, sizes[power]!) : '';
    }
    return '';
}

/** A value in one line. */
export function said(value: unknown): string {
    if (value === true || value === false) return t(value ? 'admin.yes' : 'admin.no');
    if (typeof value === 'number') return number(value);
    if (value === '' || value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return '–';
    if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(', ');
    return typeof value === 'string' ? value : JSON.stringify(value);
}

// --- YAML; JSON of one line is YAML, so only the way to a value has to be written

type Tree = { [key: string]: Tree | { value: unknown } };
export function yamlOf(changes: ReadonlyMap<string, unknown>): string {
    const tree: Tree = {};
    for (const [path, value] of changes) {
        const parts = path.split('.');
        let at = tree;
        for (const one of parts.slice(0, -1)) at = (at[one] ??= {}) as Tree;
        at[parts.at(-1)!] = { value };
    }
    const lines = (of: Tree, indent: string): string[] =>
        Object.entries(of).flatMap(([key, inner]) => ('value' in inner ? [`${indent}${key}: ${JSON.stringify((inner as { value: unknown }).value)}`] : [`${indent}${key}:`, ...lines(inner as Tree, `${indent}  `)]));
    return `${lines(tree, '').join('\n')}\n`;
}
