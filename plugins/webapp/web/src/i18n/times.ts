// Times as people say them, in the reader's language and zone.
import { computed, signal } from '@preact/signals';
import { language, t } from './index.ts';

// Moves on twice a minute, so that what is relative to it stays true.
export const now = signal(Date.now());
setInterval(() => (now.value = Date.now()), 30_000);

const format = (options: Intl.DateTimeFormatOptions) => computed(() => new Intl.DateTimeFormat(language.value, options));
const clock = format({ hour: 'numeric', minute: '2-digit' });
const day = format({ weekday: 'long', day: 'numeric', month: 'long' });
const dayOfYear = format({ day: 'numeric', month: 'long', year: 'numeric' });
const full = format({ dateStyle: 'full', timeStyle: 'short' });
const relative = computed(() => new Intl.RelativeTimeFormat(language.value, { numeric: 'auto', style: 'short' }));

const midnight = (of: number) => new Date(of).setHours(0, 0, 0, 0);
export const dayOf = (moment: string) => midnight(Date.parse(moment));
export const clockTime = (moment: string) => clock.value.format(Date.parse(moment));
// Without the half of the day: where there is little room.
export const shortClockTime = (moment: string) =>
    clock.value
        .formatToParts(Date.parse(moment))
        .filter((one) => one.type !== 'dayPeriod')
        .map((one) => one.value)
        .join('')
        .trim();
export const fullTime = (moment: string) => full.value.format(Date.parse(moment));

export function dayTitle(of: number) {
    const today = midnight(now.value);
    const days = Math.round((today - of) / 86_400_000);
    if (days === 0) return t('time.today');
    if (days === 1) return t('time.yesterday');
    const sameYear = new Date(of).getFullYear() === new Date(today).getFullYear();
    return (sameYear ? day : dayOfYear).value.format(of);
}

// "5 min. ago" within the last day, a date before that.
export function relativeTime(moment: string) {
    const seconds = (now.value - Date.parse(moment)) / 1000;
    if (seconds < 60) return t('time.now');
    if (seconds < 3600) return relative.value.format(-Math.floor(seconds / 60), 'minute');
    if (seconds < 86_400) return relative.value.format(-Math.floor(seconds / 3600), 'hour');
    if (seconds < 7 * 86_400) return relative.value.format(-Math.floor(seconds / 86_400), 'day');
    return dayOfYear.value.format(Date.parse(moment));
}
