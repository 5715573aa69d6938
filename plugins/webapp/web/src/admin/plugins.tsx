// Plugins: which there are, whether they are on here and why not, how they do; and switching them.
import { t, number } from '../i18n/index.ts';
import { useSignal } from '@preact/signals';
import type { PluginEntry } from '@parley/client';
import { client, may } from '../state/chat.ts';
import { Icon } from '../ui/icon.tsx';
import { Change, type Wish } from './change.tsx';
import { Chip, Fault, Table, useLoaded } from './parts.tsx';

const every = 5000;

function Card({ of, hasSettings, writes, onTurn }: { of: PluginEntry; hasSettings: boolean; writes: boolean; onTurn: (on: boolean | null) => void }) {
    const facts = [
        of.version,
        of.licence,
        t(`admin.plugins.${of.isolation}`),
        ...(of.restarts > 0 ? [t('admin.plugins.restarts', { n: of.restarts })] : []),
        ...of.models.map((one) => t(one.on ? 'admin.plugins.model_on' : 'admin.plugins.model_off', { name: one.name })),
    ];
    const back = of.inherited === null ? 'admin.settings.take_back' : 'admin.plugins.inherit';
    return (
        <li class="admin_card column">
            <div class="admin_card_words">
                <h2>
                    {of.title} {of.trouble.length > 0 && <Chip tone="alarm">{t('admin.plugins.trouble')}</Chip>} {of.on ? <Chip tone="good">{t('admin.plugins.on')}</Chip> : <Chip>{t('admin.plugins.off')}</Chip>}
                </h2>
                <p>
                    <bdi>{of.sentence}</bdi>
                </p>
                <p class="faint small">
                    <code>{of.id}</code> · {facts.filter(Boolean).join(' · ')}
                </p>
                {of.inherited !== null && (
                    <p class="small">
                        {t(of.inherited === of.on ? 'admin.plugins.as_inherited' : of.inherited ? 'admin.plugins.inherited_on' : 'admin.plugins.inherited_off')}
                        {of.in_form !== null && ` ${t('admin.plugins.in_form')}`}
                    </p>
                )}
                {of.why_off && (
                    <p class="small">
                        <bdi>{of.why_off}</bdi>
                    </p>
                )}
                {of.trouble.map((said) => (
                    <p key={said} class="fault">
                        <bdi>{said}</bdi>
                    </p>
                ))}
            </div>
            {writes && of.writable && (
                <div class="admin_card_buttons">
                    <button type="button" class="button" aria-label={`${t(of.on ? 'admin.plugins.turn_off' : 'admin.plugins.turn_on')} ${of.title}`} onClick={() => onTurn(!of.on)}>
                        {t(of.on ? 'admin.plugins.turn_off' : 'admin.plugins.turn_on')}
                    </button>
                    {of.in_form !== null && (
                        <button type="button" class="button" aria-label={`${t(back)}: ${of.title}`} onClick={() => onTurn(null)}>
                            {t(back)}
                        </button>
                    )}
                </div>
            )}
            {of.parts.length > 0 && (
                <details class="admin_details">
                    <summary>{t('admin.plugins.parts')}</summary>
                    <Table
                        label={`${of.title}: ${t('admin.plugins.parts')}`}
                        rows={of.parts}
                        keyOf={(one) => one.name}
                        columns={[
                            { id: 'part', label: t('admin.plugins.part'), head: true, show: (one) => <code>{one.name}</code> },
                            { id: 'calls', label: t('admin.plugins.calls'), show: (one) => number(one.calls) },
                            { id: 'failures', label: t('admin.plugins.failures'), show: (one) => number(one.failures) },
                            { id: 'state', label: t('admin.plugins.part_state'), show: (one) => (one.paused ? <Chip tone="alarm">{t('admin.plugins.paused')}</Chip> : t('admin.plugins.asked')) },
                        ]}
                    />
                </details>
            )}
            {hasSettings && (
                <p>
                    <a class="admin_link" href={`#/admin/settings/${of.id}`}>
                        <Icon name="settings" /> <span>{t('admin.plugins.settings')}</span>
                    </a>
                </p>
            )}
        </li>
    );
}

export function Plugins() {
    const wish = useSignal<Wish | null>(null);
    const model = useSignal('');
    const found = useLoaded(() => client.call('plugins.list', model.value ? { model: model.value } : {}), [model.value], every);
    const sections = useLoaded(async () => new Set((await client.call('settings.list', {})).sections.map((one) => one.name)), []);
    // Until the answer is here, what was asked before is still shown.
    const page = found.value.value?.model === (model.value || null) ? found.value.value : null;
    const all = page?.plugins ?? null;
    const forms = page?.forms;
    const models = found.value.value?.models ?? [];
    const turn = (id: string, on: boolean | null) => (wish.value = { ...(page!.model ? { model: page!.model } : {}), revision: page!.forms.revision, plugins: { [id]: on } });
    const writes = (forms?.writable ?? false) && may('settings.manage');
    return (
        <>
            <p class="faint">{t('admin.plugins.sentence')}</p>
            {models.length > 0 && (
                <div class="admin_tools">
                    <label class="field">
                        <span>{t('admin.settings.scope')}</span>
                        <select value={model.value} onChange={(event) => (model.value = event.currentTarget.value)}>
                            <option value="">{t('admin.settings.tenant')}</option>
                            {models.map((one) => (
                                <option key={one} value={one}>
                                    {t('admin.settings.of_model', { name: one })}
                                </option>
                            ))}
                        </select>
                    </label>
                </div>
            )}
            {found.fault.value && <Fault text={found.fault.value} />}
            {all?.length === 0 && <p class="admin_nothing faint">{t('admin.plugins.none')}</p>}
            <ul class="admin_cards" aria-label={t('admin.plugins')} aria-busy={all === null}>
                {(all ?? []).map((one) => (
                    <Card key={`${model.value}/${one.id}`} of={one} writes={writes} onTurn={(on) => turn(one.id, on)} hasSettings={sections.value.value?.has(one.id) ?? false} />
                ))}
            </ul>
            {wish.value && (
                <Change
                    wish={wish.value}
                    onClose={() => (wish.value = null)}
                    onSaved={() => {
                        wish.value = null;
                        void found.again();
                    }}
                    onStale={() => void found.again()}
                />
            )}
        </>
    );
}
