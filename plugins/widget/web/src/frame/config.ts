// What the operator set for the widget, asked for once; sites that are not named are not told.
import { signal } from '@preact/signals';

export interface Config {
    readonly title: string;
    readonly greeting: string;
    readonly ask_name: boolean;
    readonly staffed: boolean;
    readonly files: boolean;
}
export const config = signal<Config | null>(null);

const longest = 30_000;

/** Null where the site may not show it. Asks again until there is an answer. */
export async function configOf(site: string): Promise<Config | null> {
    for (let wait = 1000; ; wait = Math.min(wait * 2, longest)) {
        const answer = await fetch(`/widget/config?site=${encodeURIComponent(site)}`).catch(() => null);
        if (answer?.ok) return (await answer.json()) as Config;
        if (answer && answer.status < 500 && answer.status !== 429) return null;
        await new Promise((resolve) => setTimeout(resolve, wait * (0.5 + Math.random() / 2)));
    }
}
