// Where in the app somebody is: the address says it, so that back, forward and links work.
import { computed, signal } from '@preact/signals';
import type { Id } from '@parley/client';

export interface Place {
    room: Id | null;
    // A message to show, by its sequence.
    at: number | null;
    // A page over everything, such as settings/look, or one in the place of all, such as admin/users.
    page: string | null;
}

const idLike = /^[1-9][0-9]{0,18}$/;

function read(): Place {
    const [what, id, more, value] = location.hash.replace(/^#\/?/, '').split('/');
    const nowhere = { room: null, at: null, page: null };
    if (what === 'c' && id && idLike.test(id)) return { ...nowhere, room: id, at: more === 'm' && value ? Number(value) || null : null };
    if (what === 'settings' || what === 'admin') return { ...nowhere, page: [what, id, more].filter(Boolean).join('/') };
    return nowhere;
}

export const place = signal<Place>(read());
addEventListener('hashchange', () => (place.value = read()));
export const here = computed(() => place.value.room);

export const toRoom = (id: Id, at?: number) => `#/c/${id}${at === undefined ? '' : `/m/${at}`}`;
export function go(target: string) {
    if (location.hash === target) place.value = read();
    else location.hash = target;
}
export function replace(target: string) {
    history.replaceState(null, '', target);
    place.value = read();
}

// What stands beside the conversation.
export type Panel = { kind: 'thread'; root: Id } | { kind: 'members' } | { kind: 'details' } | { kind: 'profile'; user: Id } | { kind: 'piece'; id: string };
export const panel = signal<Panel | null>(null);
export type Dialog = { kind: 'find' } | { kind: 'make'; what: 'channel' | 'group' | 'direct' } | { kind: 'browse' } | { kind: 'keys' } | { kind: 'edit_room'; room: Id };
export const dialog = signal<Dialog | null>(null);
