// Accounts: who there is, with which role; new ones, other roles, ends of sessions, ways back in.
import { signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Account, RoleEntry } from '@parley/client';
import { t } from '../i18n/index.ts';
import { fullTime } from '../i18n/times.ts';
import { client, self } from '../state/chat.ts';
import { attempt, toast, wordsOf } from '../state/notice.ts';
import { ask } from '../ui/ask.tsx';
import { Face } from '../ui/face.tsx';
import { Icon, IconButton } from '../ui/icon.tsx';
import { Dialog, openMenu, type Choice } from '../ui/overlay.tsx';
import { Chip, Fault, ListFoot, Search, Table, useList, useRested } from './parts.tsx';

const page = 50;
const nameOf = (one: Account) => one.display_name || one.username;

type Open = { kind: 'make' } | { kind: 'role'; of: Account } | { kind: 'code'; of: Account; token: string; until: string };
const open = signal<Open | null>(null);

async function handOverCode(of: Account) {
    const made = await attempt(client.call('user.reset_password', { user: of.id }));
    if (made) open.value = { kind: 'code', of, token: made.token, until: made.expires_at };
}

function useRoles() {
    const roles = useSignal<readonly RoleEntry[]>([]);
    useEffect(() => void attempt(client.call('role.list')).then((found) => found && (roles.value = found.roles)), []);
    return roles.value;
}

function RoleField({ roles, value }: { roles: readonly RoleEntry[]; value: string }) {
    const chosen = useSignal(value);
    return (
        <label class="field">
            <span>{t('admin.users.role')}</span>
            <select name="role" value={chosen.value} onChange={(event) => (chosen.value = event.currentTarget.value)}>
                {roles.map((one) => (
                    <option key={one.name} value={one.name}>
                        {one.name}
                    </option>
                ))}
            </select>
            <span class="faint small">{roles.find((one) => one.name === chosen.value)?.sentence}</span>
        </label>
    );
}

function MakeUser({ onMade }: { onMade: (made: Account) => void }) {
    const roles = useRoles();
    const fault = useSignal<{ text: string; field: string | undefined } | null>(null);
    const submit = async (event: Event) => {
        event.preventDefault();
        const given = new FormData(event.currentTarget as HTMLFormElement);
        const text = (name: string) => String(given.get(name) ?? '').trim();
        try {
            const made = await client.call('user.create', { username: text('username'), role: text('role'), kind: text('kind') as 'person', ...(text('display_name') ? { display_name: text('display_name') } : {}) });
            open.value = null;
            onMade(made);
        } catch (why) {
            fault.value = { text: wordsOf(why), field: (why as { field?: string }).field };
        }
    };
    const wrong = (name: string) => (fault.value?.field === name ? true : undefined);
    return (
        <Dialog title={t('admin.users.new')} onClose={() => (open.value = null)}>
            <form class="admin_form" onSubmit={(event) => void submit(event)}>
                <label class="field">
                    <span>{t('admin.users.username')}</span>
                    <input name="username" required maxLength={32} autocapitalize="none" autocomplete="off" spellcheck={false} data-first aria-invalid={wrong('username')} aria-describedby="username_rule" />
                    <span class="faint small" id="username_rule">
                        {t('admin.users.username_rule')}
                    </span>
                </label>
                <label class="field">
                    <span>{t('admin.users.display_name')}</span>
                    <input name="display_name" maxLength={80} autocomplete="off" aria-invalid={wrong('display_name')} />
                </label>
                {roles.length > 0 && <RoleField roles={roles} value="member" />}
                <label class="field">
                    <span>{t('admin.users.kind')}</span>
                    <select name="kind">
                        <option value="person">{t('admin.users.kind.person')}</option>
                        <option value="bot">{t('admin.users.kind.bot')}</option>
                    </select>
                </label>
                {fault.value && <Fault text={fault.value.text} />}
                <div class="dialog_foot">
                    <button class="button first">{t('app.create')}</button>
                </div>
            </form>
        </Dialog>
    );
}

function ChangeRole({ of, onDone }: { of: Account; onDone: () => void }) {
    const roles = useRoles();
    const fault = useSignal('');
    const submit = async (event: Event) => {
        event.preventDefault();
        const role = String(new FormData(event.currentTarget as HTMLFormElement).get('role') ?? '');
        try {
            await client.call('user.change', { user: of.id, role });
            open.value = null;
            onDone();
        } catch (why) {
            fault.value = wordsOf(why);
        }
    };
    return (
        <Dialog title={t('admin.users.role_of', { name: nameOf(of) })} onClose={() => (open.value = null)}>
            <form class="admin_form" onSubmit={(event) => void submit(event)}>
                {roles.length > 0 && <RoleField roles={roles} value={of.role} />}
                {fault.value && <Fault text={fault.value} />}
                <div class="dialog_foot">
                    <button class="button first">{t('app.save')}</button>
                </div>
            </form>
        </Dialog>
    );
}

