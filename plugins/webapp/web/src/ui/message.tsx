// One message: who, when, what, and what came of it.
import { Component, type ComponentChildren } from 'preact';
import { signal, useComputed } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Id, LocalMessage, Message } from '@parley/client';
import { t } from '../i18n/index.ts';
import { fullTime, relativeTime, shortClockTime } from '../i18n/times.ts';
import { client, nameOf, nameOfUser, room as roomOf, self, status } from '../state/chat.ts';
import { go, panel, toRoom } from '../state/place.ts';
import { keyOf } from '../state/rows.ts';
import { slot } from '../slots/index.ts';
import { Face } from './face.tsx';
import { Icon, IconButton } from './icon.tsx';
import { contextOf } from './message_keys.ts';
import { openMenu } from './overlay.tsx';
import { plain, Rich } from './rich.tsx';

// The one whose buttons are shown: pointed at, or with the focus.
const active = signal<string | null>(null);

interface Hints {
    bubbles?: { avatar?: boolean };
    messages?: string;
}

function same(one: Record<string, unknown>, other: Record<string, unknown>) {
    return Object.keys(other).every((name) => Object.is(one[name], other[name]));
}

interface Props {
    message: Message;
    leads: boolean;
    room: Id;
    flash?: boolean;
    inThread?: boolean;
}
/** Drawn again only when something of it changed: there are hundreds. */
export class MessageView extends Component<Props> {
    override shouldComponentUpdate(next: Props) {
        return !same(this.props as never, next as never);
    }
    render(props: Props) {
        return <Body {...props} />;
    }
}

function Body({ message, leads, room, flash, inThread }: Props) {
    const element = useRef<HTMLLIElement>(null);
    const hints = (roomOf(room).value?.conversation.view_hints ?? {}) as Hints;
    const centred = hints.messages === 'centred';
    const bare = hints.bubbles?.avatar === false;
    const name = nameOf(message.from);
    const key = keyOf(message);
    const quiet = message.thread_root !== null && !inThread;
    const now = useRef(message);
    now.current = message;
    useEffect(() => {
        contextOf.set(element.current!, () => {
            const known = roomOf(room).peek();
            return known && { message: now.current, room: known };
        });
    }, []);
    const level = typeof message.data.level === 'string' ? ` level_${message.data.level.replace(/\W/g, '')}` : '';
    const called = message.mentions.includes(self.value?.id ?? '') ? ' called' : '';
    const classes = `message ${message.state}${leads ? ' leads' : ''}${flash ? ' flash' : ''}${centred ? ` centred${level}` : ''}${bare ? ' bare' : ''}${called}`;
    return (
        <li
            ref={element}
            class={classes}
            data-key={key}
            data-seq={message.seq ?? undefined}
            data-id={message.id}
            tabIndex={-1}
            aria-label={t('message.from', { name, time: fullTime(message.created_at) })}
            onPointerEnter={(event) => event.pointerType === 'mouse' && (active.value = key)}
            onFocusIn={() => (active.value = key)}
            onClick={(event) => (event.currentTarget as HTMLElement).matches(':hover') && (active.value = key)}
        >
            {!centred && (
                <div class="gutter">
                    {leads ? !bare && <Face id={message.from.id} name={name} /> : <time dateTime={message.created_at}>{shortClockTime(message.created_at)}</time>}
                </div>
            )}
            <div class="main">
                {leads && !centred && (
                    <div class="message_head">
                        <Author message={message} name={name} />
                        <Time moment={message.created_at} />
                    </div>
                )}
                {quiet && (
                    <button type="button" class="replied" onClick={() => (panel.value = { kind: 'thread', root: message.thread_root! })}>
                        <Icon name="thread" />
                        <strong>{t('message.in_thread')}</strong>
                        <span dir="auto">{message.deleted_at ? t('message.deleted') : plain(message.text)}</span>
                    </button>
                )}
                {!quiet && message.reply_to && <Replied to={message.reply_to} room={room} />}
                {!quiet && <Content message={message} room={room} />}
                <StateNote message={message} />
                {centred && <Time moment={message.created_at} />}
                {!message.deleted_at && <Footers message={message} room={room} />}
                {!inThread && message.thread.replies > 0 && <ThreadLink message={message} />}
            </div>
            <Actions id={key} message={message} room={room} />
        </li>
    );
}

function Author({ message, name }: { message: Message; name: string }) {
    const { from } = message;
    if (from.source !== 'user') return <span class="author">{name}</span>;
    return (
        <button type="button" class="author" onClick={() => (panel.value = { kind: 'profile', user: from.id })}>
            <bdi>{name}</bdi>
        </button>
    );
}

const Time = ({ moment }: { moment: string }) => (
    <time dateTime={moment} title={fullTime(moment)}>
        {relativeTime(moment)}
    </time>
);

function Content({ message, room }: { message: Message; room: Id }) {
    if (message.deleted_at) return <p class="faint">{t('message.deleted')}</p>;
    const custom = slot('messageBodies').find((one) => one.type === message.type);
    const known = roomOf(room).value;
    const edited = message.edited_at && (
        <span class="aside" title={t('message.edited_at', { time: fullTime(message.edited_at) })}>
            {' '}
            ({t('message.edited')})
        </span>
    );
    if (custom && known) return <custom.component message={message} room={known} local={false} />;
    const words = message.content.length > 0 || message.type === 'text';
    return (
        <>
            {words ? <Rich content={message.content} text={message.text} /> : <p class="faint">{t('message.unknown_type', { type: message.type })}</p>}
            {edited}
        </>
    );
}

