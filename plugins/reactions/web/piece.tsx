// Reactions in the web client: emoji below messages, and the button that adds one.
import {
    attempt, bringWords, client, fill, Icon, may, nameOfUser, pickEmoji, recentEmoji, self, signal, t, usedEmoji, useEffect, useLayoutEffect, type Message, type MessageContext, type Signal,
} from '@parley/web';

interface Reaction {
    emoji: string;
    count: number;
    users: readonly string[];
    mine: boolean;
}
interface Shown {
    message: string;
    reactions: readonly Reaction[];
}
interface Change {
    data: { message: string; emoji: string; user: string; count: number };
}

bringWords({
    en: {
        'reactions.add': 'React',
        'reactions.list': 'Reactions',
        'reactions.who': '{names} reacted with {emoji}',
        'reactions.more': { one: '{names} and {n} other', other: '{names} and {n} others' },
        'reactions.you': 'You',
    },
    de: {
        'reactions.add': 'Reagieren',
        'reactions.list': 'Reaktionen',
        'reactions.who': '{emoji} von {names}',
        'reactions.more': { one: '{names} und {n} weitere Person', other: '{names} und {n} weitere' },
        'reactions.you': 'Sie',
    },
    ar: { 'reactions.add': 'تفاعل', 'reactions.list': 'التفاعلات', 'reactions.you': 'أنت' },
});

// What is known of each message; null: asked for, or to be asked for.
const known = new Map<string, Signal<readonly Reaction[] | null>>();
const wanted = new Set<string>();
const atOnce = 100;

function of(message: string) {
    let found = known.get(message);
    if (!found) {
        known.set(message, (found = signal<readonly Reaction[] | null>(null)));
        want(message);
    }
    return found;
}
// All that one drawing asks for goes together.
function want(message: string) {
    if (wanted.size === 0) setTimeout(ask, 0);
    wanted.add(message);
}
async function ask() {
    const all = [...wanted];
    wanted.clear();
    for (let at = 0; at < all.length; at += atOnce) {
        const messages = all.slice(at, at + atOnce);
        const found = (await client.call('reaction.list', { messages }).catch(() => null)) as { messages: Shown[] } | null;
        for (const one of messages) {
            const mine = found?.messages.find((each) => each.message === one);
            const at = known.get(one);
            if (mine && at) at.value = mine.reactions;
            else if (!mine) known.delete(one);
        }
    }
}

// Of messages that nobody looks at any more only the last are known: somebody may read a hundred thousand.
const restingAtMost = 500;
const shown = new Map<string, number>();
const resting = new Set<string>();
function shows(message: string) {
    shown.set(message, (shown.get(message) ?? 0) + 1);
    resting.delete(message);
    return () => {
        const left = shown.get(message)! - 1;
        if (left > 0) return void shown.set(message, left);
        shown.delete(message);
        // Later, because it may be on its way to another place of the page.
        if (resting.size === restingAtMost) setTimeout(forget, 0);
        resting.add(message);
    };
}
function forget() {
    for (const one of resting) {
        if (resting.size <= restingAtMost) return;
        resting.delete(one);
        known.delete(one);
    }
}

function change(event: Change, by: 1 | -1) {
    const { message, emoji, user, count } = event.data;
    const at = known.get(message);
    if (!at?.value) return;
    const before = at.value.find((one) => one.emoji === emoji);
    const users = (before?.users ?? []).filter((one) => one !== user);
    const mine = user === self.value?.id ? by === 1 : (before?.mine ?? false);
    const after = { emoji, count, users: by === 1 ? [...users, user] : users, mine };
    if (count <= 0) at.value = at.value.filter((one) => one.emoji !== emoji);
    else at.value = before ? at.value.map((one) => (one === before ? after : one)) : [...at.value, after];
}
client.on('reaction.added', (event: Change) => change(event, 1));
client.on('reaction.removed', (event: Change) => change(event, -1));
// After a snapshot nothing is sure any more.
client.on('snapshot', () => [...known.keys()].forEach(want));

const add = (message: Message, emoji: string) => void attempt(client.call('reaction.add', { message: message.id, emoji }));
const remove = (message: Message, emoji: string) => void attempt(client.call('reaction.remove', { message: message.id, emoji }));

// The server keeps emoji without the sign that asks for the coloured drawing.
const drawn = (emoji: string) => (emoji.startsWith(':') || emoji.endsWith('\ufe0f') ? emoji : `${emoji}\ufe0f`);

function namesOf({ users, count }: Reaction) {
    const names = users.map((id) => (id === self.value?.id ? t('reactions.you') : nameOfUser(id))).join(', ');
    return count > users.length ? t('reactions.more', { names, n: count - users.length }) : names;
}

function One({ message, one }: { message: Message; one: Reaction }) {
    const words = t('reactions.who', { names: namesOf(one), emoji: one.emoji });
    return (
        <button
            type="button"
            class="reaction"
            aria-pressed={one.mine}
            aria-label={`${one.emoji} ${one.count}. ${words}`}
            title={words}
            disabled={!may('reactions.add')}
            onClick={() => (one.mine ? remove : add)(message, one.emoji)}
        >
            <span aria-hidden="true">{drawn(one.emoji)}</span>
            <span aria-hidden="true">{one.count}</span>
        </button>
    );
}

function Row(at: MessageContext) {
    return at.message.state === 'published' ? <Shown message={at.message} /> : null;
}

function Shown({ message }: { message: Message }) {
    const all = of(message.id);
    useEffect(() => {
        if (!known.has(message.id)) of(message.id);
    }, [message.id]);
    useLayoutEffect(() => shows(message.id), [message.id]);
    if (!all.value?.length) return null;
    return (
        <div class="reactions" role="group" aria-label={t('reactions.list')}>
            {all.value.map((one) => (
                <One key={one.emoji} message={message} one={one} />
            ))}
            {may('reactions.add') && (
                <button type="button" class="reaction" aria-label={t('reactions.add')} title={t('reactions.add')} onClick={(event) => pickEmoji(event.currentTarget, (emoji) => add(message, emoji))}>
                    <Icon name="react" />
                </button>
            )}
        </div>
    );
}

const lives = ({ message, room }: MessageContext) => message.state === 'published' && !message.deleted_at && room.membership !== null && may('reactions.add');

fill('messageFooters', { id: 'reactions', order: 10, component: Row });
fill('messageActions', {
    id: 'react',
    label: () => t('reactions.add'),
    icon: 'react',
    key: '+',
    order: 10,
    prominent: true,
    when: lives,
    run: ({ message, button }) => pickEmoji(button, (emoji) => add(message, emoji)),
});
// What is used most, at one press.
for (const at of [0, 1] as const)
    fill('messageActions', {
        id: `react_${at}`,
        label: () => `${t('reactions.add')}: ${recentEmoji.value[at] ?? ''}`,
        get icon() {
            return recentEmoji.value[at] ?? '👍';
        },
        order: 8 + at,
        prominent: true,
        when: lives,
        run: ({ message }) => {
            const emoji = recentEmoji.peek()[at] ?? '👍';
            add(message, emoji);
            usedEmoji(emoji);
        },
    });
