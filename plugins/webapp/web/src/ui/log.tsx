// The messages of a conversation: a window of the history in the page, which slides as somebody scrolls. Whatever is
// put in above or below, what somebody reads stays where it is.
import { useSignal } from '@preact/signals';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { ConversationState, Id, Message } from '@parley/client';
import { t } from '../i18n/index.ts';
import { dayTitle } from '../i18n/times.ts';
import { client, room, self, titleOf } from '../state/chat.ts';
import { attempt } from '../state/notice.ts';
import { place } from '../state/place.ts';
import { rowsOf, type Row } from '../state/rows.ts';
import { Icon } from './icon.tsx';
import { LocalView, MessageView } from './message.tsx';
import { onMessageKey } from './message_keys.ts';

// Rows in the page at most, how many come or go at a time, and at which distance from an end, in pixels.
const most = 200;
const step = 80;
const near = 1800;
const bottomSlack = 32;
// Of the history, messages in memory at most, and how many stay when there are more; the others are asked for again.
const mostKept = 1000;
const kept = 500;

/** By sequence; `hi` is Infinity while it follows the end. */
interface Slice {
    lo: number;
    hi: number;
}
interface Anchor {
    key: string;
    offset: number;
    seq: number | undefined;
}

const firstAtLeast = (all: readonly Message[], seq: number) => {
    let [low, high] = [0, all.length];
    while (low < high) {
        const middle = (low + high) >> 1;
        if (all[middle]!.seq! < seq) low = middle + 1;
        else high = middle;
    }
    return low;
};

function cut(all: readonly Message[], slice: Slice): [number, number] {
    const from = firstAtLeast(all, slice.lo);
    const to = slice.hi === Infinity ? all.length : firstAtLeast(all, slice.hi + 1);
    return [from, to];
}

const sliceOf = (all: readonly Message[], from: number, to: number): Slice => ({ lo: from === 0 ? 0 : all[from]!.seq!, hi: to === all.length ? Infinity : all[to - 1]!.seq! });
/** As much as the page holds, with this one in the middle. */
function around(all: readonly Message[], seq: number): [number, number] {
    const from = Math.max(0, Math.min(firstAtLeast(all, seq) - most / 2, all.length - most));
    return [from, Math.min(all.length, from + most)];
}

// The first child that reaches below this height, by halving.
function childAt(list: HTMLElement, top: number): HTMLElement | undefined {
    const { children } = list;
    let [low, high] = [0, children.length];
    while (low < high) {
        const middle = (low + high) >> 1;
        const one = children[middle] as HTMLElement;
        if (one.offsetTop + one.offsetHeight <= top) low = middle + 1;
        else high = middle;
    }
    return children[low] as HTMLElement | undefined;
}

const seqOf = (element: Element | undefined) => Number((element as HTMLElement | undefined)?.dataset.seq ?? 0);

function lastVisibleSeq(list: HTMLElement, bottom: number) {
    let one: Element | null | undefined = childAt(list, bottom) ?? list.lastElementChild;
    while (one && ((one as HTMLElement).offsetTop + (one as HTMLElement).offsetHeight > bottom + 4 || !seqOf(one))) one = one.previousElementSibling;
    return seqOf(one ?? undefined);
}

const isLooking = () => document.visibilityState === 'visible' && document.hasFocus();

export function Log({ id }: { id: Id }) {
    // A log of its own for each conversation, so that nothing of one is left over in another.
    const one = room(id).value;
    return one ? <OneLog key={id} id={id} one={one} /> : null;
}

