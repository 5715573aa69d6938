// All settings of this place or of one of its models, in sections. What administrators may set is saved; the rest becomes
// YAML for the operator.
import { signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Setting, SettingsSection } from '@parley/client';
import { t } from '../i18n/index.ts';
import { client, may } from '../state/chat.ts';
import { toast } from '../state/notice.ts';
import { place } from '../state/place.ts';
import { Icon } from '../ui/icon.tsx';
import { Dialog } from '../ui/overlay.tsx';
import { Change, type Wish } from './change.tsx';
import { Chip, Fault, Search, useLoaded } from './parts.tsx';
import { faultOf, read, same, shapeOf, yamlOf, type Rules } from './schema.ts';
import { SettingField } from './schema_form.tsx';

/** Null: what was set in a form is taken back. */
type Typed = string | readonly string[] | boolean | null;
const shown = signal<string | null>(null);

const valueOf = (of: Setting, typed: Typed | undefined) => (typed === undefined || typed === null ? of.value : typeof typed === 'string' ? read(shapeOf(of.rules as Rules), of.rules as Rules, typed) : typed);
const titleOf = (one: SettingsSection) => one.name || t('admin.settings.general');

interface SectionProps {
    of: SettingsSection;
    settings: readonly Setting[];
    typed: ReadonlyMap<string, Typed>;
    faults: ReadonlyMap<string, string>;
    open: boolean;
    /** Whether settings can be saved here at all. */
    writes: boolean;
    onType: (of: Setting, typed: Typed | undefined) => void;
}
function Section({ of, settings, typed, faults, open, writes, onType }: SectionProps) {
    const box = useRef<HTMLDetailsElement>(null);
    useEffect(() => {
        if (!open || !box.current) return;
        box.current.open = true;
    }, [open]);
    const changed = settings.filter((one) => typed.has(one.name)).length;
    return (
        <details class="setting_section" ref={box} data-section={of.name}>
            <summary>
                <h2>{titleOf(of)}</h2> {of.plugin && !of.on && <Chip>{t('admin.plugins.off')}</Chip>} {changed > 0 && <Chip tone="warn">{t('admin.settings.changed', { n: changed })}</Chip>}
                <span class="faint small">
                    <bdi>{of.sentence}</bdi>
                </span>
            </summary>
            {of.plugin && !of.on && <p class="faint">{t('admin.settings.off_here')}</p>}
            {settings.map((one) => (
                <SettingField
                    key={one.name}
                    of={one}
                    typed={typed.get(one.name)}
                    value={valueOf(one, typed.get(one.name))}
                    fault={faults.get(one.name) ?? ''}
                    writes={writes && one.writable}
                    onType={(what) => onType(one, what)}
                    onUndo={() => onType(one, undefined)}
                />
            ))}
        </details>
    );
}

function ForTheOperator({ text, file }: { text: string; file: string }) {
    return (
        <Dialog title={t('admin.settings.yaml')} onClose={() => (shown.value = null)}>
            <p>{t('admin.settings.yaml_note', { file })}</p>
            <pre class="admin_yaml" dir="ltr" tabIndex={0} aria-label={t('admin.settings.yaml')}>
                {text}
            </pre>
            <div class="dialog_foot">
                <button type="button" class="button first" data-first onClick={() => void navigator.clipboard?.writeText(text).then(() => toast(t('admin.copied'), undefined, 2000))}>
                    <Icon name="copy" /> {t('admin.copy')}
                </button>
            </div>
        </Dialog>
    );
}

