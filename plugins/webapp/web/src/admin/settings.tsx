// All settings of this place or of one of its models, in sections; what is changed here becomes YAML for the operator.
import { signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Setting, SettingsSection } from '@parley/client';
import { t } from '../i18n/index.ts';
import { client } from '../state/chat.ts';
import { toast } from '../state/notice.ts';
import { place } from '../state/place.ts';
import { Icon } from '../ui/icon.tsx';
import { Dialog } from '../ui/overlay.tsx';
import { Chip, Fault, Search, useLoaded } from './parts.tsx';
import { faultOf, read, same, shapeOf, yamlOf, type Rules } from './schema.ts';
import { SettingField } from './schema_form.tsx';

type Typed = string | readonly string[] | boolean;
const shown = signal<string | null>(null);

const valueOf = (of: Setting, typed: Typed | undefined) => (typed === undefined ? of.value : typeof typed === 'string' ? read(shapeOf(of.rules as Rules), of.rules as Rules, typed) : typed);
const titleOf = (one: SettingsSection) => one.name || t('admin.settings.general');

interface SectionProps {
    of: SettingsSection;
    settings: readonly Setting[];
    typed: ReadonlyMap<string, Typed>;
    faults: ReadonlyMap<string, string>;
    open: boolean;
    onType: (of: Setting, typed: Typed | undefined) => void;
}
function Section({ of, settings, typed, faults, open, onType }: SectionProps) {
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
                <span class="faint small">{of.sentence}</span>
            </summary>
            {of.plugin && !of.on && <p class="faint">{t('admin.settings.off_here')}</p>}
            {settings.map((one) => (
                <SettingField
                    key={one.name}
                    of={one}
                    typed={typed.get(one.name)}
                    value={valueOf(one, typed.get(one.name))}
                    fault={faults.get(one.name) ?? ''}
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
    const page = useLoaded(() => client.call('settings.list', model.value ? { model: model.value } : {}), [model.value]);
    useEffect(() => {
        typed.value = new Map();
        return () => void (shown.value = null);
    }, [model.value]);
    const found = page.value.value;
    const asked = place.value.page?.split('/')[2];
    const word = wanted.value.trim().toLowerCase();
    const fits = (one: Setting) => !word || one.name.toLowerCase().includes(word) || one.sentence.toLowerCase().includes(word);
    const sections = (found?.sections ?? []).map((of) => ({ of, settings: of.settings.filter(fits) })).filter((one) => one.settings.length > 0);
    const all = (found?.sections ?? []).flatMap((one) => one.settings);
    const changes = new Map<string, unknown>();
    const faults = new Map<string, string>();
    for (const one of all) {
        const what = typed.value.get(one.name);
        if (what === undefined) continue;
        const value = valueOf(one, what);
        const fault = faultOf(shapeOf(one.rules as Rules), one.rules as Rules, value);
        if (fault) faults.set(one.name, fault);
        else changes.set(one.name, value);
    }
    const onType = (of: Setting, what: Typed | undefined) => {
        const next = new Map(typed.peek());
        if (what === undefined || same(valueOf(of, what), of.value)) next.delete(of.name);
        else next.set(of.name, what);
        typed.value = next;
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
            <div class="setting_sections" aria-busy={!found}>
                {sections.map(({ of, settings }) => (
                    <Section key={`${model.value}/${of.name}`} of={of} settings={settings} typed={typed.value} faults={faults} open={word !== '' || of.name === asked || settings.some((one) => faults.has(one.name))} onType={onType} />
                ))}
            </div>
            {found && sections.length === 0 && <p class="admin_nothing faint">{t('admin.settings.no_match')}</p>}
            {typed.value.size > 0 && (
                <div class="setting_foot" role="status">
                    <span>{faults.size > 0 ? t('admin.settings.faults', { n: faults.size }) : t('admin.settings.changed', { n: changes.size })}</span>
                    <button type="button" class="button" onClick={() => (typed.value = new Map())}>
                        {t('admin.settings.undo_all')}
                    </button>
                    <button type="button" class="button first" disabled={faults.size > 0} onClick={() => (shown.value = yamlOf(changes))}>
                        {t('admin.settings.make_yaml')}
                    </button>
                </div>
            )}
            {shown.value && found && <ForTheOperator text={shown.value} file={found.file} />}
        </>
    );
}
