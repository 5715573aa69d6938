// The plugin's piece of the web client: what can be done with a message, loaded where the plugin is on.
import { attempt, bringWords, client, fill, may, t, toast } from '/webapp/runtime.js';

bringWords({
    en: { 'word_watch.counts': 'Watched words', 'word_watch.none': 'No watched word was met.' },
    de: { 'word_watch.counts': 'Beobachtete Wörter', 'word_watch.none': 'Kein beobachtetes Wort kam vor.' },
});

fill('messageActions', {
    id: 'word_watch',
    label: () => t('word_watch.counts'),
    icon: 'eye',
    order: 70,
    when: () => may('word_watch.see'),
    run: async () => {
        const found = await attempt(client.call('word_watch.counts'));
        if (!found) return;
        const all = Object.entries(found.words).map(([word, count]) => `${word}: ${count}`);
        toast(all.length > 0 ? all.join(', ') : t('word_watch.none'));
    },
});
