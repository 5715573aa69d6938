// One message, of somebody or on its way.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { LocalMessage, Message } from '@parley/client';
import { client } from '../frame/visitor.ts';
import { t } from '../words/index.ts';
import { contentOf, filesIn, isPicture, keepFile, sizeText, type Attached } from './files.ts';
import { Icon } from './icon.tsx';
import { isMine, speaker } from './people.ts';
import { Rich } from './rich.tsx';
import { timeOf } from './times.ts';

function Picture({ of }: { of: Attached }) {
    const address = useSignal('');
    const broken = useSignal(false);
    useEffect(() => {
        const ends = new AbortController();
        let made = '';
        contentOf(of.file, ends.signal).then(
            (bytes) => (address.value = made = URL.createObjectURL(bytes.slice(0, bytes.size, of.type ?? ''))),
            () => ends.signal.aborted || (broken.value = true),
        );
        return () => {
            ends.abort();
            if (made) URL.revokeObjectURL(made);
        };
    }, [of.file]);
    if (broken.value) return <Card of={of} />;
    return (
        <button type="button" class="picture" aria-label={t('download', { name: of.name ?? '' })} onClick={() => void keepFile(of).catch(() => {})}>
            {address.value ? <img src={address.value} alt={of.name ?? ''} onError={() => (broken.value = true)} /> : <span class="picture_place" />}
        </button>
    );
}

function Card({ of, note }: { of: Attached; note?: string }) {
    const words = (
        <>
            <Icon name="file" />
            <span class="card_words">
                <bdi>{of.name}</bdi>
                <span class="faint">{[of.bytes === undefined ? '' : sizeText(of.bytes), note].filter(Boolean).join(' · ')}</span>
            </span>
        </>
    );
    if (note) return <span class="card">{words}</span>;
    return (
        <button type="button" class="card" aria-label={t('download', { name: of.name ?? '' })} onClick={() => void keepFile(of).catch(() => {})}>
            {words}
        </button>
    );
}

const Files = ({ all, ready }: { all: readonly Attached[]; ready: boolean }) =>
    all.length === 0 ? null : (
        <ul class="files">
            {all.map((one) => (
                <li key={one.file}>{!ready ? <Card of={one} note={t('checking')} /> : isPicture(one.type) ? <Picture of={one} /> : <Card of={one} />}</li>
            ))}
        </ul>
    );

const stateOf = ({ state, state_reason = '' }: Message) => (state === 'held' ? t('held') : state === 'rejected' ? t('rejected', { reason: state_reason }) : '');

export function MessageView({ message, leads }: { message: Message; leads: boolean }) {
    const mine = isMine(message.from);
    const state = stateOf(message);
    return (
        <li class={`message ${mine ? 'mine' : 'theirs'} ${message.state}`} data-seq={message.seq}>
            {leads && <p class={mine ? 'unseen' : 'speaker'}>{mine ? t('you') : <bdi>{speaker(message.from)}</bdi>}</p>}
            <div class="bubble">
                {message.reply_to && !message.deleted_at && <blockquote class="answered" dir="auto">{message.reply_to.text}</blockquote>}
                {message.deleted_at ? <em class="faint">{t('deleted')}</em> : <>{message.content.length > 0 && <Rich content={message.content} />}<Files all={filesIn(message.data)} ready={message.state === 'published'} /></>}
            </div>
            <p class="when">
                <time dateTime={message.created_at}>{timeOf(message.created_at)}</time>
                {message.edited_at && !message.deleted_at && ` · ${t('edited')}`}
                {state && ` · ${state}`}
            </p>
        </li>
    );
}

export function LocalView({ message }: { message: LocalMessage }) {
    const failed = message.state === 'failed';
    return (
        <li class={`message mine local ${message.state}`}>
            <div class="bubble">
                {message.text && <div class="text" dir="auto">{message.text}</div>}
                <Files all={filesIn(message.data)} ready={false} />
            </div>
            {failed ? (
                <p class="when fault" role="alert">
                    {t('failed', { reason: message.error?.message ?? '' })}{' '}
                    <button type="button" class="link" onClick={() => client.value?.retry(message.key)}>{t('retry')}</button>{' '}
                    <button type="button" class="link" onClick={() => client.value?.drop(message.key)}>{t('discard')}</button>
                </p>
            ) : (
                <p class="when">{t('sending')}</p>
            )}
        </li>
    );
}
