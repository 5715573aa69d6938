// The ways in: password, second factor, guests, providers.
import { signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ParleyError, type Provider, type ProviderList } from '@parley/client';
import { t } from '../i18n/index.ts';
import { client, placeName, session } from '../state/chat.ts';
import { wordsOf } from '../state/notice.ts';

export type Step = 'password' | 'code' | 'prove' | 'enrol' | 'renew' | 'unreachable';
export const step = signal<Step>('password');
export const wasSignedIn = signal(false);

export function Mark() {
    return <img class="mark" src="/webapp/icon.svg" alt="" width="36" height="36" />;
}

const deviceName = () => {
    const agent = navigator.userAgent;
    const browser = /Firefox/.test(agent) ? 'Firefox' : /Edg\//.test(agent) ? 'Edge' : /Chrom/.test(agent) ? 'Chromium' : /Safari/.test(agent) ? 'Safari' : 'Browser';
    const system = /Android/.test(agent) ? 'Android' : /iPhone|iPad/.test(agent) ? 'iOS' : /Windows/.test(agent) ? 'Windows' : /Mac/.test(agent) ? 'macOS' : 'Linux';
    return `${browser}, ${system}`;
};

function useWork() {
    const busy = useSignal(false);
    const fault = useSignal('');
    const run = async (work: () => Promise<unknown>) => {
        if (busy.value) return;
        busy.value = true;
        fault.value = '';
        try {
            await work();
        } catch (why) {
            fault.value = wordsOf(why);
        } finally {
            busy.value = false;
        }
    };
    return { busy, fault, run };
}
const Fault = ({ text }: { text: string }) => <div role="alert">{text && <p class="fault">{text}</p>}</div>;
const textOf = (event: Event, name: string) => String(new FormData(event.currentTarget as HTMLFormElement).get(name) ?? '');

function PasswordForm() {
    const { busy, fault, run } = useWork();
    const who = useSignal({ username: '', password: '' });
    const submit = (event: Event) => {
        event.preventDefault();
        const code = step.value === 'code' ? textOf(event, 'code').replace(/\s/g, '') : undefined;
        if (step.value !== 'code') who.value = { username: textOf(event, 'username').trim(), password: textOf(event, 'password') };
        void run(async () => {
            try {
                await client.signIn({ ...who.value, ...(code ? { code } : {}), name: deviceName() });
                step.value = 'password';
            } catch (why) {
                if (why instanceof ParleyError && why.code === 'code_needed') step.value = 'code';
                else throw why;
            }
        });
    };
    if (step.value === 'code')
        return (
            <form key="code" onSubmit={submit}>
                <label class="field">
                    <span>{t('sign_in.code')}</span>
                    <input name="code" autocomplete="one-time-code" inputMode="text" required autofocus ref={(at) => at?.focus()} />
                </label>
                <Fault text={fault.value} />
                <button class="button first wide" disabled={busy.value}>
                    {t('sign_in.code_submit')}
                </button>
                <button type="button" class="plain_link" onClick={() => (step.value = 'password')}>
                    {t('app.back')}
                </button>
            </form>
        );
    return (
        <form key="password" onSubmit={submit}>
            <label class="field">
                <span>{t('sign_in.username')}</span>
                <input name="username" autocomplete="username" autocapitalize="none" spellcheck={false} required autofocus />
            </label>
            <label class="field">
                <span>{t('sign_in.password')}</span>
                <input name="password" type="password" autocomplete="current-password" required />
            </label>
            <Fault text={fault.value} />
            <button class="button first wide" disabled={busy.value}>
                {t('sign_in.submit')}
            </button>
        </form>
    );
}

function Others() {
    const providers = useSignal<readonly Provider[]>([]);
    const asGuest = useSignal(false);
    const guests = useSignal(false);
    const { busy, fault, run } = useWork();
    useEffect(() => {
        const take = (found: ProviderList) => {
            providers.value = found.providers;
            guests.value = found.guests;
        };
        client.call('sign_in.providers').then(take, () => {});
    }, []);
    const enter = (event: Event) => {
        event.preventDefault();
        const display_name = textOf(event, 'display_name').trim();
        void run(() => client.signInAsGuest(display_name ? { display_name } : {}));
    };
    if (!guests.value && providers.value.length === 0) return null;
    return (
        <>
            <p class="or">{t('sign_in.or')}</p>
            {providers.value.map((one) => (
                <a key={one.name} class="button wide" href={client.providerUrl(one.name, '/webapp/')}>
                    {t('sign_in.with', { title: one.title || one.name })}
                </a>
            ))}
            {guests.value && asGuest.value ? (
                <form onSubmit={enter}>
                    <label class="field">
                        <span>{t('sign_in.guest_name')}</span>
                        <input name="display_name" autocomplete="nickname" maxLength={80} ref={(at) => at?.focus()} />
                    </label>
                    <button class="button wide" disabled={busy.value}>
                        {t('sign_in.guest')}
                    </button>
                </form>
            ) : (
                guests.value && (
                    <button type="button" class="button wide" onClick={() => (asGuest.value = true)}>
                        {t('sign_in.guest')}
                    </button>
                )
            )}
            <Fault text={fault.value} />
        </>
    );
}

