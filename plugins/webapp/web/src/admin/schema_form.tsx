// One field for one setting, made of its rules; the same for the kernel's settings and those of every plugin.
import { useId } from 'preact/hooks';
import type { Setting } from '@parley/client';
import { t } from '../i18n/index.ts';
import { IconButton } from '../ui/icon.tsx';
import { inWords, rangeOf, said, shapeOf, written, type Rules } from './schema.ts';

interface FieldProps {
    of: Setting;
    /** What stands in the field; undefined: what holds. */
    typed: string | readonly string[] | boolean | null | undefined;
    value: unknown;
    fault: string;
    /** Whether what is typed is saved; otherwise it is the operator's to write. */
    writes: boolean;
    onType: (typed: string | readonly string[] | boolean | null) => void;
    onUndo: () => void;
}

function Input({ of, typed: given, fault, onType, id, describedBy }: FieldProps & { id: string; describedBy: string }) {
    const rules = of.rules as Rules;
    const shape = shapeOf(rules);
    const typed = given ?? undefined;
    const text = typed === undefined ? written(shape, of.value) : String(typed);
    const common = { id, disabled: given === null, 'aria-describedby': describedBy, 'aria-invalid': fault ? (true as const) : undefined };
    if (shape === 'switch')
        return (
            <label class="check">
                <input type="checkbox" {...common} checked={typed === undefined ? of.value === true : typed === true} onChange={(event) => onType(event.currentTarget.checked)} />
                <span>{t((typed === undefined ? of.value : typed) === true ? 'admin.yes' : 'admin.no')}</span>
            </label>
        );
    if (shape === 'choice')
        return (
            <select {...common} value={text} onChange={(event) => onType(event.currentTarget.value)}>
                {rules.enum!.map((one) => (
                    <option key={String(one)} value={String(one)}>
                        {String(one)}
                    </option>
                ))}
            </select>
        );
    if (shape === 'choices') {
        const chosen = (typed ?? of.value) as readonly string[];
        return (
            <div role="group" id={id} aria-describedby={describedBy} class="setting_choices">
                {rules.items!.enum!.map((one) => {
                    const name = String(one);
                    return (
                        <label key={name} class="check">
                            <input type="checkbox" checked={chosen.includes(name)} onChange={(event) => onType(event.currentTarget.checked ? [...chosen, name] : chosen.filter((each) => each !== name))} />
                            <span>{name}</span>
                        </label>
                    );
                })}
            </div>
        );
    }
    if (shape === 'number')
        return <input type="number" inputMode="numeric" {...common} min={rules.minimum} max={rules.maximum} step={rules.type === 'integer' ? 1 : 'any'} value={text} onInput={(event) => onType(event.currentTarget.value)} />;
    if (shape === 'line') return <input {...common} value={text} autocomplete="off" dir="auto" onInput={(event) => onType(event.currentTarget.value)} />;
    const rows = Math.min(10, Math.max(2, text.split('\n').length + 1));
    return <textarea {...common} class={shape === 'json' ? 'setting_code' : ''} rows={rows} value={text} spellcheck={false} dir="auto" onInput={(event) => onType(event.currentTarget.value)} />;
}

export function SettingField(props: FieldProps) {
    const { of, typed, value, fault, writes, onType, onUndo } = props;
    const id = useId();
    const rules = of.rules as Rules;
    const shape = shapeOf(rules);
    const hints = [shape === 'number' ? rangeOf(rules) : '', shape === 'lines' ? t('admin.settings.one_per_line') : '', shape === 'json' ? t('admin.settings.as_json') : '', inWords(of.name, value)].filter(Boolean);
    const short = of.name.slice(of.name.lastIndexOf('.') + 1);
    return (
        <div class={`setting ${typed === undefined ? '' : 'changed'} ${fault ? 'wrong' : ''}`} data-setting={of.name}>
            <div class="setting_head">
                {of.secret || of.masked ? <span class="setting_name">{short}</span> : <label class="setting_name" for={id}>{short}</label>}
                <span class="faint small" title={of.place}>
                    {t(`admin.settings.source.${of.source}`)}
                    {of.place && ` (${of.place})`}
                </span>
                {writes && of.in_form && typed !== null && (
                    <button type="button" class="button small" aria-label={`${t('admin.settings.take_back')}: ${short}`} onClick={() => onType(null)}>
                        {t('admin.settings.take_back')}
                    </button>
                )}
                {typed !== undefined && <IconButton class="small_one" icon="reply" label={`${t('admin.settings.undo')}: ${short}`} onClick={onUndo} />}
            </div>
            <p class="setting_sentence small" id={`${id}-sentence`}>
                <bdi>{of.sentence.split('`').map((part, at) => (at % 2 ? <code key={at}>{part}</code> : part))}</bdi>
            </p>
            {of.masked && (
                <>
                    <pre class="admin_yaml" dir="ltr" tabIndex={0} aria-label={of.name}>
                        {JSON.stringify(of.value, null, 2)}
                    </pre>
                    <p class="faint">{t('admin.settings.masked')}</p>
                </>
            )}
            {of.secret ? <p class="faint">{t(of.value === true ? 'admin.settings.secret_set' : 'admin.settings.secret_unset')}</p> : !of.masked && <Input {...props} id={id} describedBy={`${id}-sentence ${id}-hint ${id}-fault`} />}
            {typed === null && <p class="small">{t('admin.settings.taken_back')}</p>}
            <p class="faint small" id={`${id}-hint`}>
                {[...hints, ...(of.secret ? [] : [t('admin.settings.default', { value: said(of.default).slice(0, 200) })]), ...(of.live ? [] : [t('admin.settings.restart')]), ...(of.secret || writes ? [] : [t('admin.settings.operators')])].join(' · ')}
            </p>
            <p class="setting_fault" id={`${id}-fault`} role="alert">
                {fault}
            </p>
        </div>
    );
}
