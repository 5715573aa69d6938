// The queue of what waits, for reviewers: as an administration page, and of one conversation in a panel beside it.
import { announce, ask, attempt, client, fill, go, Icon, IconButton, nameOfUser, room as roomOf, ServedImage, ServedLink, t, toRoom, toast, useEffect, useSignal, UserFace, wordsOf, fullTime, type Id } from '@parley/web';
import { changes, contentOf, decide, duration, figures, fromNow, listed, mayReview, note, oneAtATime, sizeText, titleOf, waiting, whole, type Figures, type Item, type ItemState, type Whole, type Wish } from './queue.ts';

const page = 50;
// Only for what becomes overdue, which nobody does.
const lookAgain = 60_000;
const mostText = 20_000;
const exactly = (moment: number) => fullTime(new Date(moment).toISOString());

// --- decisions, of one or of many, each by itself

async function decideThese(items: readonly Item[], decision: 'approve' | 'reject') {
    const [only] = items;
    let reason = '';
    if (decision === 'reject') {
        const given = await ask({ title: t('approval.reject'), text: items.length === 1 ? titleOf(only!, nameOfUser(only!.author)) : t('approval.chosen', { n: items.length }), field: t('approval.why'), confirm: t('approval.reject'), alarm: true });
        if (given === null) return false;
        reason = given;
    }
    const answer = await attempt(decide(items.map((one) => one.approval), decision, reason));
    if (!answer) return false;
    const failed = answer.results.filter((one) => one.code);
    if (failed.length > 0) toast(t('approval.failed', { n: failed.length, reason: failed[0]!.sentence ?? '' }));
    const done = answer.results.length - failed.length;
    if (done > 0) announce(t('approval.done', { n: done }));
    return true;
}

// --- what it is

const isPicture = (type: string) => /^image\/(png|jpeg|gif|webp|avif)$/.test(type);
const isText = (type: string) => /^text\/(plain|csv|markdown)$/.test(type);

function TextPreview({ of, name }: { of: Item; name: string }) {
    const text = useSignal<string | null>(null);
    const fault = useSignal('');
    useEffect(() => {
        const end = new AbortController();
        void (async () => {
            try {
                const answer = await fetch(contentOf(of.approval), { signal: end.signal });
                if (!answer.ok) throw new Error(((await answer.json()) as { detail?: string }).detail ?? answer.statusText);
                text.value = await (await answer.blob()).slice(0, mostText).text();
            } catch (why) {
                if (!end.signal.aborted) fault.value = (why as Error).message;
            }
        })();
        return () => end.abort();
    }, [of.approval]);
    if (fault.value) return <p class="fault">{t('approval.no_content', { reason: fault.value })}</p>;
    return (
        <>
            <pre class="approval_text" dir="auto" tabIndex={0} aria-label={t('approval.preview', { name })} aria-busy={text.value === null}>
                {text.value}
            </pre>
            {of.bytes > mostText && <p class="faint small">{t('approval.cut')}</p>}
        </>
    );
}

function Preview({ of, name }: { of: Item; name: string }) {
    const broken = useSignal(false);
    if (of.kind === 'message') return null;
    if (of.state !== 'pending') return null;
    return (
        <div class="approval_preview">
            {isPicture(of.type) && !broken.value ? (
                <ServedImage src={contentOf(of.approval)} alt={t('approval.preview', { name })} onError={() => (broken.value = true)} />
            ) : isText(of.type) ? (
                <TextPreview of={of} name={name} />
            ) : (
                <p class="faint">{t('approval.no_preview')}</p>
            )}
            <ServedLink class="button" href={contentOf(of.approval)} download={of.name}>
                <Icon name="download" /> {t('approval.download', { name })}
            </ServedLink>
        </div>
    );
}

