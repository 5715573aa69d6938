// What lies over the page: dialogs, menus beside a button, short words, spoken words.
import type { ComponentChildren } from 'preact';
import { signal } from '@preact/signals';
import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { dismiss, spoken, toasts } from '../state/notice.ts';
import { Icon, IconButton } from './icon.tsx';

export function Dialog({ title, onClose, large, children }: { title: string; onClose: () => void; large?: boolean; children: ComponentChildren }) {
    const box = useRef<HTMLDialogElement>(null);
    const id = useId();
    useEffect(() => {
        const before = document.activeElement as HTMLElement | null;
        box.current?.showModal();
        box.current?.querySelector<HTMLElement>('[data-first]')?.focus();
        return () => before?.focus?.();
    }, []);
    return (
        <dialog
            ref={box}
            class={large ? 'dialog large' : 'dialog'}
            aria-labelledby={id}
            onCancel={(event) => {
                event.preventDefault();
                onClose();
            }}
            onMouseDown={(event) => event.target === box.current && onClose()}
        >
            <div class="dialog_head">
                <h2 id={id}>{title}</h2>
                <IconButton icon="close" label={t('app.close')} onClick={onClose} />
            </div>
            <div class="dialog_body">{children}</div>
        </dialog>
    );
}

export interface Choice {
    label: string;
    icon?: string;
    alarm?: boolean;
    keys?: string;
    chosen?: boolean;
    run: () => void;
}
interface Beside {
    anchor: DOMRect;
    from: HTMLElement;
    label: string;
    choices?: Choice[];
    content?: (close: () => void) => ComponentChildren;
}
const beside = signal<Beside | null>(null);

/** A menu beside a button. */
export function openMenu(from: HTMLElement, label: string, choices: Choice[]) {
    beside.value = { from, anchor: from.getBoundingClientRect(), label, choices };
}
/** Anything beside a button, such as the emoji picker. */
export function openBeside(from: HTMLElement, label: string, content: Beside['content']) {
    beside.value = { from, anchor: from.getBoundingClientRect(), label, content: content! };
}
export const isBesideOpen = () => beside.peek() !== null;

// Where there is room, and always on the screen.
function settle(box: HTMLElement, anchor: DOMRect) {
    const { offsetWidth: width, offsetHeight: height } = box;
    const below = anchor.bottom + 4 + height <= innerHeight;
    const rightToLeft = document.documentElement.dir === 'rtl';
    const wishedX = rightToLeft ? anchor.left : anchor.right - width;
    box.style.left = `${Math.max(8, Math.min(wishedX, innerWidth - width - 8))}px`;
    box.style.top = `${Math.max(8, below ? anchor.bottom + 4 : anchor.top - height - 4)}px`;
}

function MenuItems({ choices, close }: { choices: Choice[]; close: () => void }) {
    const onKeyDown = (event: KeyboardEvent) => {
        const items = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('.menu_item')];
        const at = items.indexOf(document.activeElement as HTMLElement);
        const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
        if (next === undefined) return;
        event.preventDefault();
        items[(next + items.length) % items.length]?.focus();
    };
    return (
        <div role="menu" onKeyDown={onKeyDown}>
            {choices.map((one) => (
                <button
                    key={one.label}
                    type="button"
                    role={one.chosen === undefined ? 'menuitem' : 'menuitemradio'}
                    aria-checked={one.chosen}
                    class={one.alarm ? 'menu_item alarm' : 'menu_item'}
                    onClick={() => {
                        close();
                        one.run();
                    }}
                >
                    {one.chosen === undefined ? one.icon && <Icon name={one.icon} /> : <Icon name={one.chosen ? 'check' : ' '} />}
                    <span>{one.label}</span>
                    {one.keys && <kbd>{one.keys}</kbd>}
                </button>
            ))}
        </div>
    );
}

export function BesideBox() {
    const open = beside.value;
    const box = useRef<HTMLDivElement>(null);
    useLayoutEffect(() => {
        if (!open || !box.current) return;
        const element = box.current;
        settle(element, open.anchor);
        (element.querySelector<HTMLElement>('[data-first]') ?? element.querySelector<HTMLElement>('button, input'))?.focus();
        const grown = new ResizeObserver(() => settle(element, open.anchor));
        grown.observe(element);
        const away = (event: Event) => {
            if (!element.contains(event.target as HTMLElement) && !open.from.contains(event.target as HTMLElement)) beside.value = null;
        };
        const gone = () => (beside.value = null);
        document.addEventListener('pointerdown', away, true);
        addEventListener('resize', gone);
        return () => {
            grown.disconnect();
            document.removeEventListener('pointerdown', away, true);
            removeEventListener('resize', gone);
        };
    }, [open]);
    if (!open) return null;
    const close = () => {
        beside.value = null;
        if (open.from.isConnected) open.from.focus();
    };
    const onKeyDown = (event: KeyboardEvent) => {
        if (event.key === 'Escape' || (event.key === 'Tab' && open.choices)) {
            event.stopPropagation();
            event.preventDefault();
            close();
        }
    };
    const kind = open.choices ? 'menu' : 'emoji_box';
    return (
        <div ref={box} class={kind} role={open.choices ? undefined : 'dialog'} aria-label={open.choices ? undefined : open.label} onKeyDown={onKeyDown}>
            {open.choices ? <MenuItems choices={open.choices} close={close} /> : open.content?.(close)}
        </div>
    );
}

export function Toasts() {
    return (
        <div class="toasts" role="status">
            {toasts.value.map((one) => (
                <div class="toast" key={one.id}>
                    <span>{one.text}</span>
                    {one.action && (
                        <button
                            type="button"
                            onClick={() => {
                                dismiss(one.id);
                                one.action!.run();
                            }}
                        >
                            {one.action.label}
                        </button>
                    )}
                </div>
            ))}
        </div>
    );
}

export function Spoken() {
    return (
        <>
            <div class="unseen" aria-live="polite" data-spoken>
                {spoken.value[0]}
            </div>
            <div class="unseen" aria-live="polite" data-spoken>
                {spoken.value[1]}
            </div>
        </>
    );
}