function OneLog({ id, one }: { id: Id; one: ConversationState }) {
    const box = useRef<HTMLDivElement>(null);
    const list = useRef<HTMLOListElement>(null);
    const slice = useRef<Slice>({ lo: 0, hi: Infinity });
    const anchor = useRef<Anchor | null>(null);
    const sticks = useRef(true);
    const target = useRef<{ seq: number; how: 'center' | 'divider' | 'end' } | null>(null);
    const moved = useSignal(0);
    const below = useSignal(false);
    const flash = useSignal<number | null>(null);
    const divider = useSignal<number | null>(null);
    const { messages, moreBefore, moreAfter, loaded, loading } = one;

    // --- where somebody looks at
    const remember = () => {
        const [outer, inner] = [box.current, list.current];
        if (!outer || !inner) return;
        sticks.current = outer.scrollHeight - outer.scrollTop - outer.clientHeight < bottomSlack;
        const first = childAt(inner, outer.scrollTop);
        // A message where there is one: the line of a day moves up when messages of that day are put in above.
        let numbered: Element | null | undefined = first;
        while (numbered && !seqOf(numbered)) numbered = numbered.nextElementSibling;
        const held = (numbered as HTMLElement | null | undefined) ?? first;
        anchor.current = held ? { key: held.dataset.key!, offset: held.offsetTop - outer.scrollTop, seq: seqOf(held) || undefined } : null;
    };
    // What is in the page is as it was before this drawing: now is the moment to remember.
    if (list.current && !target.current) remember();

    // --- which part of the history is in the page
    let [from, to] = cut(messages, slice.current);
    if (messages.length > 0 && to <= from) {
        slice.current = { lo: 0, hi: Infinity };
        [from, to] = [0, messages.length];
    }
    if (to - from > most + step) {
        const aim = target.current?.seq ?? anchor.current?.seq;
        if (aim === undefined || target.current?.how === 'end' || (sticks.current && slice.current.hi === Infinity && !target.current)) from = to - most;
        else [from, to] = around(messages, aim);
        slice.current = sliceOf(messages, from, to);
    }
    const atStart = from === 0 && !moreBefore;
    const atEnd = to === messages.length && !moreAfter;
    const shown = useMemo(() => messages.slice(from, to), [messages, from, to]);
    const withheld = useMemo(() => {
        const [first, last] = [shown[0]?.created_at ?? '', shown.at(-1)?.created_at ?? ''];
        return one.withheld.filter((each) => !each.thread_root && (atStart || each.created_at >= first) && (atEnd || each.created_at <= last));
    }, [one.withheld, shown, atStart, atEnd]);
    const local = useMemo(() => (atEnd ? one.local.filter((each) => !each.thread_root) : []), [one.local, atEnd]);
    const me = self.value?.id ?? '';
    const rows = useMemo(() => rowsOf({ messages: shown, withheld, local, divider: divider.value, me }), [shown, withheld, local, divider.value, me]);
    void moved.value;

    const settle = () => {
        const [outer, inner] = [box.current, list.current];
        if (!outer || !inner) return;
        const aim = target.current;
        if (aim?.how === 'end') {
            if (moreAfter || slice.current.hi !== Infinity) return;
            target.current = null;
            sticks.current = true;
            outer.scrollTop = outer.scrollHeight;
            return;
        }
        if (aim) {
            const found = aim.how === 'divider' ? inner.querySelector<HTMLElement>('[data-key="new"]') : inner.querySelector<HTMLElement>(`[data-seq="${aim.seq}"]`);
            if (!found) return;
            target.current = null;
            outer.scrollTop = found.offsetTop - outer.clientHeight / 3;
            remember();
            return;
        }
        if (sticks.current && slice.current.hi === Infinity && !moreAfter) {
            outer.scrollTop = outer.scrollHeight;
            return;
        }
        const held = anchor.current && inner.querySelector<HTMLElement>(`[data-key="${CSS.escape(anchor.current.key)}"]`);
        if (!held) return;
        const wrong = held.offsetTop - outer.scrollTop - anchor.current!.offset;
        if (Math.abs(wrong) >= 1) outer.scrollTop += wrong;
    };
    useLayoutEffect(settle);

    const read = () => {
        const [outer, inner] = [box.current, list.current];
        const known = room(id).peek();
        if (!outer || !inner || !known?.membership || !isLooking() || target.current) return;
        const end = outer.scrollHeight - outer.scrollTop - outer.clientHeight < bottomSlack;
        const seq = end && slice.current.hi === Infinity && !known.moreAfter ? known.conversation.last_seq : lastVisibleSeq(inner, outer.scrollTop + outer.clientHeight);
        if (seq > known.membership.last_read) client.markRead(id, seq);
    };

    // --- sliding
    const fetching = useRef({ before: false, after: false });
    const ask = (which: 'before' | 'after') => {
        if (fetching.current[which]) return;
        fetching.current[which] = true;
        void attempt(client.load(id, which)).then(() => (fetching.current[which] = false));
    };
    const slide = () => {
        const outer = box.current;
        const known = room(id).peek();
        if (!outer || !known || known.messages.length === 0 || target.current) return;
        const all = known.messages;
        const [first, last] = cut(all, slice.current);
        const left = outer.scrollHeight - outer.scrollTop - outer.clientHeight;
        const seq = anchor.current?.seq;
        if (seq !== undefined && ((outer.scrollTop < near && first > 0) || (left < near && last < all.length))) {
            const [start, end] = around(all, seq);
            if (start !== first || end !== last) {
                slice.current = sliceOf(all, start, end);
                moved.value++;
            }
        }
        if (seq !== undefined && all.length > mostKept) client.trim(id, seq, kept);
        if (outer.scrollTop < near && first <= step && known.moreBefore) ask('before');
        if (left < near && last >= all.length - step && known.moreAfter) ask('after');
    };
    const onScroll = useCallback(() => {
        remember();
        slide();
        read();
        const known = room(id).peek();
        below.value = !sticks.current || slice.current.hi !== Infinity || (known?.moreAfter ?? false);
    }, [id]);
    useEffect(() => {
        slide();
        read();
    });

    // --- coming in, and being sent to a message
    const toEnd = () => {
        const known = room(id).peek();
        slice.current = { lo: 0, hi: Infinity };
        target.current = { seq: known?.conversation.last_seq ?? 0, how: 'end' };
        below.value = false;
        if (known?.moreAfter) void attempt(client.load(id, 'newest'));
        moved.value++;
    };
    // Whoever moves by hand is not led elsewhere any more.
    const byHand = () => (target.current = null);
    const toMessage = async (seq: number) => {
        const known = room(id).peek();
        const all = known?.messages ?? [];
        const there = all.length > 0 && seq >= all[0]!.seq! && seq <= all.at(-1)!.seq!;
        if (!there) await attempt(client.load(id, { around: seq }));
        const now = room(id).peek()?.messages ?? [];
        slice.current = sliceOf(now, ...around(now, seq));
        sticks.current = false;
        target.current = { seq, how: 'center' };
        flash.value = seq;
        setTimeout(() => flash.value === seq && (flash.value = null), 2500);
        moved.value++;
    };
    useEffect(() => {
        const { membership, conversation } = one;
        const unread = membership && membership.unread > 0 ? membership.last_read : null;
        divider.value = unread;
        const at = place.peek().at;
        if (at !== null) return void toMessage(at);
        const far = unread !== null && unread > 0 && conversation.last_seq - unread > 40;
        if (far) {
            sticks.current = false;
            target.current = { seq: unread, how: 'divider' };
            const covers = loaded && messages.length > 0 && messages[0]!.seq! <= unread && messages.at(-1)!.seq! >= unread;
            if (!covers) void attempt(client.load(id, { around: Math.max(1, unread) }));
            else moved.value++;
            // Where everything new is one's own there is no line to go to.
            setTimeout(() => target.current?.how === 'divider' && ((target.current = null), toEnd()), 3000);
        } else if (!loaded) {
            void attempt(client.load(id, 'newest'));
        } else if (moreAfter) {
            toEnd();
        }
    }, []);
    useEffect(() => place.subscribe(({ room: now, at }) => now === id && at !== null && void toMessage(at)), []);

    // The line before what is new is drawn anew when somebody comes back to the page.
    useEffect(() => {
        const left = () => {
            const known = room(id).peek()?.membership;
            if (known && known.unread === 0) divider.value = known.last_read;
        };
        const back = () => read();
        addEventListener('blur', left);
        addEventListener('focus', back);
        document.addEventListener('visibilitychange', back);
        const grown = new ResizeObserver(() => {
            settle();
            slide();
        });
        grown.observe(box.current!);
        grown.observe(list.current!);
        return () => {
            removeEventListener('blur', left);
            removeEventListener('focus', back);
            document.removeEventListener('visibilitychange', back);
            grown.disconnect();
        };
    }, []);
    // What oneself writes is seen, also by who has read far back.
    const written = useRef(new Set(one.local.map((each) => each.key)));
    useLayoutEffect(() => {
        const isNew = one.local.some((each) => !each.thread_root && !written.current.has(each.key));
        written.current = new Set(one.local.map((each) => each.key));
        if (isNew && !(sticks.current && atEnd)) toEnd();
    }, [one.local]);

    const unread = one.membership?.unread ?? 0;
    return (
        <div class="log_box">
            <div class="log" ref={box} onScroll={onScroll} onWheel={byHand} onTouchMove={byHand}>
                <div class="fill" />
                {atStart && loaded && <Start one={one} />}
                {(loading || !loaded) && !atStart && (
                    <p class="log_busy" role="status">
                        {t('room.loading')}
                    </p>
                )}
                <ol class="log_list" ref={list} aria-label={t('room.log', { name: titleOf(one) })} onKeyDown={onMessageKey}>
                    {rows.map((row) => (
                        <RowView key={row.key} row={row} one={one} flash={flash.value} />
                    ))}
                </ol>
            </div>
            {(below.value || !atEnd) && loaded && (
                <button type="button" class="to_latest" onClick={toEnd}>
                    <Icon name="down" />
                    {unread > 0 ? t('room.new_below', { n: unread }) : t('room.latest')}
                </button>
            )}
        </div>
    );
}

function RowView({ row, one, flash }: { row: Row; one: ConversationState; flash: number | null }) {
    switch (row.kind) {
        case 'day':
            return (
                <li class="day" data-key={row.key}>
                    {dayTitle(row.day)}
                </li>
            );
        case 'new':
            return (
                <li class="new_line" data-key={row.key}>
                    {t('room.new')}
                </li>
            );
        case 'local':
            return <LocalView local={row.local} leads={row.leads} room={one.conversation.id} />;
        default:
            return <MessageView message={row.message} leads={row.leads} room={one.conversation.id} flash={flash !== null && flash === row.message.seq} />;
    }
}

function Start({ one }: { one: ConversationState }) {
    const name = titleOf(one);
    return (
        <div class="log_start">
            <p class="log_start_name">{name}</p>
            <p class="faint">{one.conversation.description || t('room.start', { name })}</p>
            {one.conversation.last_seq === 0 && <p class="faint small">{t('room.empty')}</p>}
        </div>
    );
}
