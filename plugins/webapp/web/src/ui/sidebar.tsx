// Everything that somebody is in, with what is new there.
import { computed } from '@preact/signals';
import type { ConversationState } from '@parley/client';
import { t } from '../i18n/index.ts';
import { conversations, isDirect, may, nameOfUser, otherOf, placeName, presenceOf, self, client, status, titleOf } from '../state/chat.ts';
import { attempt } from '../state/notice.ts';
import { dialog, go, here, toRoom } from '../state/place.ts';
import { adminWaiting, mayAdminister } from '../state/admin.ts';
import { Dot, UserFace } from './face.tsx';
import { Icon, IconButton } from './icon.tsx';
import { openMenu, type Choice } from './overlay.tsx';
import { signOut } from '../state/leaving.ts';

type Part = 'pinned' | 'channels' | 'direct' | 'groups' | 'other';
const partOf = ({ conversation, membership }: ConversationState): Part => {
    if (membership?.pinned_at) return 'pinned';
    return ({ channel: 'channels', group: 'groups', direct: 'direct', group_direct: 'direct' } as Record<string, Part>)[conversation.kind] ?? 'other';
};
const lastAt = ({ conversation }: ConversationState) => conversation.last_message_at ?? conversation.created_at;
const byName = (one: ConversationState, other: ConversationState) => titleOf(one).localeCompare(titleOf(other));
const byTime = (one: ConversationState, other: ConversationState) => lastAt(other).localeCompare(lastAt(one));

const parts: readonly Part[] = ['pinned', 'channels', 'direct', 'groups', 'other'];
export const sections = computed(() => {
    const made = new Map<Part, ConversationState[]>(parts.map((one) => [one, []]));
    for (const one of conversations.value.values()) if (one.membership && !one.conversation.archived_at) made.get(partOf(one))!.push(one);
    for (const [part, all] of made) all.sort(part === 'direct' ? byTime : byName);
    return made;
});
/** In the order in which they stand in the sidebar. */
export const inOrder = computed(() => parts.flatMap((part) => sections.value.get(part)!));

export const isUnread = ({ membership }: ConversationState) => membership !== null && (membership.mentions > 0 || (membership.unread > 0 && membership.notify !== 'none'));

function Lead({ one }: { one: ConversationState }) {
    const other = otherOf(one);
    if (isDirect(one) && other) return <Dot user={other} />;
    const { kind, visibility } = one.conversation;
    const icon = kind === 'channel' ? (visibility === 'private' ? 'lock' : 'channel') : ({ group: 'users', group_direct: 'users', support: 'support', personal: 'notices', ticket: 'ticket', contact: 'user' } as Record<string, string>)[kind];
    return <Icon name={icon ?? 'channel'} />;
}

function Entry({ one }: { one: ConversationState }) {
    const { membership, conversation } = one;
    const mentions = membership?.mentions ?? 0;
    const loud = isUnread(one);
    const count = isDirect(one) ? (membership?.unread ?? 0) : mentions;
    const current = here.value === conversation.id;
    return (
        <li>
            <a class={loud ? 'side_entry unread' : 'side_entry'} href={toRoom(conversation.id)} aria-current={current ? 'page' : undefined} data-room={conversation.id}>
                <span class="lead">
                    <Lead one={one} />
                </span>
                <bdi class="name">{titleOf(one)}</bdi>
                {loud && count > 0 ? (
                    <span class="badge mention">
                        <span aria-hidden="true">{count > 99 ? '99+' : count}</span>
                        <span class="unseen">{t(mentions > 0 ? 'side.mentions' : 'side.unread', { n: count })}</span>
                    </span>
                ) : (
                    loud && (
                        <span class="badge">
                            <span aria-hidden="true">{membership!.unread > 99 ? '99+' : membership!.unread}</span>
                            <span class="unseen">{t('side.unread', { n: membership!.unread })}</span>
                        </span>
                    )
                )}
            </a>
        </li>
    );
}

function addChoices(part: Part): Choice[] {
    const made: Choice[] = [];
    if (part === 'channels' && may('channels.browse')) made.push({ label: t('side.browse'), icon: 'search', run: () => (dialog.value = { kind: 'browse' }) });
    if (part === 'channels' && (may('channels.create') || may('channels.create_private'))) made.push({ label: t('side.new_channel'), icon: 'plus', run: () => (dialog.value = { kind: 'make', what: 'channel' }) });
    if (part === 'groups' && may('groups.manage')) made.push({ label: t('side.new_group'), icon: 'plus', run: () => (dialog.value = { kind: 'make', what: 'group' }) });
    if (part === 'direct' && may('direct.open')) made.push({ label: t('side.new_direct'), icon: 'plus', run: () => (dialog.value = { kind: 'make', what: 'direct' }) });
    return made;
}

