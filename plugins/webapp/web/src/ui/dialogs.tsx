// Finding and making conversations, and the list of keys.
import { useSignal } from '@preact/signals';
import { useEffect, useId, useLayoutEffect, useMemo } from 'preact/hooks';
import type { Conversation, ConversationEntry, ConversationState, Id, User } from '@parley/client';
import { t } from '../i18n/index.ts';
import { client, may, nameOfUser, room as roomOf, self, titleOf } from '../state/chat.ts';
import { attempt } from '../state/notice.ts';
import { dialog, go, panel, toRoom } from '../state/place.ts';
import { UserFace } from './face.tsx';
import { Icon, IconButton } from './icon.tsx';
import { Dialog } from './overlay.tsx';
import { openDirect } from './panels.tsx';
import { findPeople, PeoplePicker } from './people_picker.tsx';
import { inOrder } from './sidebar.tsx';

const close = () => (dialog.value = null);
async function enter(id: Id) {
    close();
    panel.value = null;
    if (!roomOf(id).peek()) await attempt(client.open(id));
    go(toRoom(id));
}

interface Found {
    key: string;
    group: 'conversations' | 'people' | 'channels';
    title: string;
    aside: string;
    user?: Id;
    icon?: string;
    run: () => void;
}
const ofRoom = (conversation: Conversation, title: string, group: Found['group']): Found => ({
    key: conversation.id,
    group,
    title,
    aside: conversation.topic,
    icon: conversation.visibility === 'private' ? 'lock' : conversation.kind === 'channel' ? 'channel' : 'users',
    run: () => void enter(conversation.id),
});
const ofPerson = (one: User): Found => ({ key: one.id, group: 'people', title: one.display_name || one.username, aside: `@${one.username}`, user: one.id, run: () => (close(), void openDirect(one.id)) });

// What is known here, at once: whoever types fast and presses Enter gets what was typed.
function findHere(wanted: string): Found[] {
    const text = wanted.trim().toLowerCase();
    const mine = inOrder.peek().filter((one) => titleOf(one).toLowerCase().includes(text));
    const begins = (one: ConversationState) => Number(titleOf(one).toLowerCase().startsWith(text));
    const byLast = (a: ConversationState, b: ConversationState) => (b.conversation.last_message_at ?? '').localeCompare(a.conversation.last_message_at ?? '');
    return mine.sort((a, b) => begins(b) - begins(a) || byLast(a, b)).slice(0, 8).map((one) => ofRoom(one.conversation, titleOf(one), 'conversations'));
}
async function find(wanted: string): Promise<Found[]> {
    const text = wanted.trim().toLowerCase();
    const all = findHere(wanted);
    if (!text) return all;
    const [people, channels] = await Promise.all([
        may('direct.open') ? findPeople(text, 6) : [],
        may('channels.browse') ? client.call('conversation.browse', { contains: text, limit: 6 }).then((page) => page.conversations, () => [] as readonly ConversationEntry[]) : [],
    ]);
    return [
        ...all,
        ...people.filter((one) => one.id !== self.peek()?.id).map(ofPerson),
        ...channels.filter((one) => !one.membership).map((one) => ofRoom(one.conversation, one.conversation.name, 'channels')),
    ];
}

