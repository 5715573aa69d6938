// How this place does right now.
import { t, number } from '../i18n/index.ts';
import { fullTime, relativeTime } from '../i18n/times.ts';
import { client, server } from '../state/chat.ts';
import { Fault, useLoaded } from './parts.tsx';

const every = 5000;

function Figure({ n, label, alarm }: { n: number; label: string; alarm?: boolean }) {
    return (
        <li class={alarm ? 'admin_figure alarm' : 'admin_figure'}>
            <strong>{number(n)}</strong>
            <span>{label}</span>
        </li>
    );
}

export function Overview() {
    const now = useLoaded(() => client.call('server.state'), [], every);
    const plugins = useLoaded(() => client.call('plugins.list'), [], every);
    const state = now.value.value;
    const all = plugins.value.value?.plugins;
    const troubled = all?.filter((one) => one.trouble.length > 0) ?? [];
    const place = server.value?.tenant;
    return (
        <>
            {(now.fault.value || plugins.fault.value) && <Fault text={now.fault.value || plugins.fault.value} />}
            <h2>{t('admin.overview.now')}</h2>
            <ul class="admin_figures" aria-busy={!state}>
                {state && <Figure n={state.people} label={t('admin.overview.people', { n: state.people })} />}
                {state && <Figure n={state.connections} label={t('admin.overview.connections', { n: state.connections })} />}
                {all && <Figure n={all.filter((one) => one.on).length} label={t('admin.overview.plugins', { n: all.filter((one) => one.on).length })} />}
                {all && <Figure n={troubled.length} label={t('admin.overview.trouble', { n: troubled.length })} alarm={troubled.length > 0} />}
            </ul>
            {troubled.length > 0 && (
                <ul class="admin_troubles">
                    {troubled.flatMap((one) => one.trouble).map((said) => (
                        <li key={said} class="fault">
                            {said}
                        </li>
                    ))}
                </ul>
            )}
            <h2>{t('admin.overview.place')}</h2>
            <dl class="admin_facts">
                <dt>{t('admin.overview.name')}</dt>
                <dd>{place?.name}</dd>
                <dt>{t('admin.overview.shown')}</dt>
                <dd>
                    <bdi>{place?.display_name}</bdi>
                    {place?.description && (
                        <bdi class="faint">
                            <br />
                            {place.description}
                        </bdi>
                    )}
                </dd>
                <dt>{t('admin.overview.version')}</dt>
                <dd>{state?.version}</dd>
            </dl>
            <h2>{t('admin.overview.configuration')}</h2>
            <dl class="admin_facts">
                <dt>{t('admin.overview.generation')}</dt>
                <dd>{state && number(state.configuration.generation)}</dd>
                <dt>{t('admin.overview.loaded')}</dt>
                <dd>{state && <time title={fullTime(state.configuration.loaded_at)}>{relativeTime(state.configuration.loaded_at)}</time>}</dd>
                <dt>{t('admin.overview.last')}</dt>
                <dd class={state?.configuration.last_reload === 'refused' ? 'admin_bad' : undefined}>{state && t(`admin.overview.last.${state.configuration.last_reload}`)}</dd>
            </dl>
            <p class="faint small">{t('admin.overview.note')}</p>
        </>
    );
}
