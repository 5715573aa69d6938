// The gallery in the web client: small pictures in messages and a panel with a grid or a list, by day.
import { attempt, bringWords, client, Dialog, fill, Icon, IconButton, language, may, ServedImage, ServedLink, signal, t, useComputed, useEffect, useSignal, type ConversationState, type Id } from '@parley/web';

bringWords({
    en: {
        'gallery.panel': 'Gallery', 'gallery.none': 'There is nothing here.', 'gallery.more': 'Load more', 'gallery.kind': 'Kind', 'gallery.all': 'Everything', 'gallery.image': 'Images', 'gallery.document': 'Documents',
        'gallery.video': 'Videos', 'gallery.audio': 'Recordings', 'gallery.other': 'Other', 'gallery.label': 'Label', 'gallery.labels': 'Labels', 'gallery.any_label': 'Any label', 'gallery.from': 'From', 'gallery.anybody': 'Anybody', 'gallery.client': 'Client',
        'gallery.portfolio': 'Portfolio', 'gallery.search': 'Search files', 'gallery.grid': 'As a grid', 'gallery.list': 'As a list', 'gallery.open': 'Open {name}', 'gallery.download': 'Download {name}', 'gallery.pixels': '{width} × {height} pixels',
        'gallery.pages': '{count} pages', 'gallery.taken': 'Taken on {when}', 'gallery.add_label': 'Add a label', 'gallery.drop_label': 'Take the label {label} off', 'gallery.to_portfolio': 'Move to the portfolio', 'gallery.to_client': 'Move to the client’s files',
        'gallery.camera': 'What the camera wrote', 'gallery.place': 'Where: {latitude}, {longitude}', 'gallery.empty_camera': 'Nothing.', 'gallery.failed': 'No preview',
    },
    de: {
        'gallery.panel': 'Galerie', 'gallery.none': 'Hier ist nichts.', 'gallery.more': 'Mehr laden', 'gallery.kind': 'Art', 'gallery.all': 'Alles', 'gallery.image': 'Bilder', 'gallery.document': 'Dokumente',
        'gallery.video': 'Videos', 'gallery.audio': 'Aufnahmen', 'gallery.other': 'Sonstiges', 'gallery.label': 'Etikett', 'gallery.labels': 'Etiketten', 'gallery.any_label': 'Jedes Etikett', 'gallery.from': 'Von', 'gallery.anybody': 'Allen', 'gallery.client': 'Kunde',
        'gallery.portfolio': 'Mappe', 'gallery.search': 'Dateien suchen', 'gallery.grid': 'Als Raster', 'gallery.list': 'Als Liste', 'gallery.open': '{name} öffnen', 'gallery.download': '{name} herunterladen', 'gallery.pixels': '{width} × {height} Pixel',
        'gallery.pages': '{count} Seiten', 'gallery.taken': 'Aufgenommen am {when}', 'gallery.add_label': 'Etikett hinzufügen', 'gallery.drop_label': 'Etikett {label} entfernen', 'gallery.to_portfolio': 'In die Mappe', 'gallery.to_client': 'Zu den Dateien des Kunden',
        'gallery.camera': 'Was die Kamera schrieb', 'gallery.place': 'Wo: {latitude}, {longitude}', 'gallery.empty_camera': 'Nichts.', 'gallery.failed': 'Keine Vorschau',
    },
    ar: { 'gallery.panel': 'المعرض' },
});

interface Item {
    file: Id;
    name: string;
    type: string;
    category: string;
    bytes: number;
    state: string;
    thumbnails: readonly { size: number; width: number; height: number }[];
    width?: number | null;
    height?: number | null;
    duration_ms?: number | null;
    pages?: number | null;
    taken_at: string;
    labels: readonly string[];
    from: 'client' | 'portfolio';
    day: string;
}
const categories = ['image', 'document', 'video', 'audio', 'other'] as const;
const pathOf = (file: Id) => `${client.url}/api/v1/files/${file}`;
const thumbnailOf = (file: Id, size: number) => `${pathOf(file)}/thumbnails/${size}`;

// --- small pictures in messages

fill('filePreviews', {
    id: 'gallery',
    address: ({ file, type }, size) => (may('gallery.see') && /^(image|video)\/|^application\/pdf$/.test(type ?? '') ? thumbnailOf(file, size) : undefined),
});

// --- the panel

const opened = signal<Item | null>(null);
const changed = signal(0);
const isGrid = signal(true);