function Replied({ to, room }: { to: NonNullable<Message['reply_to']>; room: Id }) {
    const name = nameOf(to.from);
    return (
        <button type="button" class="replied" title={t('message.jump', { name })} onClick={() => go(toRoom(room, to.seq))}>
            <strong>{name}</strong>
            <span dir="auto">{to.deleted ? t('message.replied_gone') : plain(to.text)}</span>
        </button>
    );
}

function StateNote({ message }: { message: Message }) {
    if (message.state === 'published') return null;
    const reason = message.state_reason || message.held_by?.map((one) => one.reason).filter(Boolean).join(', ') || '';
    const held = message.state === 'held';
    const words = held ? t(reason ? 'message.held_why' : 'message.held', { reason }) : t(reason ? 'message.rejected' : 'message.rejected_plain', { reason });
    return (
        <p class={held ? 'state_note' : 'state_note alarm'}>
            <Icon name={held ? 'clock' : 'warning'} /> {words}
        </p>
    );
}

function Footers({ message, room }: { message: Message; room: Id }) {
    const known = roomOf(room).value;
    if (!known) return null;
    return (
        <>
            {slot('messageFooters').map((one) => (
                <one.component key={one.id} message={message} room={known} />
            ))}
        </>
    );
}

function ThreadLink({ message }: { message: Message }) {
    const { thread } = message;
    return (
        <button type="button" class="thread_link" onClick={() => (panel.value = { kind: 'thread', root: message.id })}>
            <span class="faces">
                {thread.participants.slice(0, 4).map((one) => (
                    <Face key={one.id} id={one.id} name={nameOf(one)} size="tiny" />
                ))}
            </span>
            <span>{t('message.replies', { n: thread.replies })}</span>
            {thread.last_reply_at && <span class="aside">{t('message.last_reply', { time: relativeTime(thread.last_reply_at) })}</span>}
        </button>
    );
}

function Actions({ id, message, room }: { id: string; message: Message; room: Id }) {
    const shown = useComputed(() => active.value === id);
    const known = roomOf(room).value;
    if (!shown.value || !known) return null;
    const at = { message, room: known };
    const all = slot('messageActions').filter((one) => one.when?.(at) ?? true);
    const [first, rest] = [all.filter((one) => one.prominent), all.filter((one) => !one.prominent)];
    if (all.length === 0) return null;
    return (
        <div class="actions" role="group" aria-label={t('message.actions')}>
            {first.map((one) => (
                <IconButton key={one.id} class="small_one" icon={one.icon} label={one.label()} keys={one.key ?? ''} onClick={(event) => one.run({ ...at, button: event.currentTarget })} />
            ))}
            {rest.length > 0 && (
                <IconButton
                    class="small_one"
                    icon="more"
                    label={t('app.menu')}
                    aria-haspopup="menu"
                    onClick={(event) => {
                        const button = event.currentTarget;
                        const choice = (one: (typeof rest)[number]) => ({ label: one.label(), icon: one.icon, alarm: one.alarm ?? false, keys: one.key ?? '', run: () => one.run({ ...at, button }) });
                        openMenu(button, t('message.actions'), rest.map(choice));
                    }}
                />
            )}
        </div>
    );
}

interface LocalProps {
    local: LocalMessage;
    leads: boolean;
    room: Id;
}
/** One's own message on its way. */
export class LocalView extends Component<LocalProps> {
    override shouldComponentUpdate(next: LocalProps) {
        return !same(this.props as never, next as never);
    }
    render({ local, leads, room }: LocalProps): ComponentChildren {
        const me = self.value?.id ?? '';
        const name = nameOfUser(me);
        const known = roomOf(room).value;
        const custom = slot('messageBodies').find((one) => one.type === local.type);
        return (
            <li class={`message pending${leads ? ' leads' : ''}`} data-key={local.key} data-state={local.state} tabIndex={-1} aria-label={t('message.from', { name, time: fullTime(local.created_at) })}>
                <div class="gutter">{leads && <Face id={me} name={name} />}</div>
                <div class="main">
                    {leads && (
                        <div class="message_head">
                            <span class="author">
                                <bdi>{name}</bdi>
                            </span>
                            <Time moment={local.created_at} />
                        </div>
                    )}
                    {custom && known ? <custom.component message={local} room={known} local /> : <div class="text">{local.text}</div>}
                    {known && slot('messageFooters').map((one) => one.local && <one.local key={one.id} message={local} room={known} />)}
                    <LocalNote local={local} />
                </div>
            </li>
        );
    }
}

function LocalNote({ local }: { local: LocalMessage }) {
    if (local.state === 'failed')
        return (
            <p class="state_note alarm" role="alert">
                <Icon name="warning" /> {t('message.failed', { reason: local.error?.message ?? '' })}
                <button type="button" onClick={() => client.retry(local.key)}>
                    {t('app.retry')}
                </button>
                <button type="button" onClick={() => client.drop(local.key)}>
                    {t('message.discard')}
                </button>
            </p>
        );
    if (local.state === 'pending' && status.value !== 'live')
        return (
            <p class="state_note quiet">
                <Icon name="clock" /> {t('message.queued')}
                <button type="button" onClick={() => client.drop(local.key)}>
                    {t('message.discard')}
                </button>
            </p>
        );
    return null;
}
