// Files of messages and of the field: what is known of them, and how they come here.
import { bringWords, client, computed, language, signal, t, wordsOf, type Id, type Signal, type StoredFile } from '@parley/web';

bringWords({
    en: {
        'files.attach': 'Attach files', 'files.drop': 'Files that will be sent', 'files.remove': 'Take {name} off', 'files.failed': '{name}: {reason}',
        'files.panel': 'Files', 'files.none': 'There are no files here yet.', 'files.open': 'Open {name}', 'files.download': 'Download {name}', 'files.retry': 'Upload {name} again',
        'files.checking': 'Is being checked', 'files.waiting': 'Waits for approval', 'files.rejected': 'Turned down: {reason}', 'files.quarantined': 'Turned down: {reason}',
        'files.uploading': 'Uploading {name}', 'files.gone': 'This file is gone.', 'files.removed': 'A file was removed.', 'files.more': 'Load more', 'files.by_category': 'Kind', 'files.all': 'All files',
        'files.image': 'Images', 'files.document': 'Documents', 'files.video': 'Videos', 'files.audio': 'Recordings', 'files.other': 'Other',
    },
    de: {
        'files.attach': 'Dateien anhängen', 'files.drop': 'Dateien, die gesendet werden', 'files.remove': '{name} entfernen', 'files.panel': 'Dateien', 'files.none': 'Hier gibt es noch keine Dateien.',
        'files.open': '{name} öffnen', 'files.download': '{name} herunterladen', 'files.retry': '{name} noch einmal hochladen', 'files.checking': 'Wird geprüft', 'files.waiting': 'Wartet auf Freigabe', 'files.rejected': 'Abgelehnt: {reason}',
        'files.quarantined': 'Abgelehnt: {reason}', 'files.uploading': '{name} wird hochgeladen', 'files.gone': 'Diese Datei gibt es nicht mehr.', 'files.removed': 'Eine Datei wurde entfernt.', 'files.more': 'Mehr laden', 'files.by_category': 'Art',
        'files.all': 'Alle Dateien', 'files.image': 'Bilder', 'files.document': 'Dokumente', 'files.video': 'Videos', 'files.audio': 'Aufnahmen', 'files.other': 'Sonstiges',
    },
    ar: { 'files.attach': 'إرفاق ملفات', 'files.panel': 'الملفات', 'files.removed': 'أُزيل ملف.' },
});

/** What a message says of a file; everything but `file` is filled in by the server. */
export interface Attached {
    file: Id;
    name?: string;
    type?: string;
    bytes?: number;
    category?: string;
    /** It is gone, and nothing else is said of it any more. */
    removed?: boolean;
}
export function filesIn(data: { readonly [name: string]: unknown } | undefined): readonly Attached[] {
    const files = data?.files;
    return Array.isArray(files) ? files.filter((one): one is Attached => typeof one === 'object' && one !== null && /^[1-9][0-9]{0,18}$/.test(String((one as Attached).file))) : [];
}

export const contentOf = (file: Id) => `${client.url}/api/v1/files/${file}/content`;
export const downloadOf = (file: Id) => `${contentOf(file)}?download=true`;

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
const formats = computed(() => units.map((unit) => new Intl.NumberFormat(language.value, { style: 'unit', unit, unitDisplay: unit === 'byte' ? 'long' : 'short', maximumFractionDigits: 1 })));
export function sizeText(bytes: number) {
    const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log(bytes) / Math.log(1000)));
    return formats.value[power]!.format(bytes / 1000 ** power);
}
/** What browsers show by themselves, and nothing that could be more than a picture. */
export const isPicture = (type: string | undefined) => /^image\/(png|jpeg|gif|webp|avif)$/.test(type ?? '');

// --- files that are not ready are asked for; the log tells when they change

const states = new Map<Id, Signal<StoredFile | null>>();
export function stateOf(file: Id) {
    let found = states.get(file);
    if (!found) {
        states.set(file, (found = signal<StoredFile | null>(null)));
        void look(file);
    }
    return found;
}
async function look(file: Id) {
    const found = (await client.call('file.get', { file }).catch(() => null)) as StoredFile | null;
    const at = states.get(file);
    if (at) at.value = found;
}
interface Changed {
    data: { file: Id; state: string; reason: string };
}
client.on('file.changed', ({ data }: Changed) => {
    const at = states.get(data.file);
    if (at?.value) at.value = { ...at.value, state: data.state, reason: data.reason };
});

// --- files on their way, for each field

export interface Going {
    readonly key: number;
    readonly file: File;
    readonly preview: string | undefined;
    readonly sent: Signal<number>;
    readonly fault: Signal<string>;
    readonly stored: Signal<StoredFile | null>;
    readonly end: AbortController;
}
const trays = new Map<string, Signal<readonly Going[]>>();
export function trayOf(room: Id, thread: Id | undefined) {
    const key = `${room}.${thread ?? ''}`;
    let found = trays.get(key);
    if (!found) trays.set(key, (found = signal<readonly Going[]>([])));
    return found;
}

let made = 0;
export function add(room: Id, thread: Id | undefined, files: readonly File[]) {
    const tray = trayOf(room, thread);
    const all = files.map(
        (file): Going => ({ key: ++made, file, preview: isPicture(file.type) ? URL.createObjectURL(file) : undefined, sent: signal(0), fault: signal(''), stored: signal(null), end: new AbortController() }),
    );
    tray.value = [...tray.value, ...all];
    for (const one of all) void start(room, one);
}
export async function start(room: Id, one: Going) {
    one.fault.value = '';
    try {
        one.stored.value = await client.upload(room, one.file, { name: one.file.name, signal: one.end.signal, onProgress: (sent: number, total: number) => (one.sent.value = total > 0 ? sent / total : 1) });
    } catch (why) {
        if (!one.end.signal.aborted) one.fault.value = wordsOf(why);
    }
}
export function takeOff(room: Id, thread: Id | undefined, one: Going) {
    one.end.abort();
    const stored = one.stored.peek();
    if (stored) void client.call('file.delete', { file: stored.file }).catch(() => {});
    forget(room, thread, one);
}
export function forget(room: Id, thread: Id | undefined, one: Going) {
    const tray = trayOf(room, thread);
    tray.value = tray.value.filter((each) => each !== one);
    if (one.preview) URL.revokeObjectURL(one.preview);
}

export const stateText = (state: string, reason: string) => (state === 'ready' ? '' : t(`files.${state}`, { reason }));
