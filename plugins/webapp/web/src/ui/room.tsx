// A conversation: its head, its messages, who is typing, the field.
import { useEffect } from 'preact/hooks';
import type { ConversationState, Id } from '@parley/client';
import { t } from '../i18n/index.ts';
import { client, isChatOfPeople, isDirect, may, mayWrite, nameOfUser, otherOf, presenceOf, room as roomOf, titleOf } from '../state/chat.ts';
import { attempt } from '../state/notice.ts';
import { go, panel, type Panel } from '../state/place.ts';
import { slot } from '../slots/index.ts';
import { Composer } from './composer.tsx';
import { Dot, Face } from './face.tsx';
import { Icon, IconButton } from './icon.tsx';
import { Heading } from './heading.tsx';
import { Log } from './log.tsx';

const toggle = (next: Panel) => (panel.value = JSON.stringify(panel.peek()) === JSON.stringify(next) ? null : next);

function Head({ one }: { one: ConversationState }) {
    const { conversation } = one;
    const other = isDirect(one) ? otherOf(one) : undefined;
    const hints = conversation.view_hints as { header?: string };
    const photo = hints.header === 'photo' || hints.header === 'other_member';
    const open = panel.value?.kind;
    return (
        <header class="room_head">
            <IconButton icon="back" class="only_phone" label={t('side.open')} onClick={() => go('#/')} />
            {photo && (
                <span class="room_photo">
                    <Face id={other ?? conversation.id} name={titleOf(one)} />
                </span>
            )}
            <div class="room_title">
                <Heading>
                    {conversation.kind === 'channel' && <Icon name={conversation.visibility === 'private' ? 'lock' : 'channel'} />}
                    <span>
                        <bdi>{titleOf(one)}</bdi>
                    </span>
                    {other && <Dot user={other} />}
                </Heading>
                <p>
                    <bdi>{conversation.topic || (other ? t(`presence.${presenceOf(other)}`) : t('room.members', { n: conversation.member_count }))}</bdi>
                </p>
            </div>
            {slot('sidePanels')
                .filter((each) => each.when?.({ room: one }) ?? true)
                .map((each) => (
                    <IconButton key={each.id} icon={each.icon} label={each.label()} aria-pressed={panel.value?.kind === 'piece' && panel.value.id === each.id} onClick={() => toggle({ kind: 'piece', id: each.id })} />
                ))}
            {!isDirect(one) && <IconButton icon="users" label={t('room.members_title')} aria-pressed={open === 'members'} onClick={() => toggle({ kind: 'members' })} />}
            <IconButton icon="info" label={t('room.details')} aria-pressed={open === 'details'} onClick={() => toggle({ kind: 'details' })} />
        </header>
    );
}

function Typing({ one }: { one: ConversationState }) {
    const names = one.typing.map(nameOfUser);
    const [a, b] = names as [string, string];
    const words = names.length === 0 ? '' : names.length === 1 ? t('typing.one', { a }) : names.length === 2 ? t('typing.two', { a, b }) : t('typing.many');
    return (
        <div class="typing" role="status">
            {words}
        </div>
    );
}

function Foot({ one }: { one: ConversationState }) {
    const { conversation, membership } = one;
    if (!membership)
        return (
            <div class="room_bar">
                <span>{t('room.not_member', { name: titleOf(one) })}</span>
                <button type="button" class="button first" onClick={() => void attempt(client.call('conversation.join', { conversation: conversation.id }))}>
                    {t('room.join')}
                </button>
            </div>
        );
    if (!mayWrite(one)) return conversation.kind === 'personal' ? null : <div class="room_bar faint">{t(conversation.archived_at ? 'room.archived' : 'room.read_only')}</div>;
    return (
        <div class="room_foot">
            <Composer key={conversation.id} one={one} />
            <Typing one={one} />
        </div>
    );
}

export function Room({ id }: { id: Id }) {
    const one = roomOf(id).value;
    const known = one !== undefined;
    useEffect(() => {
        if (!known) void attempt(client.open(id)).then((found) => found === undefined && go('#/'));
    }, [id, known]);
    useEffect(() => {
        // Whose name a title is made of must be known.
        if (one && isChatOfPeople(one) && !isDirect(one) && !one.members) void client.loadMembers(id).catch(() => {});
        // Small ones are known, so that @ offers their people and screen readers their names.
        else if (one && !one.members && one.conversation.member_count <= 200 && (one.membership || may('channels.browse'))) void client.loadMembers(id).catch(() => {});
    }, [id, known]);
    if (!one) return <main class="room" id="room" tabIndex={-1} data-region />;
    return (
        <main class="room" id="room" tabIndex={-1} aria-label={titleOf(one)} data-region>
            <Head one={one} />
            <Log id={id} />
            <Foot one={one} />
        </main>
    );
}

export function NoRoom() {
    return (
        <main class="room" id="room" tabIndex={-1} data-region>
            <div class="room_nothing">
                <Icon name="thread" />
                <p>{t('room.pick')}</p>
            </div>
        </main>
    );
}
