// Share links in the web client: a button of files, the dialog behind it, and the links of a conversation.
import './words.ts';
import { attempt, client, Dialog, fill, Icon, language, may, signal, t, toast, useEffect, useSignal, type ConversationState, type Id, type Signal } from '@parley/web';

interface ShareLink {
    link: Id;
    file: Id | null;
    name: string;
    type: string;
    state: string;
    has_password: boolean;
    max_uses: number | null;
    uses: number;
    note: string;
    created_at: number;
    expires_at: number;
}
interface Terms {
    types: readonly string[];
    max_minutes: number;
    usual_minutes: number;
    needs_password: boolean;
    conversation_links: boolean;
}
interface Visit {
    visit: Id;
    what: string;
    address: string;
    last_at: number;
    times: number;
}
/** Of one file, or of all of a conversation. */
interface Subject {
    conversation: Id;
    file?: Id;
    name: string;
}

const momentText = (at: number) => new Intl.DateTimeFormat(language.value, { dateStyle: 'medium', timeStyle: 'short' }).format(at);
const mayShare = () => may('share_links.create');
const ask = <T,>(command: string, input: Record<string, unknown>) => attempt(client.call(command, input) as Promise<T>);

// --- making one

const lifetimes = [['hour', 60], ['day', 1440], ['week', 10_080], ['month', 43_200]] as const;

function Lifetime({ terms }: { terms: Terms }) {
    const fitting = lifetimes.filter(([, minutes]) => minutes <= terms.max_minutes);
    return (
        <label class="field">
            <span>{t('share.lifetime')}</span>
            <select name="minutes">
                {fitting.map(([name, minutes]) => (
                    <option key={name} value={minutes} selected={minutes === terms.usual_minutes}>
                        {t(`share.${name}`)}
                    </option>
                ))}
                {fitting.every(([, minutes]) => minutes !== terms.max_minutes) && (
                    <option value={terms.max_minutes} selected={terms.max_minutes === terms.usual_minutes}>
                        {t('share.longest')}
                    </option>
                )}
            </select>
        </label>
    );
}

function inputOf(of: Subject, form: HTMLFormElement) {
    const given = new FormData(form);
    const text = (name: string) => String(given.get(name) ?? '').trim();
    const password = String(given.get('password') ?? '');
    return {
        conversation: of.conversation,
        ...(of.file ? { file: of.file } : {}),
        type: text('type'),
        minutes: Number(text('minutes')),
        ...(password ? { password } : {}),
        ...(text('max_uses') ? { max_uses: Number(text('max_uses')) } : {}),
        ...(text('note') ? { note: text('note') } : {}),
    };
}

function Making({ of, terms, onMade }: { of: Subject; terms: Terms; onMade: (address: string) => void }) {
    const busy = useSignal(false);
    const submit = async (event: Event) => {
        event.preventDefault();
        const form = event.currentTarget as HTMLFormElement;
        if (busy.value) return;
        busy.value = true;
        const made = await ask<{ path: string }>('share_link.create', inputOf(of, form));
        busy.value = false;
        if (!made) return;
        form.querySelector<HTMLInputElement>('[name="password"]')!.value = '';
        onMade(new URL(made.path, client.url || location.href).href);
    };
    const optional = (label: string) => t('share.optional', { label });
    return (
        <form class="share_form" onSubmit={(event) => void submit(event)}>
            {!of.file && <p class="share_wide">{t('share.all_note')}</p>}
            <label class="field">
                <span>{t('share.type')}</span>
                <select name="type" data-first>
                    {terms.types.map((one) => (
                        <option key={one} value={one}>
                            {t(`share.${one}`)}
                        </option>
                    ))}
                </select>
            </label>
            <Lifetime terms={terms} />
            <label class="field">
                <span>{terms.needs_password ? t('share.password') : optional(t('share.password'))}</span>
                <input name="password" type="password" minLength={8} autocomplete="new-password" required={terms.needs_password} aria-describedby="share_password_note" />
            </label>
            <label class="field">
                <span>{optional(t('share.uses'))}</span>
                <input name="max_uses" type="number" min={1} max={1_000_000} inputMode="numeric" />
            </label>
            <p class="faint small share_wide" id="share_password_note">
                {t('share.password_note')}
            </p>
            <label class="field share_wide">
                <span>{optional(t('share.note'))}</span>
                <input name="note" maxLength={100} />
            </label>
            <div class="dialog_foot share_wide">
                <button class="button first" disabled={busy.value}>
                    <Icon name="link" /> {t('share.make')}
                </button>
            </div>
        </form>
    );
}

function Made({ address }: { address: string }) {
    const copy = async () => {
        await navigator.clipboard.writeText(address);
        toast(t('share.copied'), undefined, 2000);
    };
    return (
        <div class="share_made" role="status">
            <label class="field">
                <span>{t('share.made')}</span>
                <input readOnly value={address} dir="ltr" onFocus={(event) => event.currentTarget.select()} />
            </label>
            <button type="button" class="button" onClick={() => void copy()}>
                <Icon name="copy" /> {t('share.copy')}
            </button>
        </div>
    );
}

// --- those that there are

