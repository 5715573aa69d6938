// The chat as a visitor sees it: conversations and a field, or one conversation.
import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import '../style/frame.css';
import { config } from '../frame/config.ts';
import { isSettled, say } from '../frame/page.ts';
import { isVouched, refusal, session, state } from '../frame/visitor.ts';
import { t } from '../words/index.ts';
import { Home } from './home.tsx';
import { IconButton } from './icon.tsx';
import { place, rooms, titleOf, toHome } from './place.ts';
import { isSomebodyHere } from './people.ts';
import { Room } from './room.tsx';

function Head() {
    const room = place.value;
    const here = room && isSomebodyHere(room.conversation.id);
    const title = room ? titleOf(room) : config.value?.title || t('title');
    return (
        <header class="head">
            {room && rooms.value.length > 0 && <IconButton icon="back" label={t('back')} onClick={toHome} />}
            <div class="head_words">
                <h1 dir="auto">{title}</h1>
                <p class="head_note">{here ? <><span class="dot" aria-hidden="true" /> {t('online')}</> : t('away')}</p>
            </div>
            <IconButton icon="close" label={t('close')} onClick={() => say({ parley: 'close' })} />
        </header>
    );
}

function Connection() {
    const status = state.value?.status;
    if (!session.value || status === 'live' || status === 'idle' || status === undefined) return null;
    return (
        <p class="connection" role="status">
            {status === 'waiting' || status === 'offline' ? t('offline') : t('connecting')}
        </p>
    );
}

function Body() {
    if (!isSettled.value) return <p class="quiet">{t('loading')}</p>;
    if (refusal.value) return <p class="quiet fault" role="alert">{t('refused', { reason: refusal.value })}</p>;
    if (isVouched.value && !session.value) return <p class="quiet" role="alert">{t('over')}</p>;
    if (session.value && !state.value?.self) return <><Connection /><p class="quiet">{t('loading')}</p></>;
    const room = place.value;
    return (
        <>
            <Connection />
            {room ? <Room key={room.conversation.id} room={room} /> : <Home />}
        </>
    );
}

function Panel() {
    useEffect(() => {
        const close = (event: KeyboardEvent) => {
            if (event.key === 'Escape' && !event.isComposing && !event.defaultPrevented) say({ parley: 'close' });
        };
        addEventListener('keydown', close);
        return () => removeEventListener('keydown', close);
    }, []);
    return (
        <>
            <Head />
            <main class="body">
                <Body />
            </main>
        </>
    );
}

export const draw = (into: HTMLElement) => render(<Panel />, into);
