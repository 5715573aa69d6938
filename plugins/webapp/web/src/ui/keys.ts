// Keys that work everywhere.
import { dialog, go, here, panel, place, toRoom } from '../state/place.ts';
import { inOrder, isUnread } from './sidebar.tsx';
import { isBesideOpen } from './overlay.tsx';

function step(by: number, onlyUnread: boolean) {
    const all = inOrder.peek();
    const at = all.findIndex((one) => one.conversation.id === here.peek());
    for (let i = 1; i <= all.length; ++i) {
        const one = all[(((at + by * i) % all.length) + all.length) % all.length]!;
        if (!onlyUnread || isUnread(one)) return go(toRoom(one.conversation.id));
    }
}

function nextRegion(by: number) {
    const all = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter((one) => one.checkVisibility());
    const at = all.findIndex((one) => one.contains(document.activeElement));
    const next = all[(at + by + all.length) % all.length];
    const inside = next?.querySelector<HTMLElement>('textarea, [aria-current="page"], a, button');
    (inside ?? next)?.focus();
}

export function listenToKeys() {
    addEventListener('keydown', (event) => {
        const combined = event.ctrlKey || event.metaKey;
        const modal = document.querySelector('dialog[open]') !== null;
        if (combined && !event.shiftKey && event.key.toLowerCase() === 'k') dialog.value = { kind: 'find' };
        else if (combined && event.key === '/') dialog.value = { kind: 'keys' };
        else if (modal) return;
        else if (event.altKey && !combined && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) step(event.key === 'ArrowUp' ? -1 : 1, event.shiftKey);
        else if (event.key === 'F6') nextRegion(event.shiftKey ? -1 : 1);
        else if (event.key === 'Escape' && panel.peek() && !isBesideOpen() && !place.peek().page) {
            panel.value = null;
            document.querySelector<HTMLElement>('.room textarea')?.focus();
        } else return;
        event.preventDefault();
    });
}