function Log({ of }: { of: ShareLink }) {
    const visits = useSignal<readonly Visit[] | null>(null);
    useEffect(() => void ask<{ visits: readonly Visit[] }>('share_link.log', { link: of.link, limit: 50 }).then((found) => (visits.value = found?.visits ?? [])), [of.link]);
    if (visits.value?.length === 0) return <p class="faint small">{t('share.log_empty')}</p>;
    return (
        <ul class="share_log small">
            {(visits.value ?? []).map((one) => (
                <li key={one.visit}>
                    <span>{momentText(one.last_at)}</span>
                    <bdi>{one.address || '…'}</bdi>
                    <span>
                        {t(`share.what_${one.what}`)}
                        {one.times > 1 && ` × ${one.times}`}
                    </span>
                </li>
            ))}
        </ul>
    );
}

function Line({ of, named, onChange }: { of: ShareLink; named: boolean; onChange: (now: ShareLink) => void }) {
    const open = useSignal(false);
    const when = momentText(of.created_at);
    const about = [
        t(`share.state_${of.state}`),
        of.state === 'good' && t('share.good_until', { when: momentText(of.expires_at) }),
        of.max_uses === null ? t('share.opened', { n: of.uses }) : t('share.opened_of', { n: of.uses, most: of.max_uses }),
        of.has_password && t('share.with_password'),
        of.note,
    ].filter(Boolean);
    const revoke = async () => {
        const now = await ask<ShareLink>('share_link.revoke', { link: of.link });
        if (now) onChange(now);
    };
    return (
        <li class={of.state === 'good' ? 'share_link' : 'share_link over'}>
            <div>
                <strong>{named ? <bdi>{of.name || t('share.all_files')}</bdi> : when}</strong>
                <p class="faint small">
                    {t(`share.${of.type}`)} · {about.join(' · ')}
                </p>
            </div>
            <div class="share_buttons">
                <button type="button" class="button" aria-expanded={open.value} aria-label={t('share.log_long', { when })} onClick={() => (open.value = !open.value)}>
                    {t('share.log')}
                </button>
                {(of.state === 'good' || of.state === 'used_up') && (
                    <button type="button" class="button" aria-label={t('share.revoke_long', { when })} onClick={() => void revoke()}>
                        {t('share.revoke')}
                    </button>
                )}
            </div>
            {open.value && <Log of={of} />}
        </li>
    );
}

function Links({ all, named }: { all: Signal<readonly ShareLink[] | null>; named: boolean }) {
    if (all.value === null) return null;
    if (all.value.length === 0) return <p class="faint">{t('share.none')}</p>;
    const change = (now: ShareLink) => (all.value = (all.peek() ?? []).map((one) => (one.link === now.link ? now : one)));
    return (
        <ul class="share_links">
            {all.value.map((one) => (
                <Line key={one.link} of={one} named={named} onChange={change} />
            ))}
        </ul>
    );
}
async function load(into: Signal<readonly ShareLink[] | null>, of: { conversation: Id; file?: Id | undefined }) {
    const found = await ask<{ links: readonly ShareLink[] }>('share_link.list', { conversation: of.conversation, ...(of.file ? { file: of.file } : {}), limit: 100 });
    into.value = found?.links ?? [];
}

// --- where it is

const shared = signal<Subject | null>(null);

function Sharing({ of }: { of: Subject }) {
    const terms = useSignal<Terms | null>(null);
    const links = useSignal<readonly ShareLink[] | null>(null);
    const address = useSignal('');
    useEffect(() => {
        void load(links, of);
        void ask<Terms>('share_link.terms', { conversation: of.conversation }).then((found) => (terms.value = found ?? null));
    }, [of.conversation, of.file]);
    return (
        <>
            {terms.value && terms.value.types.length > 0 && (
                <Making
                    of={of}
                    terms={terms.value}
                    onMade={(made) => {
                        address.value = made;
                        void load(links, of);
                    }}
                />
            )}
            {address.value && <Made address={address.value} />}
            <h3>{t('share.mine')}</h3>
            <Links all={links} named={!of.file} />
        </>
    );
}

function Shared() {
    const of = shared.value;
    if (!of) return null;
    return (
        <Dialog title={of.file ? t('share.title', { name: of.name }) : t('share.all')} onClose={() => (shared.value = null)}>
            <Sharing of={of} />
        </Dialog>
    );
}

function Panel({ room }: { room: ConversationState }) {
    const links = useSignal<readonly ShareLink[] | null>(null);
    const terms = useSignal<Terms | null>(null);
    const { id } = room.conversation;
    const open = shared.value;
    // Anew when the dialog was closed.
    useEffect(() => void (open || load(links, { conversation: id })), [id, open]);
    useEffect(() => void ask<Terms>('share_link.terms', { conversation: id }).then((found) => (terms.value = found ?? null)), [id]);
    return (
        <>
            {terms.value?.conversation_links && (
                <button type="button" class="button" onClick={() => (shared.value = { conversation: id, name: '' })}>
                    <Icon name="link" /> {t('share.new_all')}
                </button>
            )}
            <Links all={links} named />
        </>
    );
}

fill('fileActions', {
    id: 'share_links',
    label: ({ name }) => t('share.file', { name }),
    icon: 'link',
    when: mayShare,
    run: ({ file, name, conversation }) => (shared.value = { conversation, file, name }),
});
fill('overlays', { id: 'share_links', order: 110, component: Shared });
fill('sidePanels', { id: 'share_links', order: 110, label: () => t('share.panel'), icon: 'link', when: mayShare, component: Panel });
