// Roles: what each grants, in sentences; and those of one's own.
import { signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Permission, RoleEntry } from '@parley/client';
import { t } from '../i18n/index.ts';
import { client, may } from '../state/chat.ts';
import { announce, wordsOf } from '../state/notice.ts';
import { Icon } from '../ui/icon.tsx';
import { Dialog } from '../ui/overlay.tsx';
import { Chip, Fault, useLoaded } from './parts.tsx';

type Open = { kind: 'edit'; of: RoleEntry | null } | { kind: 'remove'; of: RoleEntry };
const open = signal<Open | null>(null);
const close = () => (open.value = null);

const groupOf = (name: string) => name.split('.')[0]!;
function grouped(all: readonly Permission[]) {
    const made = new Map<string, Permission[]>();
    for (const one of all) made.set(groupOf(one.name), [...(made.get(groupOf(one.name)) ?? []), one]);
    return [...made];
}

function Permissions({ all, granted, fixed }: { all: readonly Permission[]; granted: ReadonlySet<string>; fixed: boolean }) {
    return (
        <div class="admin_permissions">
            {grouped(all).map(([group, some]) => {
                const shown = fixed ? some.filter((one) => granted.has(one.name)) : some;
                return (
                    shown.length > 0 && (
                        <fieldset key={group}>
                            <legend>{group}</legend>
                            {shown.map((one) =>
                                fixed ? (
                                    <p key={one.name} class="admin_permission">
                                        <code>{one.name}</code> <bdi class="small">{one.sentence}</bdi>
                                    </p>
                                ) : (
                                    <label key={one.name} class="check">
                                        <input type="checkbox" name="permission" value={one.name} defaultChecked={granted.has(one.name)} disabled={!may(one.name) && !granted.has(one.name)} />
                                        <span>
                                            <code>{one.name}</code> <bdi class="small faint">{one.sentence}</bdi>
                                        </span>
                                    </label>
                                ),
                            )}
                        </fieldset>
                    )
                );
            })}
        </div>
    );
}

function Edit({ of, all, onDone }: { of: RoleEntry | null; all: readonly Permission[]; onDone: () => void }) {
    const fault = useSignal('');
    const fixed = of?.fixed ?? false;
    const submit = async (event: Event) => {
        event.preventDefault();
        const given = new FormData(event.currentTarget as HTMLFormElement);
        // What nobody declares now stays in the role, for the day on which its plugin is back.
        const permissions = [...given.getAll('permission'), ...(of?.unknown_permissions ?? [])].join(' ');
        const sentence = String(given.get('sentence') ?? '').trim();
        try {
            if (of) await client.call('role.change', { role: of.name, sentence, permissions });
            else await client.call('role.create', { name: String(given.get('name')).trim(), sentence, permissions });
            close();
            announce(t('app.saved'));
            onDone();
        } catch (why) {
            fault.value = wordsOf(why);
        }
    };
    return (
        <Dialog large title={of ? of.name : t('admin.roles.new')} onClose={close}>
            <form class="admin_form" onSubmit={(event) => void submit(event)}>
                {!of && (
                    <label class="field">
                        <span>{t('admin.roles.name')}</span>
                        <input name="name" required maxLength={32} autocapitalize="none" autocomplete="off" spellcheck={false} data-first aria-describedby="role_rule" />
                        <span class="faint small" id="role_rule">
                            {t('admin.roles.name_rule')}
                        </span>
                    </label>
                )}
                {fixed ? (
                    <p dir="auto">{of!.sentence}</p>
                ) : (
                    <label class="field">
                        <span>{t('admin.roles.what_for')}</span>
                        <input name="sentence" maxLength={200} value={of?.sentence ?? ''} autocomplete="off" />
                    </label>
                )}
                <h3>{t('admin.roles.grants')}</h3>
                <Permissions all={all} granted={new Set(of?.permissions ?? [])} fixed={fixed} />
                {of && of.unknown_permissions.length > 0 && <p class="faint small">{t('admin.roles.unknown', { names: of.unknown_permissions.join(', ') })}</p>}
                {fault.value && <Fault text={fault.value} />}
                {!fixed && (
                    <div class="dialog_foot">
                        <button class="button first">{t(of ? 'app.save' : 'app.create')}</button>
                    </div>
                )}
            </form>
        </Dialog>
    );
}

