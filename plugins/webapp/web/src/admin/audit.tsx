// The audit log: who did what, when, from where; the newest first.
import { useSignal } from '@preact/signals';
import type { AuditEntry, Id } from '@parley/client';
import { t } from '../i18n/index.ts';
import { fullTime, relativeTime } from '../i18n/times.ts';
import { client, nameOfUser } from '../state/chat.ts';
import { Icon } from '../ui/icon.tsx';
import { PeoplePicker } from '../ui/people_picker.tsx';
import { ListFoot, Search, Table, useList, useRested } from './parts.tsx';

const page = 50;
const nobody: ReadonlySet<Id> = new Set();

const worded = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
const Details = ({ of }: { of: AuditEntry }) => (
    <span class="admin_details_words">
        {Object.entries(of.details).map(([name, value]) => (
            <span key={name}>
                <span class="faint">{name}:</span> <bdi>{worded(value).slice(0, 500)}</bdi>
            </span>
        ))}
    </span>
);

export function Audit() {
    const wanted = useSignal('');
    const actor = useSignal<Id | null>(null);
    const action = useRested(wanted.value.trim(), 400);
    const list = useList<AuditEntry, Id>(
        async (before) => {
            const found = await client.call('audit.list', { limit: page, ...(action ? { action } : {}), ...(actor.value ? { actor: actor.value } : {}), ...(before ? { before } : {}) });
            return { items: found.entries, next: found.next };
        },
        [action, actor.value],
    );
    return (
        <>
            <p class="faint">{t('admin.audit.sentence')}</p>
            <div class="admin_tools">
                <Search label={`${t('admin.audit.action')} (${t('admin.audit.action_hint')})`} value={wanted} />
                {actor.value ? (
                    <button type="button" class="button" onClick={() => (actor.value = null)}>
                        <Icon name="close" /> {t('admin.audit.actor')}: <bdi>{nameOfUser(actor.value)}</bdi>
                    </button>
                ) : (
                    <div class="admin_pick">
                        <PeoplePicker label={t('admin.audit.pick')} without={nobody} onPick={(id) => (actor.value = id)} />
                    </div>
                )}
            </div>
            <Table
                label={t('admin.audit')}
                busy={list.items.value === null}
                rows={list.items.value ?? []}
                keyOf={(one) => one.id}
                columns={[
                    { id: 'when', label: t('admin.audit.when'), show: (one) => <time dateTime={one.at} title={fullTime(one.at)}>{relativeTime(one.at)}</time> },
                    { id: 'what', label: t('admin.audit.what'), head: true, show: (one) => (
                        <button type="button" class="admin_action" title={t('admin.audit.only', { action: one.action })} onClick={() => (wanted.value = one.action)}>
                            {one.action}
                        </button>
                    ) },
                    { id: 'who', label: t('admin.audit.actor'), show: (one) => (one.actor ? <bdi>{nameOfUser(one.actor)}</bdi> : <span class="faint">{t('admin.audit.somebody')}</span>) },
                    { id: 'to', label: t('admin.audit.to'), show: (one) => one.subject && <span>{one.subject.kind === 'user' ? <bdi>{nameOfUser(one.subject.id)}</bdi> : <>{one.subject.kind} <code class="admin_id">{one.subject.id}</code></>}</span> },
                    { id: 'from', label: t('admin.audit.from'), show: (one) => one.address },
                    { id: 'details', label: t('admin.audit.details'), show: (one) => <Details of={one} /> },
                ]}
            />
            <ListFoot of={list} />
        </>
    );
}