// Somebody came from a provider, and the account has a second factor.
function Prove() {
    const { busy, fault, run } = useWork();
    const submit = (event: Event) => {
        event.preventDefault();
        const code = textOf(event, 'code').replace(/\s/g, '');
        void run(async () => {
            await client.call('totp.prove', { code });
            location.reload();
        });
    };
    return (
        <form onSubmit={submit}>
            <label class="field">
                <span>{t('sign_in.code')}</span>
                <input name="code" autocomplete="one-time-code" required autofocus />
            </label>
            <Fault text={fault.value} />
            <button class="button first wide" disabled={busy.value}>
                {t('sign_in.code_submit')}
            </button>
        </form>
    );
}

/** A second factor being set up: the key, a first code, the recovery codes. Also in the settings. */
export function Enrol({ onDone }: { onDone: () => void }) {
    const { busy, fault, run } = useWork();
    const secret = useSignal<{ secret: string; uri: string } | null>(null);
    const codes = useSignal<readonly string[] | null>(null);
    useEffect(() => void run(async () => (secret.value = await client.call('totp.begin'))), []);
    if (codes.value)
        return (
            <div class="field">
                <p>{t('sign_in.recovery')}</p>
                <ul class="codes">
                    {codes.value.map((one) => (
                        <li key={one}>{one}</li>
                    ))}
                </ul>
                <button type="button" class="button first" onClick={onDone}>
                    {t('sign_in.recovery_done')}
                </button>
            </div>
        );
    return (
        <form
            onSubmit={(event) => {
                event.preventDefault();
                const code = textOf(event, 'code').replace(/\s/g, '');
                void run(async () => (codes.value = (await client.call('totp.confirm', { code })).recovery_codes));
            }}
        >
            <p>{t('sign_in.enrol_secret')}</p>
            {secret.value && (
                <>
                    <p class="secret">{secret.value.secret}</p>
                    <p>
                        <a href={secret.value.uri}>{t('sign_in.enrol_open')}</a>
                    </p>
                </>
            )}
            <label class="field">
                <span>{t('sign_in.code')}</span>
                <input name="code" autocomplete="one-time-code" required />
            </label>
            <Fault text={fault.value} />
            <button class="button first" disabled={busy.value || !secret.value}>
                {t('settings.totp_confirm')}
            </button>
        </form>
    );
}

// With a code that an administrator handed over: for a first password, or one that was forgotten.
function Renew() {
    const { busy, fault, run } = useWork();
    const done = useSignal(false);
    const submit = (event: Event) => {
        event.preventDefault();
        const token = textOf(event, 'token').trim();
        const password = textOf(event, 'password');
        void run(async () => {
            await client.call('password.reset', { token, password });
            done.value = true;
        });
    };
    const back = (
        <button type="button" class="plain_link" onClick={() => (step.value = 'password')}>
            {t(done.value ? 'sign_in.submit' : 'app.back')}
        </button>
    );
    if (done.value)
        return (
            <>
                <p role="status">{t('sign_in.renewed')}</p>
                {back}
            </>
        );
    return (
        <form onSubmit={submit}>
            <label class="field">
                <span>{t('sign_in.renew_code')}</span>
                <input name="token" autocomplete="off" autocapitalize="none" spellcheck={false} required ref={(at) => at?.focus()} />
            </label>
            <label class="field">
                <span>{t('settings.new_password')}</span>
                <input name="password" type="password" autocomplete="new-password" required minLength={8} />
            </label>
            <Fault text={fault.value} />
            <button class="button first wide" disabled={busy.value}>
                {t('sign_in.renew_submit')}
            </button>
            {back}
        </form>
    );
}

const errorOfProvider = () => {
    const word = new URLSearchParams(location.search).get('sign_in_error');
    if (!word) return '';
    return t(`sign_in.error.${['denied', 'no_account', 'provider_away'].includes(word) ? word : 'failed'}`);
};

// The shell is here and the server is not; the page looks for it by itself.
function Unreachable() {
    return (
        <main class="sign_in">
            <div class="sign_in_card">
                <h1>
                    <Mark />
                    <span>{t('app.name')}</span>
                </h1>
                <p role="status">{t('sign_in.offline')}</p>
                <button type="button" class="button first" onClick={() => location.reload()}>
                    {t('app.retry')}
                </button>
            </div>
        </main>
    );
}

export function SignIn() {
    const enrol = step.value === 'enrol' || session.value?.mustEnrol;
    const prove = step.value === 'prove';
    if (step.value === 'unreachable') return <Unreachable />;
    const title = step.value === 'code' || prove || enrol ? t('sign_in.code_title') : t('sign_in.to', { place: placeName.value });
    useEffect(() => void (document.title = title), [title]);
    return (
        <main class="sign_in">
            <div class="sign_in_card">
                <h1>
                    <Mark />
                    <span>{title}</span>
                </h1>
                {wasSignedIn.value && <p role="status">{t('sign_in.again')}</p>}
                <Fault text={errorOfProvider()} />
                {step.value === 'renew' ? (
                    <Renew />
                ) : enrol ? (
                    <>
                        <p>{t('sign_in.enrol')}</p>
                        <Enrol onDone={() => location.reload()} />
                    </>
                ) : prove ? (
                    <Prove />
                ) : (
                    <>
                        <PasswordForm />
                        {step.value === 'password' && (
                            <>
                                <Others />
                                <button type="button" class="plain_link" onClick={() => (step.value = 'renew')}>
                                    {t('sign_in.renew')}
                                </button>
                            </>
                        )}
                    </>
                )}
            </div>
        </main>
    );
}