function Remove({ of, roles, onDone }: { of: RoleEntry; roles: readonly RoleEntry[]; onDone: () => void }) {
    const fault = useSignal('');
    const submit = async (event: Event) => {
        event.preventDefault();
        const instead = String(new FormData(event.currentTarget as HTMLFormElement).get('replace_with') ?? '');
        try {
            await client.call('role.delete', { role: of.name, ...(instead ? { replace_with: instead } : {}) });
            close();
            onDone();
        } catch (why) {
            fault.value = wordsOf(why);
        }
    };
    return (
        <Dialog title={t('admin.roles.delete_sure', { name: of.name })} onClose={close}>
            <form class="admin_form" onSubmit={(event) => void submit(event)}>
                <label class="field">
                    <span>{t('admin.roles.replace')}</span>
                    <select name="replace_with">
                        <option value="">{t('admin.roles.replace_none')}</option>
                        {roles
                            .filter((one) => one.name !== of.name)
                            .map((one) => (
                                <option key={one.name} value={one.name}>
                                    {one.name}
                                </option>
                            ))}
                    </select>
                </label>
                {fault.value && <Fault text={fault.value} />}
                <div class="dialog_foot">
                    <button type="button" class="button" onClick={close}>
                        {t('app.cancel')}
                    </button>
                    <button class="button alarm">{t('admin.remove')}</button>
                </div>
            </form>
        </Dialog>
    );
}

export function Roles() {
    const list = useLoaded(async () => (await client.call('role.list')).roles, []);
    const known = useLoaded(async () => (await client.call('permissions.list')).permissions, []);
    useEffect(() => () => void close(), []);
    const roles = list.value.value ?? [];
    const all = known.value.value ?? [];
    const shown = open.value;
    return (
        <>
            <p class="faint">{t('admin.roles.sentence')}</p>
            <div class="admin_tools">
                <button type="button" class="button first" onClick={() => (open.value = { kind: 'edit', of: null })}>
                    <Icon name="plus" /> {t('admin.roles.new')}
                </button>
            </div>
            {(list.fault.value || known.fault.value) && <Fault text={list.fault.value || known.fault.value} />}
            <ul class="admin_cards" aria-label={t('admin.roles')} aria-busy={list.value.value === null}>
                {roles.map((one) => (
                    <li key={one.name} class="admin_card">
                        <div class="admin_card_words">
                            <h2>
                                <bdi>{one.name}</bdi> <Chip>{t(one.fixed ? 'admin.roles.fixed' : 'admin.roles.own')}</Chip>
                            </h2>
                            <p dir="auto">{one.sentence}</p>
                            <p class="faint small">{t('admin.roles.permissions', { n: one.permissions.length })}</p>
                        </div>
                        <div class="admin_card_buttons">
                            <button type="button" class="button" aria-label={`${t(one.fixed ? 'admin.roles.show' : 'admin.roles.change')}: ${one.name}`} onClick={() => (open.value = { kind: 'edit', of: one })}>
                                <Icon name={one.fixed ? 'eye' : 'edit'} /> {t(one.fixed ? 'admin.roles.show' : 'admin.roles.change')}
                            </button>
                            {!one.fixed && (
                                <button type="button" class="button" aria-label={`${t('admin.remove')}: ${one.name}`} onClick={() => (open.value = { kind: 'remove', of: one })}>
                                    <Icon name="delete" /> {t('admin.roles.delete')}
                                </button>
                            )}
                        </div>
                    </li>
                ))}
            </ul>
            {shown?.kind === 'edit' && <Edit key={shown.of?.name ?? ''} of={shown.of} all={all} onDone={() => void list.again()} />}
            {shown?.kind === 'remove' && <Remove of={shown.of} roles={roles} onDone={() => void list.again()} />}
        </>
    );
}