function Finder() {
    const found = useSignal<Found[]>([]);
    const chosen = useSignal(0);
    const wanted = useSignal('');
    const listId = useId();
    useLayoutEffect(() => {
        let over = false;
        found.value = findHere(wanted.value);
        chosen.value = 0;
        const begin = setTimeout(() => void find(wanted.value).then((all) => over || (found.value = all)), wanted.value ? 120 : 0);
        return () => {
            over = true;
            clearTimeout(begin);
        };
    }, [wanted.value]);
    const onKeyDown = (event: KeyboardEvent) => {
        const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        const count = found.value.length;
        if (by && count > 0) chosen.value = (chosen.value + by + count) % count;
        else if (event.key === 'Enter') found.value[chosen.value]?.run();
        else return;
        event.preventDefault();
        document.getElementById(`${listId}-${chosen.value}`)?.scrollIntoView({ block: 'nearest' });
    };
    let group = '';
    return (
        <Dialog title={t('find.label')} onClose={close}>
            <input
                class="input"
                data-first
                role="combobox"
                aria-label={t('find.label')}
                aria-expanded={found.value.length > 0}
                aria-controls={listId}
                aria-activedescendant={found.value.length > 0 ? `${listId}-${chosen.value}` : undefined}
                autocomplete="off"
                onInput={(event) => (wanted.value = event.currentTarget.value)}
                onKeyDown={onKeyDown}
            />
            <div role="listbox" id={listId} aria-label={t('find.label')}>
                {found.value.flatMap((one, at) => {
                    const head = one.group !== group && wanted.value ? [<div key={one.group} class="faint small" role="presentation">{t(`find.${one.group}`)}</div>] : [];
                    group = one.group;
                    return [
                        ...head,
                        <div key={one.key} id={`${listId}-${at}`} role="option" aria-selected={at === chosen.value} class="menu_item" onClick={one.run} onPointerMove={() => (chosen.value = at)}>
                            {one.user ? <UserFace id={one.user} size="tiny" /> : <Icon name={one.icon ?? 'channel'} />}
                            <bdi>{one.title}</bdi>
                            <span class="faint small">{one.aside}</span>
                        </div>,
                    ];
                })}
            </div>
            {wanted.value && found.value.length === 0 && <p class="faint" role="status">{t('find.none')}</p>}
        </Dialog>
    );
}

function Browse() {
    const all = useSignal<readonly ConversationEntry[]>([]);
    const next = useSignal<string | null>(null);
    const wanted = useSignal('');
    const load = async (after?: string) => {
        const page = await attempt(client.call('conversation.browse', { ...(wanted.value ? { contains: wanted.value } : {}), ...(after ? { after } : {}), limit: 50 }));
        if (!page) return;
        all.value = after ? [...all.value, ...page.conversations] : page.conversations;
        next.value = page.next;
    };
    useEffect(() => void load(), [wanted.value]);
    return (
        <Dialog title={t('side.browse')} onClose={close}>
            <input class="input" type="search" data-first aria-label={t('find.label')} onInput={(event) => (wanted.value = event.currentTarget.value)} />
            <ul>
                {all.value.map(({ conversation, membership }) => (
                    <li key={conversation.id}>
                        <button type="button" class="menu_item" onClick={() => void enter(conversation.id)}>
                            <Icon name={conversation.visibility === 'private' ? 'lock' : 'channel'} />
                            <bdi>{conversation.name}</bdi>
                            <span class="faint small">{t('room.members', { n: conversation.member_count })}</span>
                            {membership && <Icon name="check" />}
                        </button>
                    </li>
                ))}
            </ul>
            {next.value && (
                <button type="button" class="button" onClick={() => void load(next.value!)}>
                    {t('app.more')}
                </button>
            )}
            {all.value.length === 0 && <p class="faint">{t('find.none')}</p>}
        </Dialog>
    );
}