function Details({ of, name, stamp }: { of: Item; name: string; stamp: number }) {
    const all = useSignal<Whole | null>(null);
    const fault = useSignal('');
    const load = () => whole(of.approval).then((found) => (all.value = found), (why: unknown) => (fault.value = wordsOf(why)));
    useEffect(() => void load(), [of.approval, of.state, stamp]);
    const add = async (event: Event) => {
        event.preventDefault();
        const form = event.currentTarget as HTMLFormElement;
        const text = String(new FormData(form).get('text') ?? '').trim();
        if (!text || (await attempt(note(of.approval, text))) === undefined) return;
        form.reset();
        await load();
    };
    if (fault.value) return <p class="fault">{fault.value}</p>;
    const data = all.value?.data;
    return (
        <div class="approval_details">
            <Preview of={of} name={name} />
            {data && Object.keys(data).length > 0 && (
                <pre class="approval_text" dir="auto" tabIndex={0} aria-label={t('approval.preview', { name })}>
                    {JSON.stringify(data, null, 2).slice(0, mostText)}
                </pre>
            )}
            <p>
                <strong>{t('approval.history')}</strong>
            </p>
            <ol class="approval_history" aria-label={t('approval.history')}>
                {(all.value?.history ?? []).map((one, at) => (
                    <li key={at}>
                        <time dateTime={new Date(one.at).toISOString()} title={exactly(one.at)}>
                            {fromNow(one.at)}
                        </time>
                        <span>
                            {one.user && <bdi>{nameOfUser(one.user)}</bdi>} {t(`approval.did.${one.what}`)}
                            {one.text && <bdi class="approval_said">{one.what === 'queued' ? t(`approval.why.${one.text}`) : one.text}</bdi>}
                        </span>
                    </li>
                ))}
            </ol>
            {of.state !== 'gone' && (
                <form class="approval_note" onSubmit={(event) => void add(event)}>
                    <label class="field">
                        <span>{t('approval.note')}</span>
                        <input name="text" maxLength={2000} autocomplete="off" />
                    </label>
                    <button class="button">{t('approval.add_note')}</button>
                </form>
            )}
        </div>
    );
}

function Due({ of }: { of: Item }) {
    if (of.state !== 'pending') return of.decided_at ? <span title={exactly(of.decided_at)}>{fromNow(of.decided_at)}</span> : null;
    if (of.is_overdue) return <strong class="approval_late">{`${t('approval.overdue')}, ${t('approval.due', { time: fromNow(of.due_at!) })}`}</strong>;
    return <span title={of.due_at ? exactly(of.due_at) : undefined}>{of.due_at ? t('approval.due', { time: fromNow(of.due_at) }) : t('approval.no_due')}</span>;
}

interface RowProps {
    of: Item;
    chosen: boolean;
    open: boolean;
    stamp: number;
    onChoose: (on: boolean) => void;
    onOpen: () => void;
    onDecide: (decision: 'approve' | 'reject') => void;
}
function Row({ of, chosen, open, stamp, onChoose, onOpen, onDecide }: RowProps) {
    const author = nameOfUser(of.author);
    const name = titleOf(of, author);
    const room = roomOf(of.conversation).value;
    const waits = of.state === 'pending';
    return (
        <li class={`approval_item ${of.is_overdue ? 'late' : ''}`} data-subject={of.subject}>
            <div class="approval_row">
                {waits && <input type="checkbox" checked={chosen} aria-label={t('approval.choose', { name })} onChange={(event) => onChoose(event.currentTarget.checked)} />}
                <UserFace id={of.author} />
                <div class="approval_words">
                    <strong class="approval_name">
                        <Icon name={of.kind === 'file' ? (isPicture(of.type) ? 'image' : 'file') : 'thread'} /> <bdi>{name}</bdi>
                    </strong>
                    {of.kind === 'message' && of.text && (
                        <blockquote class="approval_quote">
                            <bdi>{of.text}</bdi>
                        </blockquote>
                    )}
                    <span class="faint small approval_meta">
                        {of.kind === 'file' && <span>{t('approval.from', { name: author })}</span>}
                        <span>
                            {room?.membership ? (
                                <a href={toRoom(of.conversation)} onClick={(event) => (event.preventDefault(), go(toRoom(of.conversation)))}>
                                    {t('approval.in', { name: room.conversation.name || '…' })}
                                </a>
                            ) : (
                                t('approval.another_room')
                            )}
                        </span>
                        {of.kind === 'file' && <span>{`${sizeText(of.bytes)}, ${of.type}`}</span>}
                        <span title={exactly(of.created_at)}>{t('approval.came', { time: fromNow(of.created_at) })}</span>
                        <Due of={of} />
                    </span>
                    <span class="small">{waits ? t(`approval.why.${of.why}`) : of.reason && <bdi>{of.reason}</bdi>}</span>
                </div>
                <div class="approval_buttons">
                    {waits && (
                        <>
                            <button type="button" class="button first" aria-label={t('approval.approve_one', { name })} onClick={() => onDecide('approve')}>
                                <Icon name="check" /> {t('approval.approve')}
                            </button>
                            <button type="button" class="button" aria-label={t('approval.reject_one', { name })} onClick={() => onDecide('reject')}>
                                <Icon name="close" /> {t('approval.reject')}
                            </button>
                        </>
                    )}
                    <IconButton icon="down" label={t('approval.details', { name })} aria-expanded={open} onClick={onOpen} />
                </div>
            </div>
            {open && <Details of={of} name={name} stamp={stamp} />}
        </li>
    );
}

