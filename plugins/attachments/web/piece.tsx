// Files in the web client: dropped, pasted or chosen, with their progress; in messages; and all of a conversation.
import {
    attempt, client, Dialog, fill, Icon, IconButton, may, Rich, ServedImage, ServedLink, signal, slot, t, useEffect, useSignal, type ComposerDraft, type ComposerHandle, type ConversationState, type Id, type LocalMessage, type Message,
    type StoredFile,
} from '@parley/web';
import { add, contentOf, downloadOf, filesIn, forget, isPicture, sizeText, start, stateOf, stateText, takeOff, trayOf, type Attached, type Going } from './files.ts';

// --- in the field

const tray = ({ room, thread }: ComposerHandle) => trayOf(room.conversation.id, thread);

function GoingView({ composer, one }: { composer: ComposerHandle; one: Going }) {
    const { id } = composer.room.conversation;
    const { name, size } = one.file;
    const done = one.stored.value !== null;
    const broken = useSignal(false);
    return (
        <li class="file_going">
            {one.preview && !broken.value ? <img src={one.preview} alt="" onError={() => (broken.value = true)} /> : <Icon name="file" />}
            <span class="file_words">
                <bdi>{name}</bdi>
                {one.fault.value ? (
                    <span class="file_fault" role="alert">
                        {one.fault.value}
                    </span>
                ) : done ? (
                    <span class="faint small">{stateText(one.stored.value!.state, one.stored.value!.reason) || sizeText(size)}</span>
                ) : (
                    <progress value={one.sent.value} max={1} aria-label={t('files.uploading', { name })} />
                )}
            </span>
            {one.fault.value && <IconButton class="small_one" icon="upload" label={t('files.retry', { name })} onClick={() => void start(id, one)} />}
            <IconButton class="small_one" icon="close" label={t('files.remove', { name })} onClick={() => takeOff(id, composer.thread, one)} />
        </li>
    );
}

function Tray({ composer }: { composer: ComposerHandle }) {
    const all = tray(composer).value;
    if (all.length === 0) return null;
    return (
        <ul class="file_tray" aria-label={t('files.drop')}>
            {all.map((one) => (
                <GoingView key={one.key} composer={composer} one={one} />
            ))}
        </ul>
    );
}

const mayBring = (composer: ComposerHandle) => may('attachments.upload') && composer.room.membership !== null;

fill('composerTrays', {
    id: 'attachments',
    component: Tray,
    files: (composer, files) => {
        if (!mayBring(composer)) return false;
        add(composer.room.conversation.id, composer.thread, files);
        composer.focus();
        return true;
    },
    state: (composer) => {
        const all = tray(composer).value;
        return all.length === 0 ? 'empty' : all.every((one) => one.stored.value) ? 'ready' : 'busy';
    },
    take: (composer, draft): ComposerDraft => {
        const all = tray(composer).peek();
        if (all.length === 0) return draft;
        const files = all.map((one) => one.stored.peek()!).map(({ file, name, type, bytes, category }) => ({ file, name, type, bytes, category }));
        for (const one of all) forget(composer.room.conversation.id, composer.thread, one);
        const type = draft.text.trim() ? 'text' : all.every((one) => isPicture(one.stored.peek()!.type)) ? 'image' : 'file';
        return { ...draft, type, data: { ...draft.data, files } };
    },
});
fill('composerButtons', {
    id: 'attachments',
    label: () => t('files.attach'),
    icon: 'attach',
    when: () => may('attachments.upload'),
    run: (composer) => {
        const field = document.createElement('input');
        field.type = 'file';
        field.multiple = true;
        field.onchange = () => add(composer.room.conversation.id, composer.thread, [...(field.files ?? [])]);
        field.click();
    },
});

// --- in messages

const shown = signal<{ of: Attached; room: Id } | null>(null);

// What other plugins do with files.
function Actions({ of, room }: { of: Attached; room: Id }) {
    const at = { file: of.file, name: of.name ?? '', type: of.type ?? '', conversation: room };
    return (
        <>
            {slot('fileActions')
                .filter((one) => one.when?.(at) ?? true)
                .map((one) => (
                    <IconButton key={one.id} class="small_one" icon={one.icon} label={one.label(at)} onClick={({ currentTarget }) => one.run({ ...at, button: currentTarget })} />
                ))}
        </>
    );
}

/** Of another plugin's making; it may not be there yet. */
function previewOf(of: Attached, size: number) {
    for (const one of slot('filePreviews')) {
        const found = one.address(of, size);
        if (found) return found;
    }
    return undefined;
}
const fine = () => (window.devicePixelRatio > 1 ? 800 : 300);
// A message may be here sooner than its files are served: the plugin hears of it from the log.
const pauses = [300, 1000, 3000, 9000];

function Picture({ of, room }: { of: Attached; room: Id }) {
    const small = previewOf(of, fine());
    const noSmall = useSignal(false);
    const tries = useSignal(0);
    const broken = useSignal(false);
    const name = of.name ?? '';
    const again = () => {
        const pause = pauses[tries.value];
        if (pause === undefined) broken.value = true;
        else setTimeout(() => ++tries.value, pause);
    };
    if (broken.value) return <Card of={of} room={room} note={t('files.gone')} />;
    const source = small && !noSmall.value ? small : contentOf(of.file);
    return (
        <button type="button" class="file_picture" aria-label={t('files.open', { name })} onClick={() => (shown.value = { of, room })}>
            <ServedImage key={tries.value} src={source} alt={name} loading="lazy" onError={() => (source === small ? (noSmall.value = true) : again())} />
        </button>
    );
}

