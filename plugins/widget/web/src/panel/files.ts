// Files on their way out, and the content of those that are there: fetched with the visitor's token, because an `img`
// could not show one.
import { signal, type Signal } from '@preact/signals';
import { ParleyError, type Id, type StoredFile } from '@parley/client';
import { client } from '../frame/visitor.ts';
import { language, t } from '../words/index.ts';
import { draftOf } from './drafts.ts';

export interface Going {
    readonly key: number;
    readonly file: File;
    readonly sent: Signal<number>;
    readonly fault: Signal<string>;
    readonly stored: Signal<StoredFile | null>;
    readonly end: AbortController;
}
const trays = new Map<Id, Signal<readonly Going[]>>();
export function trayOf(room: Id) {
    let found = trays.get(room);
    if (!found) trays.set(room, (found = signal<readonly Going[]>([])));
    return found;
}

let made = 0;
export function bring(room: Id, files: readonly File[]) {
    const all = files.map((file): Going => ({ key: ++made, file, sent: signal(0), fault: signal(''), stored: signal(null), end: new AbortController() }));
    trayOf(room).value = [...trayOf(room).value, ...all];
    for (const one of all) void start(room, one);
}
export async function start(room: Id, one: Going) {
    one.fault.value = '';
    try {
        one.stored.value = await client.value!.upload(room, one.file, { name: one.file.name, signal: one.end.signal, onProgress: (sent, total) => (one.sent.value = total > 0 ? sent / total : 1) });
    } catch (why) {
        if (!one.end.signal.aborted) one.fault.value = why instanceof ParleyError ? why.message : t('fault');
    }
}
export function takeOff(room: Id, one: Going) {
    one.end.abort();
    const stored = one.stored.peek();
    if (stored) void client.value?.call('file.delete', { file: stored.file }).catch(() => {});
    trayOf(room).value = trayOf(room).value.filter((each) => each !== one);
}
/** What is uploaded, as a message says it; the tray is empty afterwards. */
export function take(room: Id) {
    const files = trayOf(room).value.map((one) => one.stored.peek()!).map(({ file, name, type, bytes, category }) => ({ file, name, type, bytes, category }));
    trayOf(room).value = [];
    return files;
}
export const forget = (draft: string) => (draftOf(draft).value = '');

// --- in messages

export interface Attached {
    file: Id;
    name?: string;
    type?: string;
    bytes?: number;
}
export function filesIn(data: { readonly [name: string]: unknown } | undefined): readonly Attached[] {
    const files = data?.files;
    return Array.isArray(files) ? files.filter((one): one is Attached => typeof one === 'object' && one !== null && /^[1-9][0-9]{0,18}$/.test(String((one as Attached).file))) : [];
}
/** What browsers show by themselves, and nothing that could be more than a picture. */
export const isPicture = (type: string | undefined) => /^image\/(png|jpeg|gif|webp|avif)$/.test(type ?? '');

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
export function sizeText(bytes: number) {
    const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log(bytes) / Math.log(1000)));
    return new Intl.NumberFormat(language.value, { style: 'unit', unit: units[power]!, unitDisplay: power === 0 ? 'long' : 'short', maximumFractionDigits: 1 }).format(bytes / 1000 ** power);
}

// The plugin hears of a message after everybody else, so that a file may be there a moment after it.
const moments = [0, 300, 1000, 3000];
export async function contentOf(file: Id, signal: AbortSignal): Promise<Blob> {
    for (const [at, wait] of moments.entries()) {
        await new Promise((resolve) => setTimeout(resolve, wait));
        try {
            return await client.value!.download(file, { signal });
        } catch (why) {
            if (signal.aborted || at === moments.length - 1) throw why;
        }
    }
    throw new Error('nothing was tried');
}

export async function keepFile({ file, name }: Attached) {
    const address = URL.createObjectURL(await contentOf(file, new AbortController().signal));
    const link = document.createElement('a');
    link.href = address;
    link.download = name ?? '';
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
