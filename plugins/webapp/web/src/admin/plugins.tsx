// Plugins: which there are, whether they are on here and why not, and how they do.
import { t, number } from '../i18n/index.ts';
import type { PluginEntry } from '@parley/client';
import { client } from '../state/chat.ts';
import { Icon } from '../ui/icon.tsx';
import { Chip, Fault, Table, useLoaded } from './parts.tsx';

const every = 5000;

function Card({ of, hasSettings }: { of: PluginEntry; hasSettings: boolean }) {
    const facts = [
        of.version,
        of.licence,
        t(`admin.plugins.${of.isolation}`),
        ...(of.restarts > 0 ? [t('admin.plugins.restarts', { n: of.restarts })] : []),
        ...of.models.map((one) => t(one.on ? 'admin.plugins.model_on' : 'admin.plugins.model_off', { name: one.name })),
    ];
    return (
        <li class="admin_card column">
            <div class="admin_card_words">
                <h2>
                    {of.title} {of.trouble.length > 0 && <Chip tone="alarm">{t('admin.plugins.trouble')}</Chip>} {of.on ? <Chip tone="good">{t('admin.plugins.on')}</Chip> : <Chip>{t('admin.plugins.off')}</Chip>}
                </h2>
                <p>{of.sentence}</p>
                <p class="faint small">
                    <code>{of.id}</code> · {facts.filter(Boolean).join(' · ')}
                </p>
                {of.why_off && <p class="small">{of.why_off}</p>}
                {of.trouble.map((said) => (
                    <p key={said} class="fault">
                        {said}
                    </p>
                ))}
            </div>
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
    const found = useLoaded(async () => (await client.call('plugins.list')).plugins, [], every);
    const sections = useLoaded(async () => new Set((await client.call('settings.list', {})).sections.map((one) => one.name)), []);
    const all = found.value.value;
    return (
        <>
            <p class="faint">{t('admin.plugins.sentence')}</p>
            {found.fault.value && <Fault text={found.fault.value} />}
            {all?.length === 0 && <p class="admin_nothing faint">{t('admin.plugins.none')}</p>}
            <ul class="admin_cards" aria-label={t('admin.plugins')} aria-busy={all === null}>
                {(all ?? []).map((one) => (
                    <Card key={one.id} of={one} hasSettings={sections.value.value?.has(one.id) ?? false} />
                ))}
            </ul>
        </>
    );
}
