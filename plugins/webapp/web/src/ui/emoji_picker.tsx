// One emoji, by looking or by name.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../i18n/index.ts';
import { findEmoji, loadEmoji, recentEmoji, usedEmoji, type Emoji } from '../state/emoji.ts';
import { openBeside } from './overlay.tsx';

export function pickEmoji(from: HTMLElement, take: (glyph: string) => void) {
    const chosen = (close: () => void) => (glyph: string) => {
        usedEmoji(glyph);
        close();
        take(glyph);
    };
    openBeside(from, t('composer.emoji'), (close) => <Picker take={chosen(close)} />);
}

const columns = 9;
const groups = [0, 1, 3, 4, 5, 6, 7, 8, 9];

function onGridKey(event: KeyboardEvent) {
    const all = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('.emoji_grid button')];
    const at = all.indexOf(document.activeElement as HTMLElement);
    if (event.key === 'ArrowDown' && at < 0) {
        event.preventDefault();
        return all[0]?.focus();
    }
    if (at < 0) return;
    const sign = document.documentElement.dir === 'rtl' ? -1 : 1;
    const by = { ArrowRight: sign, ArrowLeft: -sign, ArrowDown: columns, ArrowUp: -columns }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    all[Math.max(0, Math.min(all.length - 1, at + by))]?.focus();
}

function Grid({ all, take }: { all: readonly Pick<Emoji, 'glyph' | 'label'>[]; take: (glyph: string) => void }) {
    return (
        <div class="emoji_grid">
            {all.map((one) => (
                <button key={one.glyph} type="button" aria-label={one.label} title={one.label} onClick={() => take(one.glyph)}>
                    {one.glyph}
                </button>
            ))}
        </div>
    );
}

function Picker({ take }: { take: (glyph: string) => void }) {
    const all = useSignal<readonly Emoji[]>([]);
    const wanted = useSignal('');
    useEffect(() => void loadEmoji().then((found) => (all.value = found)), []);
    const found = wanted.value.trim() ? findEmoji(all.value, wanted.value.trim(), 90) : null;
    const labels = new Map(all.value.map((one) => [one.glyph, one.label]));
    return (
        <>
            <header>
                <input
                    class="input"
                    type="search"
                    data-first
                    aria-label={t('emoji.search')}
                    placeholder={t('emoji.search')}
                    onInput={(event) => (wanted.value = event.currentTarget.value)}
                    onKeyDown={(event) => {
                        if (event.key === 'Enter' && found?.[0]) take(found[0].glyph);
                    }}
                />
            </header>
            <div class="emoji_scroll" tabIndex={-1} onKeyDown={onGridKey}>
                {found ? (
                    found.length > 0 ? (
                        <Grid all={found} take={take} />
                    ) : (
                        <p class="log_busy">{t('emoji.none')}</p>
                    )
                ) : (
                    <>
                        <h3>{t('emoji.recent')}</h3>
                        <Grid all={recentEmoji.value.map((glyph) => ({ glyph, label: labels.get(glyph) ?? glyph }))} take={take} />
                        {all.value.length > 0 &&
                            groups.map((group) => (
                                <section key={group} class="emoji_section">
                                    <h3>{t(`emoji.group.${group}`)}</h3>
                                    <Grid all={all.value.filter((one) => one.group === group)} take={take} />
                                </section>
                            ))}
                    </>
                )}
            </div>
        </>
    );
}
