// A message's text as the server's tree says it: elements and texts, never markup.
import type { ComponentChildren } from 'preact';
import type { Node } from '@parley/client';
import { conversations, self, users } from '../state/chat.ts';
import { panel, toRoom } from '../state/place.ts';

const safe = /^(https?:|mailto:)/i;

function Mention({ username, text }: { username: string; text: string }) {
    const known = [...users.value.values()].find((one) => one.username === username);
    const me = self.value?.username === username;
    const shown = known ? `@${known.display_name || known.username}` : text;
    if (!known) return <span class="mention">{text}</span>;
    return (
        <button type="button" class={me ? 'mention me' : 'mention'} onClick={() => (panel.value = { kind: 'profile', user: known.id })}>
            {shown}
        </button>
    );
}

function Channel({ name, text }: { name: string; text: string }) {
    const found = [...conversations.value.values()].find((one) => one.conversation.kind === 'channel' && one.conversation.name.toLowerCase() === name.toLowerCase());
    if (!found) return <span>{text}</span>;
    return (
        <a class="channel" href={toRoom(found.conversation.id)}>
            {text}
        </a>
    );
}

function one(node: Node): ComponentChildren {
    switch (node.type) {
        case 'text':
            return node.text;
        case 'code':
            return <code>{node.text}</code>;
        case 'bold':
            return <strong>{tree(node.children)}</strong>;
        case 'italic':
            return <em>{tree(node.children)}</em>;
        case 'quote':
            return <blockquote>{tree(node.children)}</blockquote>;
        case 'code_block':
            return (
                <pre tabIndex={0}>
                    <code>{node.text}</code>
                </pre>
            );
        case 'link':
            // The server lets nothing else through; a page that trusts nobody looks again.
            return safe.test(node.url) ? (
                <a href={node.url} target="_blank" rel="noopener noreferrer nofollow">
                    {tree(node.children)}
                </a>
            ) : (
                <span>{tree(node.children)}</span>
            );
        case 'mention':
            return <Mention username={node.username} text={node.text} />;
        case 'channel':
            return <Channel name={node.name} text={node.text} />;
        case 'break':
            return <br />;
        default:
            return '';
    }
}
const tree = (nodes: readonly Node[]): ComponentChildren => nodes.map(one);

// One to three emoji alone are shown large.
const onlyEmoji = /^(?:\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|️|‍\p{Extended_Pictographic})*|\p{Regional_Indicator}{2}|[\s]){1,6}$/u;

export function Rich({ content, text }: { content: readonly Node[]; text: string }) {
    const jumbo = text.length > 0 && text.length <= 24 && onlyEmoji.test(text);
    return <div class={jumbo ? 'text jumbo' : 'text'}>{tree(content)}</div>;
}

/** A text without its marks, for where it is only hinted at. */
export const plain = (text: string) => text.replace(/```[a-z]*\n?|[*`]|(?<=^|\s)_|_(?=\s|$)|^> ?/gm, '');
