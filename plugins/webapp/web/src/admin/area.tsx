// The administration: its pages beside a list of them, those of plugins among the app's own.
import './words.ts';
import '../style/admin.css';
import type { ComponentType } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { placeName, status } from '../state/chat.ts';
import { ownAdminPages } from '../state/admin.ts';
import { piecesAreHere } from '../state/pieces.ts';
import { here, place, toRoom } from '../state/place.ts';
import { slot, type Page } from '../slots/index.ts';
import { Icon } from '../ui/icon.tsx';
import { Audit } from './audit.tsx';
import { Conversations } from './conversations.tsx';
import { Overview } from './overview.tsx';
import { Plugins } from './plugins.tsx';
import { Roles } from './roles.tsx';
import { Settings } from './settings.tsx';
import { Users } from './users.tsx';

const components: Record<string, ComponentType> = { overview: Overview, users: Users, roles: Roles, conversations: Conversations, settings: Settings, plugins: Plugins, audit: Audit };

const known = (): (Page & { order: number })[] => [
    ...ownAdminPages.map((one) => ({ ...one, label: () => t(`admin.${one.id}`), component: components[one.id]! })),
    ...slot('adminPages').map((one) => ({ ...one, order: one.order ?? 100 })),
];

let cameFrom = '#/';
here.subscribe((room) => room && (cameFrom = toRoom(room)));

function Badge({ of }: { of: Page }) {
    const waits = of.badge?.() ?? 0;
    if (waits === 0) return null;
    return (
        <span class="badge mention">
            <span aria-hidden="true">{waits > 99 ? '99+' : waits}</span>
            <span class="unseen">{t('admin.waiting', { n: waits })}</span>
        </span>
    );
}

function Missing({ id, isKnown, any }: { id: string | undefined; isKnown: boolean; any: boolean }) {
    // A piece may still be on its way.
    if (!isKnown && id && !piecesAreHere.value) return <p class="faint">{t('app.loading')}</p>;
    return (
        <div class="admin_missing" role="alert">
            <Icon name="lock" />
            <p>{t(isKnown ? 'admin.not_allowed' : id && any ? 'admin.unknown' : 'admin.none')}</p>
        </div>
    );
}

export function Area() {
    const id = place.value.page?.split('/')[1];
    const all = known().sort((one, other) => one.order - other.order);
    const allowed = all.filter((one) => one.when?.() ?? true);
    const chosen = id ? allowed.find((one) => one.id === id) : allowed[0];
    const main = useRef<HTMLElement>(null);
    const begun = useRef(false);
    useEffect(() => {
        // Whoever goes to another page by keyboard or by ear goes on at its beginning.
        if (begun.current) main.current?.focus({ preventScroll: true });
        if (main.current) main.current.scrollTop = 0;
        document.querySelector('.admin_nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
        begun.current = true;
    }, [chosen?.id]);
    useEffect(() => {
        document.title = `${chosen ? `${chosen.label()} – ` : ''}${t('admin.title')} – ${placeName.value}`;
    });
    return (
        <div class="admin">
            <header class="admin_head">
                <a class="icon_button" href={cameFrom} aria-label={t('admin.back')} title={t('admin.back')}>
                    <Icon name="back" />
                </a>
                <p class="admin_title">
                    <strong>{t('admin.title')}</strong> <bdi class="faint">{placeName.value}</bdi>
                </p>
                <span class="admin_gone" role="status">
                    {status.value === 'offline' || status.value === 'waiting' ? t('state.reconnecting') : ''}
                </span>
            </header>
            {allowed.length > 0 && (
                <nav class="admin_nav" aria-label={t('admin.pages')} data-region>
                    {allowed.map((one) => (
                        <a key={one.id} class="menu_item" href={`#/admin/${one.id}`} aria-current={one === chosen ? 'page' : undefined}>
                            <Icon name={one.icon ?? 'settings'} />
                            <span class="name">{one.label()}</span>
                            <Badge of={one} />
                        </a>
                    ))}
                </nav>
            )}
            <main class="admin_page" id="room" data-page={id ?? chosen?.id} ref={main} tabIndex={0} data-region>
                <h1>{chosen ? chosen.label() : t('admin.title')}</h1>
                {chosen ? <chosen.component key={chosen.id} /> : <Missing id={id} isKnown={all.some((one) => one.id === id)} any={allowed.length > 0} />}
            </main>
        </div>
    );
}
