// What somebody can choose, for oneself and for this device; pages of plugins stand beside.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { ComponentType } from 'preact';
import type { Session } from '@parley/client';
import { language, languages, speak, t } from '../i18n/index.ts';
import { relativeTime } from '../i18n/times.ts';
import { client, self } from '../state/chat.ts';
import { signOut } from '../state/leaving.ts';
import { attempt, toast } from '../state/notice.ts';
import { go, here, place, toRoom } from '../state/place.ts';
import { density, desktopNotices, theme, type Theme } from '../state/wishes.ts';
import { slot, type Page } from '../slots/index.ts';
import { ask } from './ask.tsx';
import { KeyList } from './dialogs.tsx';
import { Dialog } from './overlay.tsx';
import { Enrol } from './sign_in.tsx';

const given = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    return (name: string) => String(form.get(name) ?? '').trim();
};

function Profile() {
    const me = self.value;
    if (!me) return null;
    const submit = async (event: Event) => {
        const text = given(event);
        if (await attempt(client.call('user.update', { display_name: text('display_name'), status_text: text('status_text') }))) toast(t('app.saved'), undefined, 2500);
    };
    return (
        <form class="field" onSubmit={(event) => void submit(event)}>
            <label class="field">
                <span>{t('profile.display_name')}</span>
                <input name="display_name" value={me.display_name} required maxLength={80} autocomplete="nickname" />
            </label>
            <label class="field">
                <span>{t('profile.status')}</span>
                <input name="status_text" value={me.status_text} maxLength={100} />
            </label>
            <div class="dialog_foot">
                <button class="button first">{t('app.save')}</button>
            </div>
        </form>
    );
}

function Look() {
    return (
        <>
            <label class="field">
                <span>{t('settings.theme')}</span>
                <select value={theme.value} onChange={(event) => (theme.value = event.currentTarget.value as Theme)}>
                    {(['system', 'light', 'dark'] as const).map((one) => (
                        <option key={one} value={one}>
                            {t(`settings.theme.${one}`)}
                        </option>
                    ))}
                </select>
            </label>
            <label class="field">
                <span>{t('settings.language')}</span>
                <select value={language.value} onChange={(event) => void speak(event.currentTarget.value)}>
                    {Object.entries(languages).map(([name, one]) => (
                        <option key={name} value={name} lang={name}>
                            {one.title}
                        </option>
                    ))}
                </select>
            </label>
            <label class="field">
                <span>{t('settings.density')}</span>
                <select value={density.value} onChange={(event) => (density.value = event.currentTarget.value as 'cosy')}>
                    {(['cosy', 'compact'] as const).map((one) => (
                        <option key={one} value={one}>
                            {t(`settings.density.${one}`)}
                        </option>
                    ))}
                </select>
            </label>
        </>
    );
}

function Notifications() {
    const denied = useSignal(false);
    const change = async (wanted: boolean) => {
        if (!wanted) return void (desktopNotices.value = false);
        const answer = 'Notification' in window ? await Notification.requestPermission() : 'denied';
        desktopNotices.value = answer === 'granted';
        denied.value = answer !== 'granted';
    };
    return (
        <>
            <label class="check">
                <input type="checkbox" checked={desktopNotices.value} onChange={(event) => void change(event.currentTarget.checked)} />
                <span>{t('settings.desktop')}</span>
            </label>
            {denied.value && <p class="fault">{t('settings.desktop_denied')}</p>}
        </>
    );
}

function Security() {
    const all = useSignal<readonly Session[]>([]);
    const enrolling = useSignal(false);
    const load = () => void attempt(client.call('session.list')).then((found) => found && (all.value = found.sessions));
    useEffect(load, []);
    const changePassword = async (event: Event) => {
        const form = event.currentTarget as HTMLFormElement;
        const text = given(event);
        if (!(await attempt(client.call('password.change', { old_password: text('old_password'), new_password: text('new_password') })))) return;
        form.reset();
        toast(t('settings.password_done'));
        load();
    };
    const switchOff = async () => {
        const code = await ask({ title: t('settings.totp_off'), field: t('sign_in.code'), confirm: t('settings.totp_off'), alarm: true });
        if (code !== null && (await attempt(client.call('totp.disable', { code })))) toast(t('app.saved'));
    };
    return (
        <>
            <h3>{t('settings.sessions')}</h3>
            <ul>
                {all.value.map((one) => (
                    <li key={one.id} class="person_row">
                        <div class="name">
                            <span>
                                {one.name || one.user_agent.slice(0, 60) || one.kind} {one.current && `(${t('settings.session_here')})`}
                            </span>
                            <span class="faint small">
                                {one.address} {one.used_at && `· ${t('settings.session_used', { time: relativeTime(one.used_at) })}`}
                            </span>
                        </div>
                        {!one.current && (
                            <button type="button" class="button" onClick={() => void attempt(client.call('session.end', { session: one.id })).then(load)}>
                                {t('settings.session_end')}
                            </button>
                        )}
                    </li>
                ))}
            </ul>
            <div>
                <button type="button" class="button" onClick={() => void signOut({ everywhere: true })}>
                    {t('sign_in.out_everywhere')}
                </button>
            </div>
            <h3>{t('settings.totp')}</h3>
            {enrolling.value ? (
                <Enrol onDone={() => (enrolling.value = false)} />
            ) : (
                <div class="dialog_foot">
                    <button type="button" class="button" onClick={() => (enrolling.value = true)}>
                        {t('settings.totp_on')}
                    </button>
                    <button type="button" class="button" onClick={() => void switchOff()}>
                        {t('settings.totp_off')}
                    </button>
                </div>
            )}
            <h3>{t('settings.password')}</h3>
            <form class="field" onSubmit={(event) => void changePassword(event)}>
                <input type="hidden" name="username" autocomplete="username" value={self.value?.username} />
                <label class="field">
                    <span>{t('settings.old_password')}</span>
                    <input name="old_password" type="password" autocomplete="current-password" required />
                </label>
                <label class="field">
                    <span>{t('settings.new_password')}</span>
                    <input name="new_password" type="password" autocomplete="new-password" required minLength={8} />
                </label>
                <div class="dialog_foot">
                    <button class="button first">{t('settings.password')}</button>
                </div>
            </form>
        </>
    );
}

const own: readonly { id: string; label: () => string; component: ComponentType }[] = [
    { id: 'profile', label: () => t('settings.profile'), component: Profile },
    { id: 'look', label: () => t('settings.look'), component: Look },
    { id: 'notifications', label: () => t('settings.notifications'), component: Notifications },
    { id: 'security', label: () => t('settings.security'), component: Security },
    { id: 'keys', label: () => t('settings.keys'), component: KeyList },
];

let cameFrom = '#/';
here.subscribe((room) => room && (cameFrom = toRoom(room)));
const leave = () => go(cameFrom);

export function Pages() {
    const id = (place.value.page ?? '').split('/')[1];
    const all = [...own, ...slot('settingsPages').filter((one: Page) => one.when?.() ?? true)];
    const chosen = all.find((one) => one.id === id) ?? all[0];
    return (
        <Dialog large title={t('settings.title')} onClose={leave}>
            <div class="pages">
                <nav aria-label={t('settings.title')}>
                    {all.map((one) => (
                        <a key={one.id} class="menu_item" href={`#/settings/${one.id}`} aria-current={one === chosen ? 'page' : undefined}>
                            {one.label()}
                        </a>
                    ))}
                </nav>
                <section class="page" aria-label={chosen?.label()} tabIndex={0}>
                    {chosen && <chosen.component key={chosen.id} />}
                </section>
            </div>
        </Dialog>
    );
}
