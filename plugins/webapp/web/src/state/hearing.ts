// What happens elsewhere, told to who does not look: to screen readers, and on the desktop.
import type { Message } from '@parley/client';
import { t } from '../i18n/index.ts';
import { client, nameOf, room, self, titleOf } from './chat.ts';
import { announce } from './notice.ts';
import { go, here, toRoom } from './place.ts';
import { desktopNotices } from './wishes.ts';

function wanted(message: Message) {
    const one = room(message.conversation).peek();
    if (!one?.membership) return undefined;
    const { notify } = one.membership;
    const called = message.mentions.includes(self.peek()?.id ?? '');
    return notify === 'all' || (notify === 'mentions' && called) ? one : undefined;
}

function tell(message: Message) {
    if (message.from.source === 'user' && message.from.id === self.peek()?.id) return;
    const words = t('message.said', { name: nameOf(message.from), text: message.text.slice(0, 300) });
    const looking = document.visibilityState === 'visible' && document.hasFocus();
    if (here.peek() === message.conversation) announce(words);
    const one = wanted(message);
    if (!one || (looking && here.peek() === message.conversation)) return;
    if (here.peek() !== message.conversation) announce(`${titleOf(one)}: ${words}`);
    if (looking || !desktopNotices.peek() || !('Notification' in window) || Notification.permission !== 'granted') return;
    const shown = new Notification(titleOf(one), { body: words, tag: message.conversation, icon: '/webapp/icon-192.png' });
    shown.onclick = () => {
        window.focus();
        go(toRoom(message.conversation, message.seq ?? undefined));
        shown.close();
    };
}

export function listenForOthers() {
    client.on('message.created', (event) => {
        const { message } = (event as { data: { message: Message & { purged?: boolean } } }).data;
        // Names that are not known yet are asked for by asking.
        if (!message.purged && client.status === 'live') setTimeout(() => tell(message), 50);
    });
}