export function Settings() {
    const model = useSignal('');
    const wanted = useSignal('');
    const typed = useSignal<ReadonlyMap<string, Typed>>(new Map());
    const wish = useSignal<Wish | null>(null);
    const said = useSignal<ReadonlyMap<string, string>>(new Map());
    const page = useLoaded(() => client.call('settings.list', model.value ? { model: model.value } : {}), [model.value]);
    useEffect(() => {
        typed.value = new Map();
        said.value = new Map();
        wish.value = null;
        return () => void (shown.value = null);
    }, [model.value]);
    const found = page.value.value;
    const asked = place.value.page?.split('/')[2];
    const word = wanted.value.trim().toLowerCase();
    const fits = (one: Setting) => !word || one.name.toLowerCase().includes(word) || one.sentence.toLowerCase().includes(word);
    const sections = (found?.sections ?? []).map((of) => ({ of, settings: of.settings.filter(fits) })).filter((one) => one.settings.length > 0);
    const all = (found?.sections ?? []).flatMap((one) => one.settings);
    const writes = (found?.forms.writable ?? false) && may('settings.manage');
    const saved = new Map<string, unknown>();
    const changes = new Map<string, unknown>();
    // What the server said of a value that its rules alone do not tell stands beside it until it is another one.
    const faults = new Map(said.value);
    for (const one of all) {
        const what = typed.value.get(one.name);
        if (what === undefined) continue;
        const value = valueOf(one, what);
        const fault = what === null ? '' : faultOf(shapeOf(one.rules as Rules), one.rules as Rules, value);
        if (fault) faults.set(one.name, fault);
        else (writes && one.writable ? saved : changes).set(one.name, what === null ? null : value);
    }
    const onType = (of: Setting, what: Typed | undefined) => {
        const next = new Map(typed.peek());
        if (what === undefined || (what !== null && same(valueOf(of, what), of.value))) next.delete(of.name);
        else next.set(of.name, what);
        typed.value = next;
        said.value = new Map([...said.peek()].filter(([name]) => name !== of.name));
    };
    const save = () => {
        wish.value = { ...(model.value ? { model: model.value } : {}), revision: found!.forms.revision, changes: Object.fromEntries(saved) };
    };
    const onSaved = () => {
        const done = Object.keys(wish.peek()?.changes ?? {});
        typed.value = new Map([...typed.peek()].filter(([name]) => !done.includes(name)));
        wish.value = null;
        void page.again();
    };
    return (
        <>
            <p class="faint">{t('admin.settings.sentence')}</p>
            <div class="admin_tools">
                {(found?.models.length ?? 0) > 0 && (
                    <label class="field">
                        <span>{t('admin.settings.scope')}</span>
                        <select value={model.value} onChange={(event) => (model.value = event.currentTarget.value)}>
                            <option value="">{t('admin.settings.tenant')}</option>
                            {found!.models.map((one) => (
                                <option key={one} value={one}>
                                    {one}
                                </option>
                            ))}
                        </select>
                    </label>
                )}
                <Search label={t('admin.settings.search')} value={wanted} />
            </div>
            {page.fault.value && <Fault text={page.fault.value} />}
            {found && !writes && <p class="small">{found.forms.why_not || t('admin.settings.not_yours')}</p>}
            <div class="setting_sections" aria-busy={!found}>
                {sections.map(({ of, settings }) => (
                    <Section key={`${model.value}/${of.name}`} of={of} settings={settings} typed={typed.value} faults={faults} writes={writes} open={word !== '' || of.name === asked || settings.some((one) => faults.has(one.name))} onType={onType} />
                ))}
            </div>
            {found && sections.length === 0 && <p class="admin_nothing faint">{t('admin.settings.no_match')}</p>}
            {typed.value.size > 0 && (
                <div class="setting_foot" role="status">
                    <span>{faults.size > 0 ? t('admin.settings.faults', { n: faults.size }) : t('admin.settings.changed', { n: changes.size + saved.size })}</span>
                    <button type="button" class="button" onClick={() => (typed.value = new Map())}>
                        {t('admin.settings.undo_all')}
                    </button>
                    {(changes.size > 0 || !writes) && (
                        <button type="button" class={saved.size > 0 ? 'button' : 'button first'} disabled={faults.size > 0} onClick={() => (shown.value = yamlOf(changes))}>
                            {t('admin.settings.make_yaml')}
                        </button>
                    )}
                    {writes && (saved.size > 0 || changes.size === 0) && (
                        <button type="button" class="button first" disabled={faults.size > 0} onClick={save}>
                            {t('admin.settings.preview_save')}
                        </button>
                    )}
                </div>
            )}
            {wish.value && (
                <Change
                    wish={wish.value}
                    onClose={() => (wish.value = null)}
                    onSaved={onSaved}
                    onFault={(name, text) => (said.value = new Map([[name, text]]))}
                    onStale={() => void page.again()}
                />
            )}
            {shown.value && found && <ForTheOperator text={shown.value} file={found.file} />}
        </>
    );
}
