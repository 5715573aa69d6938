// One conversation: its messages, whoever is writing, and the field.
import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { ConversationState, LocalMessage, Message } from '@parley/client';
import { isShown } from '../frame/page.ts';
import { client, state } from '../frame/visitor.ts';
import { t } from '../words/index.ts';
import { Composer } from './composer.tsx';
import { bring, start, take, takeOff, trayOf, isPicture, type Going } from './files.ts';
import { Icon, IconButton } from './icon.tsx';
import { LocalView, MessageView } from './message.tsx';
import { nameOf } from './people.ts';
import { toHome } from './place.ts';
import { dayOf, dayTitle } from './times.ts';

type Row = { key: string; day?: number; message?: Message; leads?: boolean; local?: LocalMessage };

// Held and rejected ones have no place in the order yet: they stand where they were written.
function rowsOf({ messages, withheld, local }: ConversationState): Row[] {
    const all = withheld.length === 0 ? messages : [...messages, ...withheld].sort((one, other) => one.created_at.localeCompare(other.created_at));
    const rows: Row[] = [];
    let day = 0;
    let last = '';
    for (const message of all) {
        const on = dayOf(message.created_at);
        if (on !== day) rows.push({ key: `day ${on}`, day: (day = on) });
        const who = `${on} ${message.from.source} ${message.from.id}`;
        rows.push({ key: message.client_key ?? message.id, message, leads: who !== last });
        last = who;
    }
    for (const one of local) rows.push({ key: one.key, local: one });
    return rows;
}

// Near enough to the end that what comes is to be seen.
const near = 60;

function Log({ room }: { room: ConversationState }) {
    const box = useRef<HTMLDivElement>(null);
    const list = useRef<HTMLOListElement>(null);
    const atEnd = useSignal(true);
    const height = useRef(0);
    const first = useRef<string | undefined>(undefined);
    const { id } = room.conversation;
    const rows = rowsOf(room);
    const toEnd = () => box.current?.scrollTo({ top: box.current.scrollHeight });
    useLayoutEffect(() => {
        // What is put in above moves what is read down; it stays where it is.
        const { current: at } = box;
        if (atEnd.value) toEnd();
        else if (rows[0]?.key !== first.current) at!.scrollTop += at!.scrollHeight - height.current;
        first.current = rows[0]?.key;
        height.current = at!.scrollHeight;
    });
    useEffect(() => {
        const watch = new ResizeObserver(() => {
            if (atEnd.value) toEnd();
            height.current = box.current?.scrollHeight ?? 0;
        });
        watch.observe(list.current!);
        watch.observe(box.current!);
        return () => watch.disconnect();
    }, []);
    const shown = isShown.value;
    const read = () => {
        if (shown && document.visibilityState === 'visible' && atEnd.value && (room.membership?.unread ?? 0) > 0) client.value?.markRead(id);
    };
    useEffect(() => {
        read();
        document.addEventListener('visibilitychange', read);
        return () => document.removeEventListener('visibilitychange', read);
    });
    return (
        <div
            ref={box}
            class="log"
            tabIndex={0}
            role="log"
            aria-label={t('log')}
            onScroll={({ currentTarget: at }) => {
                atEnd.value = at.scrollHeight - at.scrollTop - at.clientHeight < near;
                if (at.scrollTop < near && room.moreBefore && !room.loading) void client.value?.load(id, 'before').catch(() => {});
            }}
        >
            {room.moreBefore && (
                <button type="button" class="link older" onClick={() => void client.value?.load(id, 'before').catch(() => {})}>
                    {t('older')}
                </button>
            )}
            <ol ref={list} class="rows">
                {rows.map((row) =>
                    row.day !== undefined ? (
                        <li key={row.key} class="day">{dayTitle(row.day)}</li>
                    ) : row.message ? (
                        <MessageView key={row.key} message={row.message} leads={row.leads!} />
                    ) : (
                        <LocalView key={row.key} message={row.local!} />
                    ),
                )}
            </ol>
            {!atEnd.value && (room.membership?.unread ?? 0) > 0 && (
                <button type="button" class="to_end" onClick={toEnd}>
                    <Icon name="down" /> {t('newer')}
                </button>
            )}
        </div>
    );
}

function GoingView({ room, one }: { room: string; one: Going }) {
    const { name } = one.file;
    return (
        <li class="going">
            <Icon name="file" />
            <span class="card_words">
                <bdi>{name}</bdi>
                {one.fault.value ? <span class="fault" role="alert">{one.fault.value}</span> : !one.stored.value && <progress value={one.sent.value} max={1} aria-label={t('uploading', { name })} />}
            </span>
            {one.fault.value && <button type="button" class="link" onClick={() => void start(room, one)}>{t('retry')}</button>}
            <IconButton icon="close" label={t('remove', { name })} onClick={() => takeOff(room, one)} />
        </li>
    );
}

export function Room({ room }: { room: ConversationState }) {
    const { id, archived_at } = room.conversation;
    const tray = trayOf(id).value;
    const mayWrite = useComputed(() => state.value?.self?.permissions.includes('messages.send') ?? false).value;
    useEffect(() => {
        const { value: here } = client;
        here?.load(id).catch(() => {});
        here?.loadMembers(id).then((members) => here.loadPresence(members.keys())).catch(() => {});
    }, [id]);
    const say = (text: string) => {
        if (tray.some((one) => !one.stored.value)) return false;
        const files = take(id);
        const type = files.length === 0 || text ? 'text' : files.every((one) => isPicture(one.type)) ? 'image' : 'file';
        client.value!.send(id, { text, type, ...(files.length > 0 ? { data: { files } } : {}) });
        return true;
    };
    return (
        <div class="room">
            <Log room={room} />
            <p class="typing" aria-live="off">{room.typing.length === 1 ? t('typing', { name: nameOf(room.typing[0]!) }) : room.typing.length > 1 ? t('several_typing') : ''}</p>
            {tray.length > 0 && <ul class="tray">{tray.map((one) => <GoingView key={one.key} room={id} one={one} />)}</ul>}
            {archived_at ? (
                <div class="quiet" role="status">
                    <p>{t('archived')}</p>
                    <button type="button" class="link" onClick={toHome}>{t('again')}</button>
                </div>
            ) : (
                mayWrite && <Composer draft={id} hasMore={tray.length > 0} busy={tray.some((one) => !one.stored.value)} send={say} attach={(files) => bring(id, files)} typing={() => client.value?.typing(id)} />
            )}
        </div>
    );
}