function Make({ what }: { what: 'channel' | 'group' | 'direct' }) {
    const people = useSignal<readonly Id[]>([]);
    const picked = useMemo(() => new Set(people.value), [people.value]);
    const submit = async (event: Event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget as HTMLFormElement);
        const text = (name: string) => String(form.get(name) ?? '').trim();
        const members = people.value;
        if (what === 'direct' && members.length === 1) {
            close();
            return void openDirect(members[0]!);
        }
        const named = { name: text('name'), ...(text('topic') ? { topic: text('topic') } : {}) };
        const visibility = form.get('private') || !may('channels.create') ? ('private' as const) : ('public' as const);
        const input = what === 'direct' ? { kind: 'group_direct', members } : what === 'group' ? { kind: 'group', ...named, members } : { kind: 'channel', ...named, visibility, members };
        const made = await attempt(client.call('conversation.create', input));
        if (made) await enter(made.conversation.id);
    };
    return (
        <Dialog title={t(`make.${what}`)} onClose={close}>
            <form class="field" onSubmit={(event) => void submit(event)}>
                {what !== 'direct' && (
                    <>
                        <label class="field">
                            <span>{t('make.name')}</span>
                            <input name="name" required maxLength={80} data-first autocomplete="off" />
                        </label>
                        <label class="field">
                            <span>{t('make.topic')}</span>
                            <input name="topic" maxLength={250} autocomplete="off" />
                        </label>
                    </>
                )}
                {what === 'channel' && may('channels.create_private') && (
                    <label class="check">
                        <input type="checkbox" name="private" /> <span>{t('make.private')}</span>
                    </label>
                )}
                {people.value.length > 0 && (
                    <ul>
                        {people.value.map((id) => (
                            <li key={id} class="person_row">
                                <UserFace id={id} size="tiny" />
                                <bdi class="name">{nameOfUser(id)}</bdi>
                                <IconButton class="small_one" icon="close" label={t('make.remove', { name: nameOfUser(id) })} onClick={() => (people.value = people.value.filter((one) => one !== id))} />
                            </li>
                        ))}
                    </ul>
                )}
                {may('users.see') && <PeoplePicker label={t('make.people')} without={picked} onPick={(id) => (people.value = [...people.value, id])} />}
                <div class="dialog_foot">
                    <button type="button" class="button" onClick={close}>
                        {t('app.cancel')}
                    </button>
                    <button class="button first" disabled={what === 'direct' && people.value.length === 0}>
                        {t(what === 'direct' ? 'make.start' : 'app.create')}
                    </button>
                </div>
            </form>
        </Dialog>
    );
}

function EditRoom({ id }: { id: Id }) {
    const one = roomOf(id).value;
    if (!one) return null;
    const { conversation } = one;
    const submit = async (event: Event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget as HTMLFormElement);
        const [name, topic] = [String(form.get('name')).trim(), String(form.get('topic')).trim()];
        if (await attempt(client.call('conversation.update', { conversation: id, name, topic }))) close();
    };
    return (
        <Dialog title={t('room.edit')} onClose={close}>
            <form class="field" onSubmit={(event) => void submit(event)}>
                <label class="field">
                    <span>{t('make.name')}</span>
                    <input name="name" required maxLength={80} value={conversation.name} data-first />
                </label>
                <label class="field">
                    <span>{t('make.topic')}</span>
                    <input name="topic" maxLength={250} value={conversation.topic} />
                </label>
                <div class="dialog_foot">
                    <button class="button first">{t('app.save')}</button>
                </div>
            </form>
        </Dialog>
    );
}

const keys: readonly [string, string][] = [
    ['Ctrl+K', 'keys.find'],
    ['Alt+↑ ↓', 'keys.next'],
    ['Alt+Shift+↑ ↓', 'keys.next_unread'],
    ['F6', 'keys.regions'],
    ['↑', 'keys.edit_last'],
    ['Shift+↑, ↑ ↓', 'keys.messages'],
    ['R T E Del', 'keys.actions'],
    ['Ctrl+B I E', 'keys.format'],
    ['Esc', 'keys.close'],
    ['Ctrl+/', 'keys.help'],
];
export function KeyList() {
    return (
        <dl>
            {keys.map(([combination, what]) => (
                <div key={combination} class="person_row">
                    <dt>
                        <kbd dir="ltr">{combination}</kbd>
                    </dt>
                    <dd>{t(what)}</dd>
                </div>
            ))}
        </dl>
    );
}

export function Dialogs() {
    const open = dialog.value;
    switch (open?.kind) {
        case 'find':
            return <Finder />;
        case 'browse':
            return <Browse />;
        case 'make':
            return <Make key={open.what} what={open.what} />;
        case 'edit_room':
            return <EditRoom id={open.room} />;
        case 'keys':
            return (
                <Dialog title={t('settings.keys')} onClose={close}>
                    <KeyList />
                </Dialog>
            );
        default:
            return null;
    }
}