function Card({ of, room, note, noDownload }: { of: Attached; room: Id; note?: string; noDownload?: boolean }) {
    const name = of.name ?? '';
    const small = note ? undefined : previewOf(of, 150);
    const noSmall = useSignal(false);
    return (
        <div class="file_card">
            {small && !noSmall.value ? <ServedImage class="file_preview" src={small} alt="" loading="lazy" onError={() => (noSmall.value = true)} /> : <Icon name={of.category === 'image' ? 'image' : 'file'} />}
            <span class="file_words">
                <bdi>{name}</bdi>
                <span class="faint small">{[of.bytes === undefined ? '' : sizeText(of.bytes), note].filter(Boolean).join(' · ')}</span>
            </span>
            {!note && !noDownload && <Actions of={of} room={room} />}
            {!note && !noDownload && (
                <ServedLink class="icon_button small_one" href={downloadOf(of.file)} download={name} aria-label={t('files.download', { name })} title={t('files.download', { name })}>
                    <Icon name="download" />
                </ServedLink>
            )}
        </div>
    );
}

// While it is checked, its author sees how far it is; others only what their message says of it.
function Waiting({ of, room, isOver }: { of: Attached; room: Id; isOver: boolean }) {
    const state = stateOf(of.file).value;
    const note = stateText(state?.state ?? (isOver ? 'ready' : 'checking'), state?.reason ?? '') || (isOver ? '' : t('files.checking'));
    return <Card of={of} room={room} note={note} noDownload />;
}

function Files({ all, ready, room, isOver = false }: { all: readonly Attached[]; ready: boolean; room: Id; isOver?: boolean }) {
    if (all.length === 0) return null;
    return (
        <ul class={ready && all.every((one) => isPicture(one.type)) ? 'files pictures' : 'files'}>
            {all.map((one) => (
                <li key={one.file}>{one.removed ? <p class="faint small">{t('files.removed')}</p> : !ready ? <Waiting of={one} room={room} isOver={isOver} /> : isPicture(one.type) ? <Picture of={one} room={room} /> : <Card of={one} room={room} />}</li>
            ))}
        </ul>
    );
}

fill('messageFooters', {
    id: 'attachments',
    order: 5,
    component: ({ message, room }) => <Files all={filesIn(message.data)} ready={message.state === 'published'} room={room.conversation.id} isOver={message.state === 'rejected'} />,
    local: ({ message, room }) => <Files all={filesIn(message.data)} ready={false} room={room.conversation.id} />,
});
const Words = ({ message }: { message: Message | LocalMessage }) => ('content' in message && message.content.length > 0 ? <Rich content={message.content} text={message.text} /> : null);
for (const type of ['file', 'image']) fill('messageBodies', { type, component: Words });

function Shown() {
    if (!shown.value) return null;
    const { of, room } = shown.value;
    const name = of.name ?? '';
    return (
        <Dialog large title={name} onClose={() => (shown.value = null)}>
            <ServedImage class="file_whole" src={contentOf(of.file)} alt={name} />
            <div class="dialog_foot">
                <Actions of={of} room={room} />
                <ServedLink class="button" href={downloadOf(of.file)} download={name}>
                    <Icon name="download" /> {t('files.download', { name })}
                </ServedLink>
            </div>
        </Dialog>
    );
}
fill('overlays', { id: 'attachments', component: Shown });

// --- all of a conversation

const categories = ['image', 'document', 'video', 'audio', 'other'] as const;

function Panel({ room }: { room: ConversationState }) {
    const all = useSignal<readonly StoredFile[] | null>(null);
    const more = useSignal(false);
    const category = useSignal('');
    const { id } = room.conversation;
    const load = async (before?: string) => {
        const page = await attempt(client.call('file.list', { conversation: id, limit: 50, ...(category.value ? { category: category.value } : {}), ...(before ? { before } : {}) }) as Promise<{ files: StoredFile[]; more: boolean }>);
        if (!page) return;
        all.value = before ? [...(all.value ?? []), ...page.files] : page.files;
        more.value = page.more;
    };
    useEffect(() => void load(), [id, category.value]);
    useEffect(() => client.on('message.created', ({ data }: { data: { message: { conversation: string; data?: Record<string, unknown> } } }) => {
        if (data.message.conversation === id && filesIn(data.message.data).length > 0) void load();
    }), [id]);
    return (
        <>
            <label class="field">
                <span>{t('files.by_category')}</span>
                <select value={category.value} onChange={(event) => (category.value = event.currentTarget.value)}>
                    <option value="">{t('files.all')}</option>
                    {categories.map((one) => (
                        <option key={one} value={one}>
                            {t(`files.${one}`)}
                        </option>
                    ))}
                </select>
            </label>
            {all.value?.length === 0 && <p class="faint">{t('files.none')}</p>}
            <ul class="files">
                {(all.value ?? []).map((one) => (
                    <li key={one.file}>{one.state === 'ready' && isPicture(one.type) ? <Picture of={one} room={id} /> : <Card of={one} room={id} note={stateText(one.state, one.reason)} />}</li>
                ))}
            </ul>
            {more.value && (
                <button type="button" class="button" onClick={() => void load(all.value?.at(-1)?.file)}>
                    {t('files.more')}
                </button>
            )}
        </>
    );
}
fill('sidePanels', { id: 'attachments', label: () => t('files.panel'), icon: 'file', when: () => may('attachments.see'), component: Panel });
