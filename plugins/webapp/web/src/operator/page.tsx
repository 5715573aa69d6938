// The operator's tenants: the token first, then which there are, one more, and closing one.
import '../admin/words.ts';
import './words.ts';
import '../style/admin.css';
import '../style/operator.css';
import { signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ParleyError } from '@parley/client';
import { Chip, Fault, Table, useLoaded } from '../admin/parts.tsx';
import { number, t } from '../i18n/index.ts';
import { fullTime, relativeTime } from '../i18n/times.ts';
import { announce, attempt, toast, wordsOf } from '../state/notice.ts';
import { ask as askFirst, Asking } from '../ui/ask.tsx';
import { Icon, IconButton } from '../ui/icon.tsx';
import { BesideBox, Dialog, openMenu, Spoken, Toasts, type Choice } from '../ui/overlay.tsx';
import { ask, token, type Made, type Tenant } from './call.ts';

const every = 5000;
const made = signal<Made | null>(null);

const textsOf = (form: EventTarget | null) => {
    const given = new FormData(form as HTMLFormElement);
    return (name: string) => String(given.get(name) ?? '').trim();
};

function Gate({ onIn }: { onIn: (first: readonly Tenant[]) => void }) {
    const fault = useSignal('');
    const busy = useSignal(false);
    const submit = async (event: Event) => {
        event.preventDefault();
        const given = textsOf(event.currentTarget)('token');
        busy.value = true;
        fault.value = '';
        try {
            const { tenants } = await ask<{ tenants: readonly Tenant[] }>('GET', '', undefined, given);
            token.value = given;
            onIn(tenants);
        } catch (why) {
            fault.value = wordsOf(why);
        } finally {
            busy.value = false;
        }
    };
    return (
        <form class="operator_gate" onSubmit={(event) => void submit(event)}>
            <label class="field">
                <span>{t('operator.token')}</span>
                <input name="token" type="password" required autofocus autocomplete="off" autocapitalize="none" spellcheck={false} aria-describedby="token_note" aria-invalid={fault.value ? true : undefined} />
                <span class="faint small" id="token_note">
                    {t('operator.token_note')}
                </span>
            </label>
            {fault.value && <Fault text={fault.value} />}
            <button class="button first" disabled={busy.value}>
                {t('operator.enter')}
            </button>
        </form>
    );
}

function MakeTenant({ onClose, onMade }: { onClose: () => void; onMade: (one: Made) => void }) {
    const fault = useSignal<{ text: string; field: string | undefined } | null>(null);
    const busy = useSignal(false);
    const submit = async (event: Event) => {
        event.preventDefault();
        const text = textsOf(event.currentTarget);
        const hosts = text('hosts').split(/[\s,]+/).filter(Boolean);
        busy.value = true;
        try {
            onMade(await ask<Made>('POST', '', { name: text('name'), ...(hosts.length > 0 ? { hosts } : {}), ...(text('display_name') ? { display_name: text('display_name') } : {}), administrator: { username: text('username') } }));
        } catch (why) {
            fault.value = { text: wordsOf(why), field: why instanceof ParleyError ? why.field : undefined };
        } finally {
            busy.value = false;
        }
    };
    const wrong = (name: string) => (fault.value?.field === name ? true : undefined);
    return (
        <Dialog title={t('operator.new')} onClose={onClose}>
            <form class="admin_form" onSubmit={(event) => void submit(event)}>
                <label class="field">
                    <span>{t('operator.name')}</span>
                    <input name="name" required maxLength={63} autocapitalize="none" autocomplete="off" spellcheck={false} data-first aria-invalid={wrong('name')} aria-describedby="name_rule" />
                    <span class="faint small" id="name_rule">
                        {t('operator.name_rule')}
                    </span>
                </label>
                <label class="field">
                    <span>{t('operator.shown')}</span>
                    <input name="display_name" maxLength={80} autocomplete="off" aria-invalid={wrong('display_name')} />
                </label>
                <label class="field">
                    <span>{t('operator.hosts')}</span>
                    <textarea name="hosts" rows={2} autocapitalize="none" autocomplete="off" spellcheck={false} dir="ltr" aria-invalid={wrong('hosts')} aria-describedby="hosts_rule" />
                    <span class="faint small" id="hosts_rule">
                        {t('operator.hosts_rule')}
                    </span>
                </label>
                <label class="field">
                    <span>{t('operator.admin')}</span>
                    <input name="username" required maxLength={32} autocapitalize="none" autocomplete="off" spellcheck={false} aria-invalid={wrong('administrator.username')} aria-describedby="username_rule" />
                    <span class="faint small" id="username_rule">
                        {t('admin.users.username_rule')}
                    </span>
                </label>
                {fault.value && <Fault text={fault.value.text} />}
                <div class="dialog_foot">
                    <button class="button first" disabled={busy.value}>
                        {t('app.create')}
                    </button>
                </div>
            </form>
        </Dialog>
    );
}

