// Those on the other side: what they are called, and whether one of them is here.
import type { Id, Identity } from '@parley/client';
import { client, self, state } from '../frame/visitor.ts';
import { t } from '../words/index.ts';

const asked = new Set<Id>();

export function nameOf(id: Id): string {
    const found = state.value?.users.get(id);
    if (!found && client.value?.session && !asked.has(id)) {
        asked.add(id);
        client.value.loadUsers([id]).catch(() => {});
    }
    return found ? found.display_name || found.username : t('somebody');
}

export const isMine = (from: Identity) => from.source === 'user' && from.id === self.value?.id;
export const speaker = (from: Identity) => (from.source === 'user' ? nameOf(from.id) : ((from as { name?: string }).name ?? t('somebody')));

/** Of the members of a conversation, which are known once it was looked at. */
export function isSomebodyHere(room: Id): boolean {
    const members = state.value?.conversations.get(room)?.members;
    return [...(members?.keys() ?? [])].some((id) => id !== self.value?.id && state.value?.presence.get(id)?.presence === 'online');
}
