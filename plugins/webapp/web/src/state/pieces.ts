// Pieces of plugins: asked for once somebody is in, loaded where their plugin is on; one that fails harms no other.
import { signal } from '@preact/signals';
import { client } from './chat.ts';

interface Piece {
    plugin: string;
    module: string;
    style?: string;
}

// Nothing but this server's own files, whatever the list says.
const isOwn = (path: string) => path.startsWith('/') && new URL(path, location.origin).origin === location.origin;

function addStyle(address: string) {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = address;
    document.head.append(link);
}

/** Whether all that there are have come. */
export const piecesAreHere = signal(false);

let asked = false;
export async function loadPieces() {
    if (asked) return;
    asked = true;
    const answer = await fetch(`${client.url}/api/v1/web/pieces`).catch(() => undefined);
    const { pieces } = (answer?.ok ? await answer.json() : { pieces: [] }) as { pieces: Piece[] };
    await Promise.all(
        pieces.map(async ({ plugin, module, style }) => {
            if (!isOwn(module) || (style && !isOwn(style))) return;
            if (style) addStyle(style);
            try {
                await import(/* @vite-ignore */ module);
            } catch (why) {
                console.error(`the piece of ${plugin} could not be loaded`, why);
            }
        }),
    );
    piecesAreHere.value = true;
    document.documentElement.dataset.pieces = pieces.map((one) => one.plugin).join(' ');
}
