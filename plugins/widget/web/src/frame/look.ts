// Light or dark, and the page's colour: by properties that the stylesheet uses, never by a style that somebody wrote.
import { inkOn, isColour } from '../colour.ts';
import type { Look } from '../protocol.ts';

export function dress({ theme, accent }: Look) {
    const root = document.documentElement;
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    if (!isColour(accent)) return;
    root.style.setProperty('--own-accent', accent);
    root.style.setProperty('--own-accent-ink', inkOn(accent));
    root.dataset.accent = '';
}
