// The frame begins: it asks the page where it is, the server whether it may be there, and who was here before. What is
// shown comes when somebody first looks.
import { effect } from '@preact/signals';
import type { FromFrame, Shown, ToFrame } from '../protocol.ts';
import { speak } from '../words/index.ts';
import { config, configOf } from './config.ts';
import { dress } from './look.ts';
import { isPage, isSettled, isShown, say, settleOn, wantsFocus } from './page.ts';
import { come, refusal, session, signOut, unread } from './visitor.ts';

async function start(what: ToFrame & { parley: 'start' }, origin: string) {
    if (!settleOn(origin)) return;
    told = what.shown;
    dress(what.look);
    await speak(what.look.language);
    const found = await configOf(origin === location.origin ? 'self' : origin);
    if (!found) return say({ parley: 'refused' });
    config.value = found;
    show(told);
    await come(what.who).catch(() => {});
    isSettled.value = true;
    effect(() => say({ parley: 'known', known: session.value !== null }));
    effect(() => say({ parley: 'unread', count: unread.value }));
}

// What the page said last, also while nothing can be shown yet.
let told: Shown = 'hidden';
let isDrawn = false;
function show(shown: Shown) {
    told = shown;
    isShown.value = shown !== 'hidden';
    if (shown === 'with_focus') wantsFocus.value++;
    if (!isShown.value || !config.value) return;
    if (isDrawn) return;
    isDrawn = true;
    void import('../panel/panel.tsx').then(({ draw }) => draw(document.getElementById('widget')!));
}

// The page's promise is kept or broken.
async function answer(id: number, work: Promise<unknown>) {
    try {
        await work;
        say({ parley: 'done', id });
    } catch (why) {
        say({ parley: 'done', id, fault: refusal.value || (why instanceof Error ? why.message : String(why)) });
    }
}

addEventListener('message', (event) => {
    if (event.source !== parent || parent === window) return;
    const said = event.data as ToFrame;
    if (said?.parley === 'start') return void start(said, event.origin);
    if (!isPage(event.origin)) return;
    if (said?.parley === 'shown') show(said.shown);
    if (said?.parley === 'identify') void answer(said.id, come(said.who));
    if (said?.parley === 'sign_out') void answer(said.id, signOut());
});
if (parent !== window) parent.postMessage({ parley: 'loaded' } satisfies FromFrame, '*');
