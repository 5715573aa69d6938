// What pages of the administration are made of: loading, lists that grow, tables that are cards on a phone, badges.
import { useSignal, type Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { wordsOf } from '../state/notice.ts';

export interface Loaded<T> {
    value: Signal<T | null>;
    fault: Signal<string>;
    again: () => Promise<void>;
}
/** What the server answers, asked for again when `on` changes; of answers that overtake each other the last counts. */
export function useLoaded<T>(ask: () => Promise<T>, on: readonly unknown[], every = 0): Loaded<T> {
    const value = useSignal<T | null>(null);
    const fault = useSignal('');
    const turn = useRef(0);
    const again = async () => {
        const mine = ++turn.current;
        try {
            const found = await ask();
            if (mine !== turn.current) return;
            value.value = found;
            fault.value = '';
        } catch (why) {
            if (mine === turn.current) fault.value = wordsOf(why);
        }
    };
    useEffect(() => {
        void again();
        const timer = every > 0 ? setInterval(() => document.visibilityState === 'visible' && void again(), every) : undefined;
        return () => {
            ++turn.current;
            clearInterval(timer);
        };
    }, on);
    return { value, fault, again };
}

export interface Listed<T> {
    items: Signal<readonly T[] | null>;
    more: Signal<boolean>;
    fault: Signal<string>;
    again: () => Promise<void>;
    loadMore: () => Promise<void>;
}
/** Page after page: `ask` gives a page and the cursor of the next one. */
export function useList<T, Cursor>(ask: (after: Cursor | undefined) => Promise<{ items: readonly T[]; next: Cursor | null }>, on: readonly unknown[]): Listed<T> {
    const items = useSignal<readonly T[] | null>(null);
    const next = useRef<Cursor | null>(null);
    const more = useSignal(false);
    const fault = useSignal('');
    const turn = useRef(0);
    const take = async (after: Cursor | undefined, before: readonly T[]) => {
        const mine = ++turn.current;
        try {
            const page = await ask(after);
            if (mine !== turn.current) return;
            items.value = [...before, ...page.items];
            next.current = page.next;
            more.value = page.next !== null;
            fault.value = '';
        } catch (why) {
            if (mine === turn.current) fault.value = wordsOf(why);
        }
    };
    useEffect(() => {
        void take(undefined, []);
        return () => void ++turn.current;
    }, on);
    return { items, more, fault, again: () => take(undefined, []), loadMore: () => take(next.current ?? undefined, items.peek() ?? []) };
}

/** A value that follows another one when that has rested for a moment: for what is typed. */
export function useRested(value: string, milliseconds = 250) {
    const rested = useSignal(value);
    useEffect(() => {
        const timer = setTimeout(() => (rested.value = value), milliseconds);
        return () => clearTimeout(timer);
    }, [value]);
    return rested.value;
}

export const Fault = ({ text }: { text: string }) => (
    <p class="fault" role="alert">
        {text}
    </p>
);

export function Search({ label, value }: { label: string; value: Signal<string> }) {
    return (
        <label class="field admin_search">
            <span>{label}</span>
            <input type="search" value={value.value} maxLength={100} autocomplete="off" spellcheck={false} onInput={(event) => (value.value = event.currentTarget.value)} />
        </label>
    );
}

export const Chip = ({ tone = '', children }: { tone?: '' | 'good' | 'warn' | 'alarm'; children: ComponentChildren }) => <span class={`admin_chip ${tone}`}>{children}</span>;

export interface Column<T> {
    id: string;
    label: string;
    /** Names the row for screen readers. */
    head?: boolean;
    show: (one: T) => ComponentChildren;
}
/** A table; on a phone each row is a card that says beside each value what it is. */
export function Table<T>({ label, columns, rows, keyOf, busy }: { label: string; columns: readonly Column<T>[]; rows: readonly T[]; keyOf: (one: T) => string; busy?: boolean }) {
    return (
        <table class="admin_table" aria-label={label} aria-busy={busy}>
            <thead>
                <tr>
                    {columns.map((one) => (
                        <th key={one.id} scope="col" class={`at_${one.id}`}>
                            {one.label}
                        </th>
                    ))}
                </tr>
            </thead>
            <tbody>
                {rows.map((row) => (
                    <tr key={keyOf(row)}>
                        {columns.map((one) =>
                            one.head ? (
                                <th key={one.id} scope="row" class={`at_${one.id}`}>
                                    {one.show(row)}
                                </th>
                            ) : (
                                <td key={one.id} class={`at_${one.id}`} data-label={one.label}>
                                    {one.show(row)}
                                </td>
                            ),
                        )}
                    </tr>
                ))}
            </tbody>
        </table>
    );
}

export function ListFoot<T>({ of }: { of: Listed<T> }) {
    return (
        <>
            {of.fault.value && <Fault text={of.fault.value} />}
            {of.items.value?.length === 0 && <p class="admin_nothing faint">{t('admin.nothing')}</p>}
            {of.more.value && (
                <button type="button" class="button" onClick={() => void of.loadMore()}>
                    {t('app.more')}
                </button>
            )}
        </>
    );
}
