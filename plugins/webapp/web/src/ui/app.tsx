// The whole page, once somebody is signed in.
import { computed } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { now } from '../i18n/times.ts';
import { client, conversations, placeName, retryAt, room, status, titleOf } from '../state/chat.ts';
import { here, panel, place } from '../state/place.ts';
import { isPhone } from '../state/wishes.ts';
import { slot } from '../slots/index.ts';
import { Admin } from './admin.tsx';
import { Asking } from './ask.tsx';
import { Dialogs } from './dialogs.tsx';
import { BesideBox, Spoken, Toasts } from './overlay.tsx';
import { Panel } from './panels.tsx';
import { NoRoom, Room } from './room.tsx';
import { Pages } from './settings.tsx';
import { inOrder, isUnread, Sidebar } from './sidebar.tsx';

const waiting = computed(() => [...conversations.value.values()].reduce((sum, one) => sum + one.local.filter((each) => each.state === 'pending' || each.state === 'sending').length, 0));

function Strip() {
    const { value } = status;
    void now.value;
    const gone = value === 'offline' || value === 'waiting';
    const again = value === 'connecting' && conversations.value.size > 0;
    const count = waiting.value;
    if (!gone && !again) return <div role="status" class="unseen" />;
    return (
        <div class="strip" role="status">
            <span>{t(value === 'offline' ? 'state.offline' : 'state.reconnecting')}</span>
            {count > 0 && <span>{t('state.waiting', { n: count })}</span>}
            {gone && retryAt.value !== null && (
                <button
                    type="button"
                    onClick={() => {
                        client.disconnect();
                        void client.connect().catch(() => {});
                    }}
                >
                    {t('state.retry_now')}
                </button>
            )}
        </div>
    );
}

const unread = computed(() => inOrder.value.filter(isUnread));
const mentions = computed(() => unread.value.reduce((sum, one) => sum + (one.membership?.mentions ?? 0) + (one.conversation.kind === 'direct' ? one.membership!.unread : 0), 0));

function useTitle() {
    const id = here.value;
    const one = id ? room(id).value : undefined;
    const mark = mentions.value > 0 ? `(${mentions.value}) ` : unread.value.length > 0 ? '• ' : '';
    const title = `${mark}${one ? `${titleOf(one)} – ` : ''}${placeName.value}`;
    useEffect(() => {
        document.title = title;
        const { setAppBadge, clearAppBadge } = navigator as Navigator & { setAppBadge?: (n: number) => Promise<void>; clearAppBadge?: () => Promise<void> };
        void (mentions.value > 0 ? setAppBadge?.call(navigator, mentions.value) : clearAppBadge?.call(navigator))?.catch(() => {});
    }, [title]);
}

export function App() {
    const id = here.value;
    const one = id ? room(id).value : undefined;
    const beside = panel.value;
    useTitle();
    useEffect(() => {
        // A thread belongs to its conversation.
        if (panel.peek()?.kind === 'thread') panel.value = null;
    }, [id]);
    const shown = beside && (one || beside.kind === 'profile');
    const alone = isPhone.value && !id && !shown;
    const administers = place.value.page?.startsWith('admin') ?? false;
    return (
        <>
            {(!alone || administers) && (
                <a class="skip" href="#room" onClick={(event) => (event.preventDefault(), document.getElementById('room')?.focus())}>
                    {t('app.skip')}
                </a>
            )}
            {administers ? (
                <Admin />
            ) : (
                <div class={`frame${id || shown ? ' in_room' : ''}${shown ? ' has_panel' : ''}`}>
                    <Strip />
                    <Sidebar alone={alone} />
                    {id ? <Room id={id} /> : !alone && <NoRoom />}
                    {shown && <Panel which={beside} one={one} />}
                </div>
            )}
            {place.value.page && !administers && <Pages />}
            <Dialogs />
            {slot('overlays').map((each) => (
                <each.component key={each.id} />
            ))}
            <Asking />
            <BesideBox />
            <Toasts />
            <Spoken />
        </>
    );
}