const dayText = (day: string) => new Intl.DateTimeFormat(language.value, { dateStyle: 'full', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
const lengthText = (ms: number) => {
    const seconds = Math.round(ms / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};
const factsOf = (one: Item) =>
    [
        one.width && one.height && one.category === 'image' ? t('gallery.pixels', { width: one.width, height: one.height }) : '',
        one.pages ? t('gallery.pages', { count: one.pages }) : '',
        one.duration_ms ? lengthText(one.duration_ms) : '',
        one.taken_at ? t('gallery.taken', { when: one.taken_at.replace('T', ' ') }) : '',
        one.state === 'failed' ? t('gallery.failed') : '',
    ].filter(Boolean);

function Tile({ one }: { one: Item }) {
    const broken = useSignal(false);
    const hasPicture = one.thumbnails.length > 0 && !broken.value;
    return (
        <button type="button" class="gallery_tile" aria-label={t('gallery.open', { name: one.name })} onClick={() => (opened.value = one)}>
            {hasPicture ? <ServedImage src={thumbnailOf(one.file, 300)} alt="" loading="lazy" onError={() => (broken.value = true)} /> : <Icon name={one.category === 'image' ? 'image' : 'file'} />}
            {isGrid.value ? (
                (!hasPicture || one.category !== 'image') && <bdi class="gallery_name">{one.name}</bdi>
            ) : (
                <span class="gallery_words">
                    <bdi>{one.name}</bdi>
                    <span class="faint small">{[...factsOf(one), ...one.labels].join(' · ')}</span>
                </span>
            )}
        </button>
    );
}

function Choice({ label, value, all, onChange }: { label: string; value: string; all: readonly (readonly [string, string])[]; onChange: (to: string) => void }) {
    return (
        <label class="field">
            <span>{label}</span>
            <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
                {all.map(([key, words]) => (
                    <option key={key} value={key}>
                        {words}
                    </option>
                ))}
            </select>
        </label>
    );
}

function Panel({ room }: { room: ConversationState }) {
    const { id } = room.conversation;
    const all = useSignal<readonly Item[] | null>(null);
    const more = useSignal(false);
    const labels = useSignal<readonly string[]>([]);
    const category = useSignal('');
    const label = useSignal('');
    const from = useSignal('');
    const words = useSignal('');
    const q = useSignal('');
    useEffect(() => {
        const later = setTimeout(() => (q.value = words.value.trim()), 250);
        return () => clearTimeout(later);
    }, [words.value]);
    const load = async (before?: Id) => {
        const wanted = { category: category.value, label: label.value, from: from.value, q: q.value, before: before ?? '' };
        const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== ''));
        const page = await attempt(client.call('gallery.list', { conversation: id, limit: 60, offset_minutes: -new Date().getTimezoneOffset(), ...given }) as Promise<{ items: Item[]; more: boolean }>);
        if (!page) return;
        all.value = before ? [...(all.value ?? []), ...page.items] : page.items;
        more.value = page.more;
        const now = opened.peek();
        if (now) opened.value = page.items.find((one) => one.file === now.file) ?? now;
    };
    useEffect(() => void load(), [id, category.value, label.value, from.value, q.value, changed.value]);
    useEffect(() => void attempt(client.call('gallery.labels', { conversation: id }) as Promise<{ labels: string[] }>).then((found) => found && (labels.value = found.labels)), [id, changed.value]);
    const days = useComputed(() => {
        const made = new Map<string, Item[]>();
        for (const one of all.value ?? []) made.set(one.day, [...(made.get(one.day) ?? []), one]);
        return [...made];
    });
    return (
        <div class="gallery">
            <div class="gallery_head">
                <input class="input" type="search" aria-label={t('gallery.search')} placeholder={t('gallery.search')} value={words.value} onInput={(event) => (words.value = event.currentTarget.value)} />
                <IconButton icon={isGrid.value ? '☰' : '▦'} label={t(isGrid.value ? 'gallery.list' : 'gallery.grid')} onClick={() => (isGrid.value = !isGrid.value)} />
            </div>
            <div class="gallery_choices">
                <Choice label={t('gallery.kind')} value={category.value} all={[['', t('gallery.all')], ...categories.map((one) => [one, t(`gallery.${one}`)] as const)]} onChange={(to) => (category.value = to)} />
                <Choice label={t('gallery.from')} value={from.value} all={[['', t('gallery.anybody')], ['client', t('gallery.client')], ['portfolio', t('gallery.portfolio')]]} onChange={(to) => (from.value = to)} />
                {labels.value.length > 0 && <Choice label={t('gallery.label')} value={label.value} all={[['', t('gallery.any_label')], ...labels.value.map((one) => [one, one] as const)]} onChange={(to) => (label.value = to)} />}
            </div>
            {all.value?.length === 0 && <p class="faint">{t('gallery.none')}</p>}
            {days.value.map(([day, items]) => (
                <section key={day} class="gallery_day">
                    <h3>{dayText(day)}</h3>
                    <ul class={isGrid.value ? 'gallery_grid' : 'gallery_list'}>
                        {items.map((one) => (
                            <li key={one.file}>
                                <Tile one={one} />
                            </li>
                        ))}
                    </ul>
                </section>
            ))}
            {more.value && (
                <button type="button" class="button" onClick={() => void load(all.value?.at(-1)?.file)}>
                    {t('gallery.more')}
                </button>
            )}
        </div>
    );
}
fill('sidePanels', { id: 'gallery', label: () => t('gallery.panel'), icon: 'image', when: () => may('gallery.see'), component: Panel });

// A file of a conversation that is shown changed; another page asks for it again.
for (const type of ['gallery.changed', 'file.shown', 'file.removed']) client.on(type, () => (changed.value += 1));

// --- one of them

interface Camera {
    [name: string]: unknown;
    place?: { latitude: number; longitude: number } | null;
}
const change = async (call: Promise<unknown>) => {
    if (await attempt(call)) changed.value += 1;
};

function CameraView({ of }: { of: Item }) {
    const camera = useSignal<Camera | null>(null);
    const load = () => void attempt(client.call('gallery.camera', { file: of.file }) as Promise<{ camera: Camera }>).then((found) => found && (camera.value = found.camera));
    const said = Object.entries(camera.value ?? {}).filter(([name, value]) => name !== 'place' && value !== '' && value !== null);
    const place = camera.value?.place;
    return (
        <details onToggle={(event) => event.currentTarget.open && load()}>
            <summary>{t('gallery.camera')}</summary>
            {camera.value && said.length === 0 && !place && <p class="faint">{t('gallery.empty_camera')}</p>}
            {place && <p>{t('gallery.place', { latitude: place.latitude.toFixed(5), longitude: place.longitude.toFixed(5) })}</p>}
            <dl class="gallery_camera">
                {said.map(([name, value]) => (
                    <div key={name}>
                        <dt>{name.replaceAll('_', ' ')}</dt>
                        <dd>
                            <bdi>{typeof value === 'number' ? Number(value.toFixed(4)) : String(value)}</bdi>
                        </dd>
                    </div>
                ))}
            </dl>
        </details>
    );
}

function Labels({ of }: { of: Item }) {
    const words = useSignal('');
    const add = (event: Event) => {
        event.preventDefault();
        const label = words.value.trim();
        words.value = '';
        if (label) void change(client.call('gallery.label', { file: of.file, label }));
    };
    if (!may('gallery.label')) return of.labels.length > 0 ? <p>{of.labels.join(' · ')}</p> : null;
    return (
        <form class="gallery_labels" aria-label={t('gallery.labels')} onSubmit={add}>
            {of.labels.map((label) => (
                <span key={label} class="gallery_label">
                    <bdi>{label}</bdi>
                    <IconButton class="small_one" icon="close" label={t('gallery.drop_label', { label })} onClick={() => void change(client.call('gallery.unlabel', { file: of.file, label }))} />
                </span>
            ))}
            <input class="input" aria-label={t('gallery.add_label')} placeholder={t('gallery.add_label')} maxLength={60} value={words.value} onInput={(event) => (words.value = event.currentTarget.value)} />
        </form>
    );
}

function Opened() {
    const one = opened.value;
    if (!one) return null;
    const other = one.from === 'client' ? 'portfolio' : 'client';
    const move = async () => {
        const now = (await attempt(client.call('gallery.place', { file: one.file, to: other }) as Promise<Item>)) as Item | undefined;
        if (now) opened.value = { ...one, from: now.from };
        changed.value += 1;
    };
    return (
        <Dialog large title={one.name} onClose={() => (opened.value = null)}>
            {one.thumbnails.length > 0 && <ServedImage class="gallery_whole" src={thumbnailOf(one.file, 800)} alt={one.name} />}
            <p class="faint small">{factsOf(one).join(' · ')}</p>
            <Labels of={one} />
            {may('gallery.metadata') && one.category === 'image' && <CameraView key={one.file} of={one} />}
            <div class="gallery_actions">
                <ServedLink class="button" href={`${pathOf(one.file)}/content?download=true`} download={one.name}>
                    <Icon name="download" /> {t('gallery.download', { name: one.name })}
                </ServedLink>
                {may('gallery.portfolio') && (
                    <button type="button" class="button" onClick={() => void move()}>
                        {t(`gallery.to_${other}`)}
                    </button>
                )}
            </div>
        </Dialog>
    );
}
fill('overlays', { id: 'gallery', component: Opened });
