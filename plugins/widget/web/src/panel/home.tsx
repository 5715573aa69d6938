// Where a visitor begins: a greeting, what was talked about before, and a field that opens the conversation.
import { signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ParleyError, type ConversationState } from '@parley/client';
import { config } from '../frame/config.ts';
import { becomeGuest, client, openDoor, session } from '../frame/visitor.ts';
import { t } from '../words/index.ts';
import { Composer } from './composer.tsx';
import { bring, forget } from './files.ts';
import { rooms, titleOf, toRoom } from './place.ts';
import { shortly } from './times.ts';

function Entry({ room }: { room: ConversationState }) {
    const { conversation, membership, messages } = room;
    useEffect(() => void client.value?.load(conversation.id).catch(() => {}), [conversation.id]);
    const last = messages.at(-1);
    const unread = membership?.unread ?? 0;
    return (
        <li>
            <button type="button" class="entry" onClick={() => toRoom(conversation.id)}>
                <span class="entry_words">
                    <bdi class="entry_title">{titleOf(room)}</bdi>
                    {last && <bdi class="entry_last">{last.deleted_at ? t('deleted') : last.text}</bdi>}
                </span>
                <span class="entry_side">
                    {conversation.last_message_at && <time dateTime={conversation.last_message_at}>{shortly(conversation.last_message_at)}</time>}
                    {unread > 0 && <span class="badge">{unread > 99 ? '99+' : unread}</span>}
                </span>
            </button>
        </li>
    );
}

const mayBeGuest = signal<boolean | null>(null);
const draft = 'home';

/** Opens the door, brings what was chosen, says what was written. */
async function begin(name: string, text: string, files: readonly File[]) {
    await becomeGuest(name);
    const room = await openDoor();
    if (files.length > 0) bring(room, files);
    if (text) client.value!.send(room, text);
    forget(draft);
    toRoom(room);
}

export function Home() {
    const fault = useSignal('');
    const name = useSignal('');
    const busy = useSignal(false);
    const isNew = !session.value;
    useEffect(() => {
        if (isNew && mayBeGuest.value === null) client.value?.providers && void guests();
    }, [isNew]);
    const start = async (text: string, files: readonly File[] = []) => {
        busy.value = true;
        fault.value = '';
        try {
            await begin(name.value.trim(), text, files);
            return true;
        } catch (why) {
            if (!(why instanceof ParleyError)) console.error(why);
            fault.value = why instanceof ParleyError && why.code !== 'network' ? (why.code === 'widget_unstaffed' ? t('unstaffed') : why.message) : t('fault');
            return false;
        } finally {
            busy.value = false;
        }
    };
    const closed = !config.value?.staffed ? t('unstaffed') : isNew && mayBeGuest.value === false ? t('guests') : '';
    return (
        <div class="home">
            <div class="home_top">
                <p class="greeting" dir="auto">{config.value?.greeting || t('greeting')}</p>
                {rooms.value.length > 0 && (
                    <nav aria-label={t('conversations')}>
                        <h2 class="part">{t('conversations')}</h2>
                        <ul class="entries">{rooms.value.map((one) => <Entry key={one.conversation.id} room={one} />)}</ul>
                    </nav>
                )}
            </div>
            {closed ? (
                <p class="quiet" role="status">{closed}</p>
            ) : (
                <>
                    {isNew && config.value?.ask_name && (
                        <label class="name_field">
                            <span class="unseen">{t('name')}</span>
                            <input autocomplete="name" maxLength={80} dir={name.value ? 'auto' : undefined} placeholder={t('name')} value={name.value} onInput={(event) => (name.value = event.currentTarget.value)} />
                        </label>
                    )}
                    <div role="alert">{fault.value && <p class="fault">{fault.value}</p>}</div>
                    <Composer draft={draft} busy={busy.value} send={start} attach={(files) => void start('', files)} />
                </>
            )}
        </div>
    );
}

const guests = async () => (mayBeGuest.value = await fetch('/api/v1/sign_in/providers').then((answer) => answer.json()).then((found) => Boolean(found.guests), () => null));