function Section({ part }: { part: Part }) {
    const all = sections.value.get(part)!;
    const choices = addChoices(part);
    if (all.length === 0 && choices.length === 0) return null;
    const title = t(`side.${part}`);
    return (
        <section class="side_section" aria-label={title}>
            <div class="side_section_head">
                <h2>{title}</h2>
                {choices.length > 0 && (
                    <IconButton
                        icon="plus"
                        label={choices.length === 1 ? choices[0]!.label : `${title}: ${t('app.menu')}`}
                        aria-haspopup={choices.length > 1 ? 'menu' : undefined}
                        onClick={(event) => (choices.length === 1 ? choices[0]!.run() : openMenu(event.currentTarget, title, choices))}
                    />
                )}
            </div>
            <ul>
                {all.map((one) => (
                    <Entry key={one.conversation.id} one={one} />
                ))}
            </ul>
        </section>
    );
}

function Me() {
    const me = self.value;
    if (!me) return null;
    const mine = presenceOf(me.id);
    const shown = status.value === 'live' ? t(`presence.${mine}`) : t(status.value === 'offline' ? 'presence.offline' : 'state.connecting');
    const choose = (presence: 'online' | 'away' | 'busy') => ({ label: t(`presence.${presence}`), chosen: mine === presence, run: () => void attempt(client.call('presence.set', { presence })) });
    const choices = (): Choice[] => [
        choose('online'),
        choose('away'),
        choose('busy'),
        { label: t('settings.title'), icon: 'settings', run: () => go('#/settings/profile') },
        ...(mayAdminister.value ? [{ label: t('admin.title'), icon: 'shield', run: () => go('#/admin') }] : []),
        { label: t('settings.keys'), icon: 'keyboard', keys: 'Ctrl+/', run: () => (dialog.value = { kind: 'keys' }) },
        { label: t('sign_in.out'), icon: 'leave', run: () => void signOut() },
    ];
    return (
        <div class="side_foot">
            <button type="button" class="side_me" aria-haspopup="menu" onClick={(event) => openMenu(event.currentTarget, nameOfUser(me.id), choices())}>
                <UserFace id={me.id} />
                <span class="who">
                    <bdi>{me.display_name || me.username}</bdi>
                    <span class="state" data-status={status.value}>
                        {status.value === 'live' && <span class={`dot ${mine}`} />}
                        {shown}
                    </span>
                </span>
            </button>
        </div>
    );
}

/** On a phone it is all there is to see, and with that the page's main part. */
export function Sidebar({ alone }: { alone: boolean }) {
    const label = t('side.label');
    if (!alone)
        return (
            <nav class="side" aria-label={label} data-region>
                <Inside />
            </nav>
        );
    return (
        <main class="side" data-region>
            <nav class="side_inside" aria-label={label}>
                <Inside />
            </nav>
        </main>
    );
}

function Inside() {
    return (
        <>
            <div class="side_head">
                <h1>
                    <bdi>{placeName.value}</bdi>
                </h1>
                {mayAdminister.value && (
                    <a class="icon_button side_admin" href="#/admin" title={t('admin.title')}>
                        <Icon name="shield" />
                        <span class="unseen">{t('admin.title')}</span>
                        {adminWaiting.value > 0 && (
                            <span class="badge mention">
                                <span aria-hidden="true">{adminWaiting.value > 99 ? '99+' : adminWaiting.value}</span>
                                <span class="unseen">{t('admin.waiting', { n: adminWaiting.value })}</span>
                            </span>
                        )}
                    </a>
                )}
                {may('direct.open') && <IconButton icon="write" label={t('side.new_direct')} onClick={() => (dialog.value = { kind: 'make', what: 'direct' })} />}
            </div>
            <button type="button" class="side_jump" onClick={() => (dialog.value = { kind: 'find' })}>
                <Icon name="search" />
                <span>{t('side.jump')}</span>
                <kbd>Ctrl+K</kbd>
            </button>
            <div class="side_list">
                {parts.map((part) => (
                    <Section key={part} part={part} />
                ))}
                {inOrder.value.length === 0 && <p class="faint small">{t('side.empty')}</p>}
            </div>
            <Me />
        </>
    );
}
