// Conversations as far as the server shows them to who looks: public ones, and those that one is in.
import { signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ConversationEntry, ConversationState, Id } from '@parley/client';
import { number, t } from '../i18n/index.ts';
import { fullTime, relativeTime } from '../i18n/times.ts';
import { client, kinds, may, room as roomOf, self, titleOf } from '../state/chat.ts';
import { attempt } from '../state/notice.ts';
import { go, toRoom } from '../state/place.ts';
import { ask } from '../ui/ask.tsx';
import { Face } from '../ui/face.tsx';
import { IconButton } from '../ui/icon.tsx';
import { Dialog, openMenu, type Choice } from '../ui/overlay.tsx';
import { PeoplePicker } from '../ui/people_picker.tsx';
import { Chip, ListFoot, Search, Table, useList, useRested } from './parts.tsx';

const page = 50;
const members = signal<ConversationEntry | null>(null);

/** As the sidebar calls it; what this client does not know has its name. */
const nameOf = (one: ConversationEntry) => {
    const known = roomOf(one.conversation.id).value;
    return one.conversation.name || (known ? titleOf(known) : titleOf({ conversation: one.conversation, membership: one.membership } as ConversationState));
};
function governs(one: ConversationEntry) {
    const kind = kinds.value.get(one.conversation.kind);
    const role = one.membership?.role;
    return role === 'owner' || role === 'admin' || (kind !== undefined && may(kind.managed_with));
}

function Members({ of }: { of: ConversationEntry }) {
    const { id } = of.conversation;
    const list = useList<{ readonly user: { readonly id: Id; readonly username: string; readonly display_name: string }; readonly role: 'owner' | 'admin' | 'member' }, Id>(
        async (after) => {
            const found = await client.call('member.list', { conversation: id, limit: page, ...(after ? { after } : {}) });
            return { items: found.members, next: found.next };
        },
        [id],
    );
    const governing = governs(of);
    const all = list.items.value ?? [];
    return (
        <Dialog title={t('admin.conversations.members_of', { name: nameOf(of) })} onClose={() => (members.value = null)}>
            {governing && may('users.see') && (
                <PeoplePicker label={t('members.add')} without={new Set(all.map((one) => one.user.id))} onPick={(user) => void attempt(client.call('member.add', { conversation: id, user })).then((done) => done && list.again())} />
            )}
            <ul>
                {all.map(({ user, role }) => {
                    const name = user.display_name || user.username;
                    return (
                        <li key={user.id} class="person_row">
                            <Face id={user.id} name={name} />
                            <span class="name">
                                <bdi>{name}</bdi>
                                <span class="faint small">
                                    <bdi>@{user.username}</bdi> · {t(`members.role.${role}`)}
                                </span>
                            </span>
                            {governing && role !== 'owner' && user.id !== self.value?.id && (
                                <IconButton icon="close" label={t('members.remove', { name })} onClick={() => void attempt(client.call('member.remove', { conversation: id, user: user.id })).then((done) => (done === undefined ? undefined : list.again()))} />
                            )}
                        </li>
                    );
                })}
            </ul>
            <ListFoot of={list} />
        </Dialog>
    );
}

export function Conversations() {
    const wanted = useSignal('');
    const contains = useRested(wanted.value.trim());
    // One's own first, all at once; then the public ones that are not among them, page by page.
    const list = useList<ConversationEntry, string>(
        async (after) => {
            const fits = (one: ConversationEntry) => !contains || nameOf(one).toLowerCase().includes(contains.toLowerCase());
            const mine = after === undefined ? (await client.call('conversation.list')).conversations : [];
            const open = may('channels.browse') ? await client.call('conversation.browse', { limit: page, ...(contains ? { contains } : {}), ...(after ? { after } : {}) }) : { conversations: [], next: null };
            const items = [...mine.filter((one) => one.conversation.kind !== 'personal').filter(fits), ...open.conversations.filter((one) => !one.membership)];
            return { items, next: open.next };
        },
        [contains],
    );
    useEffect(() => () => void (members.value = null), []);
    const put = (id: Id, conversation: ConversationEntry['conversation'] | undefined) => {
        if (conversation) list.items.value = (list.items.peek() ?? []).map((one) => (one.conversation.id === id ? { ...one, conversation } : one));
    };
    const choices = (one: ConversationEntry): Choice[] => {
        const { id, archived_at, name } = one.conversation;
        const made: Choice[] = [
            { label: t('admin.conversations.open'), icon: 'thread', run: () => go(toRoom(id)) },
            { label: t('admin.conversations.show_members'), icon: 'users', run: () => (members.value = one) },
        ];
        if (!governs(one) || !name) return made;
        made.push({
            label: t(archived_at ? 'admin.conversations.restore' : 'admin.conversations.archive'),
            icon: 'archive',
            run: () => void attempt(client.call(archived_at ? 'conversation.restore' : 'conversation.archive', { conversation: id })).then((done) => put(id, done)),
        });
        made.push({
            label: t('admin.conversations.delete'),
            icon: 'delete',
            alarm: true,
            run: () =>
                void ask({ title: t('admin.conversations.delete_sure', { name: nameOf(one) }), text: t('admin.conversations.delete_note'), confirm: t('message.delete'), alarm: true }).then(async (sure) => {
                    if (sure === null || (await attempt(client.call('conversation.delete', { conversation: id }))) === undefined) return;
                    list.items.value = (list.items.peek() ?? []).filter((each) => each.conversation.id !== id);
                }),
        });
        return made;
    };
    return (
        <>
            <p class="faint">{t('admin.conversations.sentence')}</p>
            <div class="admin_tools">
                <Search label={t('admin.conversations.search')} value={wanted} />
            </div>
            <Table
                label={t('admin.conversations')}
                busy={list.items.value === null}
                rows={list.items.value ?? []}
                keyOf={(one) => one.conversation.id}
                columns={[
                    {
                        id: 'name',
                        label: t('admin.conversations.name'),
                        head: true,
                        show: (one) => (
                            <>
                                <bdi class="admin_name">{nameOf(one)}</bdi> {one.conversation.archived_at && <Chip tone="warn">{t('admin.conversations.archived')}</Chip>}
                                {one.conversation.topic && (
                                    <span class="faint small admin_topic" dir="auto">
                                        {one.conversation.topic}
                                    </span>
                                )}
                            </>
                        ),
                    },
                    { id: 'kind', label: t('admin.conversations.kind'), show: (one) => one.conversation.kind },
                    { id: 'visibility', label: t('admin.conversations.visibility'), show: (one) => t(`admin.conversations.visibility.${one.conversation.visibility}`) },
                    { id: 'members', label: t('admin.conversations.members'), show: (one) => number(one.conversation.member_count) },
                    {
                        id: 'last',
                        label: t('admin.conversations.last'),
                        show: ({ conversation: { last_message_at } }) => (last_message_at ? <time title={fullTime(last_message_at)}>{relativeTime(last_message_at)}</time> : t('admin.conversations.never')),
                    },
                    {
                        id: 'actions',
                        label: t('admin.actions'),
                        show: (one) => <IconButton icon="more" label={t('admin.actions_for', { name: nameOf(one) })} aria-haspopup="menu" onClick={(event) => openMenu(event.currentTarget, t('admin.actions_for', { name: nameOf(one) }), choices(one))} />,
                    },
                ]}
            />
            <ListFoot of={list} />
            {members.value && <Members key={members.value.conversation.id} of={members.value} />}
        </>
    );
}
