// A person as a picture: two letters on a colour of their own.
import type { Id } from '@parley/client';
import { nameOfUser, presenceOf } from '../state/chat.ts';
import { t } from '../i18n/index.ts';

const segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const firstOf = (word: string) => segments.segment(word)[Symbol.iterator]().next().value?.segment ?? '';
export const letters = (name: string) => {
    const words = name.trim().split(/\s+/u).filter(Boolean);
    return words.length > 1 ? firstOf(words[0]!) + firstOf(words.at(-1)!) : firstOf(words[0] ?? '?');
};
// FNV-1a: ids that follow each other look nothing like each other.
const hueOf = (id: string) => ([...id].reduce((sum, one) => Math.imul(sum ^ one.charCodeAt(0), 16777619), 2166136261) >>> 13) % 8;

export function Face({ id, name, size = '' }: { id: string; name: string; size?: '' | 'tiny' | 'big' }) {
    return (
        <span class={`avatar ${size} hue_${hueOf(id)}`} aria-hidden="true">
            {letters(name)}
        </span>
    );
}
export const UserFace = ({ id, size = '' }: { id: Id; size?: '' | 'tiny' | 'big' }) => <Face id={id} name={nameOfUser(id)} size={size} />;

export function Dot({ user }: { user: Id }) {
    const now = presenceOf(user);
    return <span class={`dot ${now}`} role="img" aria-label={t(`presence.${now}`)} />;
}
