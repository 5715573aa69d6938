// The service worker, which keeps the shell of the page; and a word when a newer page is there.
import { t } from '../i18n/index.ts';
import { toast } from './notice.ts';

interface TrustedTypes {
    createPolicy(name: string, rules: { createScriptURL: (address: string) => string }): { createScriptURL(address: string): string };
}

const address = '/webapp/service_worker.js';
// The page's policy lets texts become scripts only here.
function trusted() {
    const { trustedTypes } = window as { trustedTypes?: TrustedTypes };
    const policy = trustedTypes?.createPolicy('parley', { createScriptURL: (one) => (one === address ? one : '') });
    return policy ? policy.createScriptURL(address) : address;
}

export function startWorker() {
    if (!('serviceWorker' in navigator) || !import.meta.env.PROD) return;
    const had = navigator.serviceWorker.controller !== null;
    navigator.serviceWorker.addEventListener('controllerchange', () => {
        if (had) toast(t('app.update'), { label: t('app.reload'), run: () => location.reload() }, 0);
    });
    addEventListener('load', () => void navigator.serviceWorker.register(trusted(), { scope: '/webapp/' }).catch(() => {}));
}
