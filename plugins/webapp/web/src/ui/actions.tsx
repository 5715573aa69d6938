// What can be done with a message without any plugin.
import { t } from '../i18n/index.ts';
import { client, governs, isMine, may, mayDelete, mayEdit, mayWrite } from '../state/chat.ts';
import { beginEdit, beginReply } from '../state/drafts.ts';
import { attempt, toast } from '../state/notice.ts';
import { panel } from '../state/place.ts';
import { fill, type MessageContext } from '../slots/index.ts';
import { ask } from './ask.tsx';

const lives = ({ message }: MessageContext) => message.state === 'published' && !message.deleted_at;
const threadOf = ({ message }: MessageContext) => (panel.peek()?.kind === 'thread' && message.thread_root ? message.thread_root : undefined);

export function fillOwnActions() {
    fill('messageActions', {
        id: 'reply',
        label: () => t('message.reply'),
        icon: 'reply',
        key: 'r',
        order: 20,
        prominent: true,
        when: (at) => lives(at) && mayWrite(at.room),
        run: (at) => beginReply(at.message, threadOf(at)),
    });
    fill('messageActions', {
        id: 'thread',
        label: () => t('message.thread'),
        icon: 'thread',
        key: 't',
        order: 30,
        prominent: true,
        when: (at) => lives(at),
        run: ({ message }) => (panel.value = { kind: 'thread', root: message.thread_root ?? message.id }),
    });
    fill('messageActions', {
        id: 'edit',
        label: () => t('message.edit'),
        icon: 'edit',
        key: 'e',
        order: 40,
        prominent: true,
        when: ({ message, room }) => mayEdit(message, room) && message.state !== 'rejected' && isMine(message),
        run: (at) => beginEdit(at.message, threadOf(at)),
    });
    fill('messageActions', {
        id: 'copy',
        label: () => t('message.copy'),
        icon: 'copy',
        key: 'c',
        order: 50,
        // Pages without TLS may not write to the clipboard.
        when: ({ message }) => 'clipboard' in navigator && !message.deleted_at && message.text !== '',
        run: ({ message }) => void navigator.clipboard.writeText(message.text).then(() => toast(t('message.copied'), undefined, 2000)),
    });
    fill('messageActions', {
        id: 'unread',
        label: () => t('room.mark_unread'),
        icon: 'bell',
        key: 'u',
        order: 60,
        when: ({ message, room }) => room.membership !== null && message.seq !== null,
        run: ({ message }) => void attempt(client.call('read.unmark', { conversation: message.conversation, seq: message.seq! })),
    });
    fill('messageActions', {
        id: 'release',
        label: () => t('message.release'),
        icon: 'check',
        order: 10,
        prominent: true,
        when: ({ message }) => message.state === 'held' && may('messages.review'),
        run: ({ message }) => void attempt(client.call('message.release', { message: message.id })),
    });
    fill('messageActions', {
        id: 'reject',
        label: () => t('message.reject'),
        icon: 'close',
        order: 11,
        prominent: true,
        alarm: true,
        when: ({ message }) => message.state === 'held' && may('messages.review'),
        run: ({ message }) =>
            void ask({ title: t('message.reject'), field: t('message.reject_why'), confirm: t('message.reject'), alarm: true }).then((reason) => {
                if (reason !== null) void attempt(client.call('message.reject', { message: message.id, reason }));
            }),
    });
    fill('messageActions', {
        id: 'delete',
        label: () => t('message.delete'),
        icon: 'delete',
        key: 'Delete',
        order: 90,
        alarm: true,
        when: ({ message, room }) => mayDelete(message, room) || (message.state === 'held' && governs(room)),
        run: ({ message }) =>
            void ask({ title: t('message.delete_sure'), text: t('message.delete_note'), quote: message.text, confirm: t('message.delete'), alarm: true }).then((sure) => {
                if (sure !== null) void attempt(client.call('message.delete', { message: message.id }));
            }),
    });
}
