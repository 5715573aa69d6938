// Which conversations there are, and which one is looked at; kept from page to page.
import { computed, effect, signal } from '@preact/signals';
import type { ConversationState, Id } from '@parley/client';
import { config } from '../frame/config.ts';
import { keep, kept } from '../frame/keep.ts';
import { session, self, state } from '../frame/visitor.ts';
import { t } from '../words/index.ts';
import { nameOf } from './people.ts';

const latest = (one: ConversationState) => one.conversation.last_message_at ?? one.conversation.created_at;

/** The newest first; a personal one only when there is something in it. */
export const rooms = computed(() =>
    [...(state.value?.conversations.values() ?? [])]
        .filter((one) => one.membership && (one.conversation.kind !== 'personal' || one.conversation.last_message_at))
        .sort((one, other) => latest(other).localeCompare(latest(one))),
);

// '' is home; undefined: wherever there is something.
const isText = (value: unknown): value is string => typeof value === 'string';
const wanted = signal<Id | '' | undefined>(kept('room', isText));
effect(() => keep('room', wanted.value));

/** Null: home. */
export const place = computed<ConversationState | null>(() => {
    if (!session.value || wanted.value === '') return null;
    const found = wanted.value === undefined ? undefined : state.value?.conversations.get(wanted.value);
    return found ?? (rooms.value.length === 1 ? rooms.value[0]! : null);
});

export const toRoom = (id: Id) => (wanted.value = id);
export const toHome = () => (wanted.value = '');

/** A contact is called after the visitor, which tells the visitor nothing. */
export function titleOf({ conversation }: ConversationState): string {
    if (conversation.kind === 'contact') return config.value?.title || t('title');
    const other = conversation.with.find((id) => id !== self.value?.id);
    return conversation.name || (other ? nameOf(other) : config.value?.title || t('title'));
}
