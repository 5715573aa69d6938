// Messages by keyboard: from one to the next, and what can be done with the one that has the focus.
import { slot, type MessageContext } from '../slots/index.ts';

export const contextOf = new WeakMap<Element, () => MessageContext | undefined>();

const messages = (list: Element) => [...list.querySelectorAll<HTMLElement>('.message')];

export function focusLastMessage(list: Element | null) {
    const all = list ? messages(list) : [];
    const last = all.at(-1);
    last?.focus();
    last?.scrollIntoView({ block: 'nearest' });
    return last !== undefined;
}

export function onMessageKey(event: KeyboardEvent) {
    const target = event.target as HTMLElement;
    // What stands in a message has keys of its own.
    if (!target.classList.contains('message') || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = messages(event.currentTarget as Element);
    const at = all.indexOf(target);
    const next = { ArrowUp: all[at - 1], ArrowDown: all[at + 1], Home: all[0], End: all.at(-1) }[event.key];
    if (next) {
        event.preventDefault();
        next.focus();
        next.scrollIntoView({ block: 'nearest' });
        return;
    }
    const context = contextOf.get(target)?.();
    if (!context) return;
    if (event.key === 'Enter') {
        event.preventDefault();
        target.querySelector<HTMLElement>('.actions button')?.focus();
        return;
    }
    const action = slot('messageActions').find((one) => one.key === event.key && (one.when?.(context) ?? true));
    if (!action) return;
    event.preventDefault();
    action.run({ ...context, button: target });
}
