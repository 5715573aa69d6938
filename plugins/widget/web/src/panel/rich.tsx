// A message's text as the server's tree says it: elements and texts, never markup.
import type { ComponentChildren } from 'preact';
import type { Node } from '@parley/client';

const safe = /^(https?:|mailto:)/i;

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
            return <pre tabIndex={0}><code>{node.text}</code></pre>;
        case 'link':
            // The server lets nothing else through; a page that trusts nobody looks again.
            return safe.test(node.url) ? <a href={node.url} target="_blank" rel="noopener noreferrer nofollow">{tree(node.children)}</a> : <span>{tree(node.children)}</span>;
        case 'mention':
        case 'channel':
            return <span class="mention">{node.text}</span>;
        case 'break':
            return <br />;
        default:
            return '';
    }
}
const tree = (nodes: readonly Node[]): ComponentChildren => nodes.map(one);

export const Rich = ({ content }: { content: readonly Node[] }) => <div class="text" dir="auto">{tree(content)}</div>;