function ShowCode({ of, onClose }: { of: Made; onClose: () => void }) {
    const { username, code, expires_at } = of.administrator;
    return (
        <Dialog title={t('operator.code', { name: username })} onClose={onClose}>
            <p>{t('operator.code_note', { time: fullTime(expires_at) })}</p>
            <code class="secret" dir="ltr">
                {code}
            </code>
            <div class="dialog_foot">
                <button type="button" class="button" onClick={() => void navigator.clipboard?.writeText(code).then(() => toast(t('admin.copied'), undefined, 2000))}>
                    <Icon name="copy" /> {t('admin.copy')}
                </button>
                <button type="button" class="button first" data-first onClick={onClose}>
                    {t('app.close')}
                </button>
            </div>
        </Dialog>
    );
}

function Tenants({ first }: { first: readonly Tenant[] }) {
    const making = useSignal(false);
    const list = useLoaded(() => ask<{ tenants: readonly Tenant[] }>('GET').then(({ tenants }) => tenants), [], every);
    const rows = list.value.value ?? first;
    const turn = async (one: Tenant, enabled: boolean) => {
        if ((await attempt(ask('PATCH', one.name, { enabled }))) === undefined) return;
        const said = t(enabled ? 'operator.enabled' : 'operator.disabled', { name: one.display_name });
        toast(said, undefined, 3000);
        announce(said);
        await list.again();
    };
    const disable = async (one: Tenant) => {
        const text = [t('operator.disable_note'), ...(one.hosts.includes(location.hostname) ? [t('operator.disable_here')] : [])].join(' ');
        if ((await askFirst({ title: t('operator.disable_sure', { name: one.display_name }), text, confirm: t('operator.disable').replace(/\s*…$/, ''), alarm: true })) !== null) await turn(one, false);
    };
    const choices = (one: Tenant): Choice[] => [
        one.enabled ? { label: t('operator.disable'), icon: 'lock', alarm: true, run: () => void disable(one) } : { label: t('operator.enable'), icon: 'check', run: () => void turn(one, true) },
    ];
    const actions = (one: Tenant) => t('admin.actions_for', { name: one.display_name });
    return (
        <>
            <p class="faint">{t('operator.sentence')}</p>
            <div class="admin_tools">
                <button type="button" class="button first" onClick={() => (making.value = true)}>
                    <Icon name="plus" /> {t('operator.new')}
                </button>
            </div>
            {list.fault.value && <Fault text={list.fault.value} />}
            <Table
                label={t('operator.tenants')}
                rows={rows}
                keyOf={(one) => one.name}
                columns={[
                    {
                        id: 'name',
                        label: t('operator.name'),
                        head: true,
                        show: (one) => (
                            <>
                                <bdi class="admin_name">{one.display_name}</bdi>
                                <span class="faint small admin_topic" dir="ltr">
                                    {[one.name, ...one.hosts].join(' · ')}
                                </span>
                            </>
                        ),
                    },
                    { id: 'state', label: t('operator.state'), show: (one) => (one.enabled ? <Chip tone="good">{t('operator.on')}</Chip> : <Chip tone="alarm">{t('operator.off')}</Chip>) },
                    { id: 'users', label: t('operator.users'), show: (one) => number(one.users) },
                    { id: 'conversations', label: t('operator.conversations'), show: (one) => number(one.conversations) },
                    { id: 'messages', label: t('operator.messages'), show: (one) => number(one.messages) },
                    { id: 'made', label: t('operator.made'), show: (one) => <time title={fullTime(one.created_at)}>{relativeTime(one.created_at)}</time> },
                    { id: 'actions', label: t('admin.actions'), show: (one) => <IconButton icon="more" label={actions(one)} aria-haspopup="menu" onClick={(event) => openMenu(event.currentTarget, actions(one), choices(one))} /> },
                ]}
            />
            {rows.length === 0 && <p class="admin_nothing faint">{t('admin.nothing')}</p>}
            {making.value && (
                <MakeTenant
                    onClose={() => (making.value = false)}
                    onMade={(one) => {
                        making.value = false;
                        made.value = one;
                        void list.again();
                    }}
                />
            )}
        </>
    );
}

export function Operator() {
    const first = useSignal<readonly Tenant[]>([]);
    const isIn = token.value !== '';
    useEffect(() => {
        document.title = t('operator.title');
    });
    return (
        <>
            <div class="admin operator">
                <header class="admin_head">
                    <a class="icon_button" href="#/" aria-label={t('operator.back')} title={t('operator.back')}>
                        <Icon name="back" />
                    </a>
                    <p class="admin_title">{t('operator.for')}</p>
                    {isIn && (
                        <button type="button" class="button operator_leave" onClick={() => (token.value = '')}>
                            <Icon name="leave" /> {t('operator.leave')}
                        </button>
                    )}
                </header>
                <main class="admin_page" tabIndex={0}>
                    <h1>{t('operator.title')}</h1>
                    {isIn ? <Tenants first={first.value} /> : <Gate onIn={(tenants) => (first.value = tenants)} />}
                </main>
            </div>
            {made.value && <ShowCode of={made.value} onClose={() => (made.value = null)} />}
            <Asking />
            <BesideBox />
            <Toasts />
            <Spoken />
        </>
    );
}
