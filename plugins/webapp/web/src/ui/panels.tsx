// What stands beside a conversation: a thread, its members, what it is, a person, a plugin's piece.
import { h, type ComponentChildren } from 'preact';
import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { ConversationState, Id, Member } from '@parley/client';
import { t } from '../i18n/index.ts';
import { client, governs, may, mayAdd, mayLeave, mayWrite, nameOfUser, presenceOf, room as roomOf, self, titleOf, user } from '../state/chat.ts';
import { attempt } from '../state/notice.ts';
import { dialog, go, panel, toRoom, type Panel as Which } from '../state/place.ts';
import { rowsOf } from '../state/rows.ts';
import { isPhone } from '../state/wishes.ts';
import { openThread } from '../state/threads.ts';
import { slot } from '../slots/index.ts';
import { Composer } from './composer.tsx';
import { Dot, UserFace } from './face.tsx';
import { Heading } from './heading.tsx';
import { Icon, IconButton } from './icon.tsx';
import { LocalView, MessageView } from './message.tsx';
import { onMessageKey } from './message_keys.ts';
import { openMenu } from './overlay.tsx';
import { PeoplePicker } from './people_picker.tsx';

/** On a phone it covers everything else, and is the page's main part. */
function Frame({ title, aside, children }: { title: string; aside?: string; children: ComponentChildren }) {
    return h(
        isPhone.value ? 'main' : 'aside',
        { class: 'panel', 'aria-label': title, 'data-region': true },
        <div class="panel_head">
            <div>
                <Heading>{title}</Heading>
                {aside && <p class="faint small">{aside}</p>}
            </div>
            <IconButton icon="close" label={t('panel.close')} onClick={() => (panel.value = null)} />
        </div>,
        children,
    );
}

export function Panel({ which, one }: { which: Which; one: ConversationState | undefined }) {
    if (which.kind === 'profile') return <Profile key={which.user} id={which.user} />;
    if (!one) return null;
    if (which.kind === 'thread') return <Thread key={which.root} root={which.root} one={one} />;
    if (which.kind === 'members') return <Members one={one} />;
    if (which.kind === 'details') return <Details one={one} />;
    const piece = slot('sidePanels').find((each) => each.id === which.id);
    if (!piece) return null;
    return (
        <Frame title={piece.label()}>
            <div class="panel_body">
                <piece.component room={one} />
            </div>
        </Frame>
    );
}

function Thread({ root, one }: { root: Id; one: ConversationState }) {
    const thread = useMemo(() => openThread(root), [root]);
    const box = useRef<HTMLDivElement>(null);
    const sticks = useRef(true);
    useEffect(() => () => thread.stop(), [thread]);
    const first = one.messages.find((each) => each.id === root) ?? thread.root.value;
    const replies = thread.replies.value;
    const known = new Set(replies.map((each) => each.client_key));
    const local = one.local.filter((each) => each.thread_root === root && !known.has(each.key));
    const rows = useMemo(() => rowsOf({ messages: replies, withheld: [], local, divider: null, me: self.value?.id ?? '' }), [replies, one.local]);
    useLayoutEffect(() => {
        if (sticks.current && box.current) box.current.scrollTop = box.current.scrollHeight;
    });
    const id = one.conversation.id;
    return (
        <Frame title={t('thread.title')} aside={titleOf(one)}>
            <div class="log_box">
                <div class="log" ref={box} onScroll={({ currentTarget: at }) => (sticks.current = at.scrollHeight - at.scrollTop - at.clientHeight < 40)}>
                    <ol class="log_list" aria-label={t('thread.title')} onKeyDown={onMessageKey}>
                        {first && <MessageView message={first} leads room={id} inThread />}
                        {first && first.thread.replies > 0 && <li class="day">{t('message.replies', { n: first.thread.replies })}</li>}
                        {rows.map((row) =>
                            row.kind === 'message' ? (
                                <MessageView key={row.key} message={row.message} leads={row.leads || row.message.reply_to !== null} room={id} inThread />
                            ) : row.kind === 'local' ? (
                                <LocalView key={row.key} local={row.local} leads={row.leads} room={id} />
                            ) : null,
                        )}
                    </ol>
                    {!thread.loaded.value && (
                        <p class="log_busy" role="status">
                            {t('thread.loading')}
                        </p>
                    )}
                </div>
            </div>
            {mayWrite(one) && first && !first.deleted_at && (
                <div class="room_foot">
                    <Composer key={root} one={one} thread={root} />
                    <div class="typing" />
                </div>
            )}
        </Frame>
    );
}

const ranks = { owner: 0, admin: 1, member: 2 };
const byRank = (one: Member, other: Member) => ranks[one.role] - ranks[other.role] || nameOfUser(one.user.id).localeCompare(nameOfUser(other.user.id));

