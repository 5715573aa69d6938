// Begins: words, who is signed in, the connection, pieces of plugins.
import { render } from 'preact';
import './style/base.css';
import './style/sign_in.css';
import './style/frame.css';
import './style/messages.css';
import { effect, signal } from '@preact/signals';
import { ParleyError } from '@parley/client';
import { t } from './i18n/index.ts';
import { client, loadKinds, self, server, session } from './state/chat.ts';
import { loadPieces } from './state/pieces.ts';
import { listenForOthers } from './state/hearing.ts';
import { startWorker } from './state/worker.ts';
import { App } from './ui/app.tsx';
import { fillOwnActions } from './ui/actions.tsx';
import { listenToKeys } from './ui/keys.ts';
import { BesideBox, Toasts } from './ui/overlay.tsx';
import { SignIn, step, wasSignedIn } from './ui/sign_in.tsx';
import './state/wishes.ts';

const started = signal(false);

function Whole() {
    if (!started.value) return <main class="sign_in" aria-busy="true" aria-label={t('app.loading')} />;
    const inside = session.value && !session.value.mustEnrol && (step.value === 'password' || step.value === 'code');
    if (!inside)
        return (
            <>
                <SignIn />
                <Toasts />
                <BesideBox />
            </>
        );
    if (!self.value) return <main class="sign_in" aria-busy="true" aria-label={t('app.loading')} />;
    return <App />;
}

const lookAgain = 5000;
async function begin() {
    void client.call('server.info').then((info) => (server.value = info), () => {});
    try {
        await client.restore();
        if (step.value === 'unreachable') step.value = 'password';
    } catch (why) {
        if (!(why instanceof ParleyError)) throw why;
        if (why.code === 'code_needed') step.value = 'prove';
        else if (why.isPassing) {
            step.value = 'unreachable';
            const again = setTimeout(go, lookAgain);
            addEventListener('online', go, { once: true });
            function go() {
                clearTimeout(again);
                removeEventListener('online', go);
                void begin();
            }
        }
    }
    started.value = true;
}

let connected = false;
effect(() => {
    const inside = session.value !== null && !session.value.mustEnrol;
    if (inside && !connected) {
        connected = true;
        wasSignedIn.value = false;
        void client.connect().catch(() => {});
        void loadKinds().catch(() => {});
        void loadPieces();
    } else if (!inside && connected) {
        connected = false;
        wasSignedIn.value = true;
    }
});

const app = document.getElementById('app')!;
// The operator's page is one by itself: nobody is signed in and no code of plugins runs beside the token.
const isOperators = () => /^#\/?operator$/.test(location.hash);
const operates = isOperators();
addEventListener('hashchange', () => isOperators() !== operates && location.reload());
if (operates) {
    void import('./operator/page.tsx').then(({ Operator }) => render(<Operator />, app));
} else {
    fillOwnActions();
    listenToKeys();
    listenForOthers();
    render(<Whole />, app);
    void begin();
    startWorker();
}