function ShowCode({ of, token, until }: { of: Account; token: string; until: string }) {
    return (
        <Dialog title={t('admin.users.code', { name: nameOf(of) })} onClose={() => (open.value = null)}>
            <p>{t('admin.users.code_note', { time: fullTime(until) })}</p>
            <code class="secret" dir="ltr">
                {token}
            </code>
            <div class="dialog_foot">
                <button type="button" class="button" onClick={() => void navigator.clipboard?.writeText(token).then(() => toast(t('admin.copied'), undefined, 2000))}>
                    <Icon name="copy" /> {t('admin.copy')}
                </button>
                <button type="button" class="button first" data-first onClick={() => (open.value = null)}>
                    {t('app.close')}
                </button>
            </div>
        </Dialog>
    );
}

export function Users() {
    const wanted = useSignal('');
    const prefix = useRested(wanted.value.trim());
    const list = useList<Account, string>(
        async (after) => {
            const found = await client.call('account.list', { limit: page, ...(prefix ? { prefix } : {}), ...(after ? { after } : {}) });
            return { items: found.accounts, next: found.next };
        },
        [prefix],
    );
    useEffect(() => () => void (open.value = null), []);
    const put = (changed: Account | undefined) => {
        if (changed) list.items.value = (list.items.peek() ?? []).map((one) => (one.id === changed.id ? changed : one));
    };
    const sure = (of: Account, what: string, alarm: boolean) => ask({ title: t(`admin.users.${what}_sure`, { name: nameOf(of) }), text: t(`admin.users.${what}_note`), confirm: t(`admin.users.${what}`).replace(/\s*…$/, ''), alarm });
    const resetFactor = async (of: Account) => {
        if ((await sure(of, 'totp', true)) === null) return;
        if ((await attempt(client.call('user.reset_totp', { user: of.id }))) !== undefined) toast(t('app.saved'));
    };
    const choices = (of: Account): Choice[] => [
        { label: t('admin.users.change_role'), icon: 'shield', run: () => (open.value = { kind: 'role', of }) },
        ...(of.kind === 'person' ? [{ label: t('admin.users.reset'), icon: 'lock', run: () => void sure(of, 'reset', false).then((yes) => (yes === null ? undefined : handOverCode(of))) }] : []),
        {
            label: t('admin.users.sign_out'),
            icon: 'leave',
            run: () =>
                void sure(of, 'sign_out', true).then(async (yes) => {
                    if (yes === null) return;
                    const done = await attempt(client.call('user.sign_out', { user: of.id }));
                    if (done) toast(t('admin.users.ended', { n: done.ended }));
                }),
        },
        ...(of.kind === 'person'
            ? [{ label: t('admin.users.totp'), icon: 'keyboard', run: () => void resetFactor(of) }]
            : []),
        of.disabled
            ? { label: t('admin.users.enable'), icon: 'check', run: () => void attempt(client.call('user.change', { user: of.id, disabled: false })).then(put) }
            : { label: t('admin.users.disable'), icon: 'close', alarm: true, run: () => void sure(of, 'disable', true).then((yes) => (yes === null ? undefined : attempt(client.call('user.change', { user: of.id, disabled: true })).then(put))) },
    ];
    const shown = open.value;
    return (
        <>
            <p class="faint">{t('admin.users.sentence')}</p>
            <div class="admin_tools">
                <Search label={t('admin.users.search')} value={wanted} />
                <button type="button" class="button first" onClick={() => (open.value = { kind: 'make' })}>
                    <Icon name="add_user" /> {t('admin.users.new')}
                </button>
            </div>
            <Table
                label={t('admin.users')}
                busy={list.items.value === null}
                rows={list.items.value ?? []}
                keyOf={(one) => one.id}
                columns={[
                    {
                        id: 'name',
                        label: t('admin.users.name'),
                        head: true,
                        show: (one) => (
                            <span class="admin_person">
                                <Face id={one.id} name={nameOf(one)} />
                                <span>
                                    <bdi class="admin_name">{nameOf(one)}</bdi>
                                    <span class="faint small">
                                        <bdi>@{one.username}</bdi>
                                        {one.id === self.value?.id && ` (${t('admin.users.you')})`}
                                    </span>
                                </span>
                            </span>
                        ),
                    },
                    { id: 'role', label: t('admin.users.role'), show: (one) => one.role },
                    { id: 'kind', label: t('admin.users.kind'), show: (one) => t(`admin.users.kind.${one.kind}`) },
                    { id: 'state', label: t('admin.users.state'), show: (one) => (one.disabled ? <Chip tone="alarm">{t('admin.users.off')}</Chip> : <Chip tone="good">{t('admin.users.on')}</Chip>) },
                    {
                        id: 'actions',
                        label: t('admin.actions'),
                        show: (one) => <IconButton icon="more" label={t('admin.actions_for', { name: nameOf(one) })} aria-haspopup="menu" onClick={(event) => openMenu(event.currentTarget, t('admin.actions_for', { name: nameOf(one) }), choices(one))} />,
                    },
                ]}
            />
            <ListFoot of={list} />
            {shown?.kind === 'make' && <MakeUser onMade={(made) => void list.again().then(() => (made.kind === 'person' ? handOverCode(made) : undefined))} />}
            {shown?.kind === 'role' && <ChangeRole of={shown.of} onDone={() => void list.again()} />}
            {shown?.kind === 'code' && <ShowCode {...shown} />}
        </>
    );
}