function Members({ one }: { one: ConversationState }) {
    const { conversation } = one;
    const adding = useSignal(false);
    useEffect(() => void attempt(client.loadMembers(conversation.id)), [conversation.id]);
    const all = one.members ? [...one.members.values()].sort(byRank) : [];
    useEffect(() => void client.loadPresence(all.slice(0, 100).map((each) => each.user.id)).catch(() => {}), [one.members]);
    const governing = governs(one);
    const inside = new Set(all.map((each) => each.user.id));
    const choices = (member: Member) => {
        const input = { conversation: conversation.id, user: member.user.id };
        const made = [{ label: t('members.message', { name: nameOfUser(member.user.id) }), icon: 'write', run: () => void openDirect(member.user.id) }];
        if (governing && member.role !== 'owner') {
            const role = member.role === 'admin' ? 'member' : 'admin';
            made.push({ label: t(role === 'admin' ? 'members.make_admin' : 'members.make_member'), icon: 'shield', run: () => void attempt(client.call('member.update', { ...input, role })) });
            made.push({ label: t('members.remove', { name: nameOfUser(member.user.id) }), icon: 'close', run: () => void attempt(client.call('member.remove', input)) });
        }
        return made;
    };
    return (
        <Frame title={t('room.members_title')} aside={titleOf(one)}>
            <div class="panel_body">
                {mayAdd(one) &&
                    may('users.see') &&
                    (adding.value ? (
                        <PeoplePicker
                            label={t('members.add')}
                            without={inside}
                            onPick={(id) => {
                                adding.value = false;
                                void attempt(client.call('member.add', { conversation: conversation.id, user: id }));
                            }}
                        />
                    ) : (
                        <button type="button" class="button" onClick={() => (adding.value = true)}>
                            <Icon name="add_user" /> {t('members.add')}
                        </button>
                    ))}
                <ul>
                    {all.map((member) => (
                        <li key={member.user.id} class="person_row">
                            <UserFace id={member.user.id} />
                            <button type="button" class="name" onClick={() => (panel.value = { kind: 'profile', user: member.user.id })}>
                                <bdi>{nameOfUser(member.user.id)}</bdi>
                                <span class="faint small">
                                    @{member.user.username}
                                    {member.role !== 'member' && ` · ${t(`members.role.${member.role}`)}`}
                                </span>
                            </button>
                            <Dot user={member.user.id} />
                            {member.user.id !== self.value?.id && (
                                <IconButton class="small_one" icon="more" label={`${t('app.menu')}: ${nameOfUser(member.user.id)}`} aria-haspopup="menu" onClick={(event) => openMenu(event.currentTarget, t('app.menu'), choices(member))} />
                            )}
                        </li>
                    ))}
                </ul>
            </div>
        </Frame>
    );
}

function Details({ one }: { one: ConversationState }) {
    const { conversation, membership } = one;
    const input = { conversation: conversation.id };
    const change = (more: { pinned?: boolean; notify?: 'all' | 'mentions' | 'none' }) => void attempt(client.call('membership.update', { ...input, ...more }));
    const governing = governs(one);
    const leave = () =>
        void attempt(client.call('conversation.leave', input)).then((done) => {
            if (done !== undefined) go('#/');
        });
    return (
        <Frame title={t('room.details')} aside={titleOf(one)}>
            <div class="panel_body">
                {conversation.topic && (
                    <div class="field">
                        <span>{t('room.topic')}</span>
                        <p dir="auto">{conversation.topic}</p>
                    </div>
                )}
                {conversation.description && <p dir="auto">{conversation.description}</p>}
                {membership && (
                    <>
                        <label class="field">
                            <span>{t('room.notify')}</span>
                            <select value={membership.notify} onChange={(event) => change({ notify: event.currentTarget.value as 'all' })}>
                                {(['all', 'mentions', 'none'] as const).map((each) => (
                                    <option key={each} value={each}>
                                        {t(`room.notify.${each}`)}
                                    </option>
                                ))}
                            </select>
                        </label>
                        <button type="button" class="button" onClick={() => change({ pinned: !membership.pinned_at })}>
                            <Icon name="pin" /> {t(membership.pinned_at ? 'room.unpin' : 'room.pin')}
                        </button>
                    </>
                )}
                {governing && conversation.name && (
                    <>
                        <button type="button" class="button" onClick={() => (dialog.value = { kind: 'edit_room', room: conversation.id })}>
                            <Icon name="edit" /> {t('room.edit')}
                        </button>
                        <button type="button" class="button" onClick={() => void attempt(client.call(conversation.archived_at ? 'conversation.restore' : 'conversation.archive', input))}>
                            <Icon name="archive" /> {t(conversation.archived_at ? 'room.restore' : 'room.archive')}
                        </button>
                    </>
                )}
                {membership && membership.role !== 'owner' && mayLeave(one) && (
                    <button type="button" class="button" onClick={leave}>
                        <Icon name="leave" /> {t('room.leave')}
                    </button>
                )}
            </div>
        </Frame>
    );
}

export async function openDirect(id: Id) {
    const made = await attempt(client.call('direct.open', { user: id }));
    if (!made) return;
    if (!roomOf(made.conversation.id).peek()) await attempt(client.open(made.conversation.id));
    panel.value = null;
    go(toRoom(made.conversation.id));
}

function Profile({ id }: { id: Id }) {
    const found = user(id);
    useEffect(() => void client.loadPresence([id]).catch(() => {}), [id]);
    const mine = id === self.value?.id;
    return (
        <Frame title={t('profile.title')}>
            <div class="panel_body">
                <UserFace id={id} size="big" />
                <div>
                    <h3>
                        <bdi>{nameOfUser(id)}</bdi>
                    </h3>
                    {found && <p class="faint">@{found.username}</p>}
                </div>
                <p>
                    <Dot user={id} /> {t(`presence.${presenceOf(id)}`)}
                </p>
                {found?.status_text && <p dir="auto">{found.status_text}</p>}
                {mine ? (
                    <button type="button" class="button" onClick={() => go('#/settings/profile')}>
                        <Icon name="edit" /> {t('settings.profile')}
                    </button>
                ) : (
                    may('direct.open') && (
                        <button type="button" class="button first" onClick={() => void openDirect(id)}>
                            <Icon name="write" /> {t('members.message', { name: nameOfUser(id) })}
                        </button>
                    )
                )}
            </div>
        </Frame>
    );
}