// --- all of them

function Measured() {
    const found = useSignal<Figures | null>(null);
    useEffect(() => void figures().then((all) => (found.value = all), () => {}), [changes.value]);
    const one = found.value;
    if (!one) return null;
    const times = one.median_ms !== null && one.p90_ms !== null ? t('approval.figures_time', { median: duration(one.median_ms), p90: duration(one.p90_ms) }) : t('approval.figures_none');
    return <p class="faint small">{t('approval.figures', { days: one.days, approved: one.approved, rejected: one.rejected }) + times}</p>;
}

function Queue({ conversation }: { conversation?: Id }) {
    const all = useSignal<readonly Item[] | null>(null);
    const more = useSignal(false);
    const fault = useSignal('');
    const chosen = useSignal<ReadonlySet<Id>>(new Set());
    const open = useSignal<Id | null>(null);
    const stamp = useSignal(0);
    const state = useSignal<ItemState>('pending');
    const kind = useSignal<Wish['kind']>('');
    const overdue = useSignal(false);
    const asked = useSignal(0);
    const wish = (): Wish => ({ state: state.peek(), kind: kind.peek(), overdue: overdue.peek() && state.peek() === 'pending', conversation });

    // The same pages as are shown now, so that nothing goes away under somebody's eyes.
    const load = async () => {
        const turn = ++asked.value;
        try {
            const found = await listed(wish(), undefined, Math.min(200, Math.max(page, all.peek()?.length ?? 0)));
            if (turn !== asked.peek()) return;
            all.value = found.approvals;
            more.value = found.more;
            fault.value = '';
            const there = new Set(found.approvals.map((one) => one.approval));
            chosen.value = new Set([...chosen.peek()].filter((one) => there.has(one)));
            stamp.value++;
        } catch (why) {
            if (turn === asked.peek()) fault.value = wordsOf(why);
        }
    };
    const loadMore = async () => {
        const found = await attempt(listed(wish(), all.peek()?.at(-1)?.approval, page));
        if (!found) return;
        all.value = [...(all.peek() ?? []), ...found.approvals];
        more.value = found.more;
    };
    useEffect(() => {
        all.value = null;
        chosen.value = new Set();
        void load();
    }, [conversation, state.value, kind.value, overdue.value]);
    const loadAgain = useSignal(oneAtATime(load)).peek();
    const atFirst = useSignal(changes.peek()).peek();
    useEffect(() => {
        if (changes.value !== atFirst) void loadAgain();
    }, [changes.value]);
    useEffect(() => {
        const timer = setInterval(() => document.visibilityState === 'visible' && void loadAgain(), lookAgain);
        return () => clearInterval(timer);
    }, []);

    const items = all.value ?? [];
    const picked = items.filter((one) => chosen.value.has(one.approval));
    const settle = async (these: readonly Item[], decision: 'approve' | 'reject') => {
        if (!(await decideThese(these, decision))) return;
        await load();
    };
    const choose = (id: Id, on: boolean) => {
        const next = new Set(chosen.value);
        if (on) next.add(id);
        else next.delete(id);
        chosen.value = next;
    };
    return (
        <div class={conversation ? 'approval narrow' : 'approval'}>
            {!conversation && <Measured />}
            <div class="approval_wish">
                <label class="field">
                    <span>{t('approval.state')}</span>
                    <select value={state.value} onChange={(event) => (state.value = event.currentTarget.value as ItemState)}>
                        {(['pending', 'approved', 'rejected', 'gone'] as const).map((one) => (
                            <option key={one} value={one}>
                                {t(`approval.state.${one}`)}
                            </option>
                        ))}
                    </select>
                </label>
                <label class="field">
                    <span>{t('approval.kind')}</span>
                    <select value={kind.value} onChange={(event) => (kind.value = event.currentTarget.value as Wish['kind'])}>
                        {(['', 'file', 'message'] as const).map((one) => (
                            <option key={one} value={one}>
                                {t(`approval.kind.${one || 'all'}`)}
                            </option>
                        ))}
                    </select>
                </label>
                {state.value === 'pending' && (
                    <label class="check">
                        <input type="checkbox" checked={overdue.value} onChange={(event) => (overdue.value = event.currentTarget.checked)} />
                        <span>{t('approval.overdue_only')}</span>
                    </label>
                )}
            </div>
            {state.value === 'pending' && items.length > 1 && (
                <div class="approval_bulk" role="group" aria-label={t('approval.chosen', { n: picked.length })}>
                    <label class="check">
                        <input type="checkbox" checked={picked.length === items.length} onChange={(event) => (chosen.value = new Set(event.currentTarget.checked ? items.slice(0, 100).map((one) => one.approval) : []))} />
                        <span>{t('approval.choose_all')}</span>
                    </label>
                    <span class="faint small" role="status">
                        {picked.length > 0 && t('approval.chosen', { n: picked.length })}
                    </span>
                    <button type="button" class="button" disabled={picked.length === 0} onClick={() => void settle(picked.slice(0, 100), 'approve')}>
                        {t('approval.approve')}
                    </button>
                    <button type="button" class="button" disabled={picked.length === 0} onClick={() => void settle(picked.slice(0, 100), 'reject')}>
                        {t('approval.reject')}
                    </button>
                </div>
            )}
            {fault.value && (
                <p class="fault" role="alert">
                    {fault.value}
                </p>
            )}
            {all.value?.length === 0 && <p class="approval_none faint">{t(state.value === 'pending' && !kind.value && !overdue.value ? 'approval.none' : 'approval.none_such')}</p>}
            <ul class="approval_list" aria-label={t('approval.title')} aria-busy={all.value === null}>
                {items.map((one) => (
                    <Row
                        key={one.approval}
                        of={one}
                        stamp={stamp.value}
                        chosen={chosen.value.has(one.approval)}
                        open={open.value === one.approval}
                        onChoose={(on) => choose(one.approval, on)}
                        onOpen={() => (open.value = open.value === one.approval ? null : one.approval)}
                        onDecide={(decision) => void settle([one], decision)}
                    />
                ))}
            </ul>
            {more.value && (
                <button type="button" class="button" onClick={() => void loadMore()}>
                    {t('approval.more')}
                </button>
            )}
        </div>
    );
}

fill('adminPages', { id: 'approval', label: () => t('approval.title'), icon: 'check', order: 20, when: mayReview, badge: () => waiting.value, component: () => <Queue /> });
fill('sidePanels', { id: 'approval', label: () => t('approval.here'), icon: 'check', order: 60, when: mayReview, component: ({ room }) => <Queue key={room.conversation.id} conversation={room.conversation.id} /> });

// --- whoever wrote it hears what came of it, wherever they are on the page

interface Decided {
    data: { kind: 'file' | 'message'; state: string; reason: string };
}
client.on('approval.decided', ({ data }: Decided) => {
    if (data.state === 'rejected') toast(t('approval.told', { name: t(`approval.your_${data.kind}`), reason: data.reason }), undefined, 10_000);
});
