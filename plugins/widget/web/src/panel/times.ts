// Times as people say them.
import { computed } from '@preact/signals';
import { language, t } from '../words/index.ts';

const clock = computed(() => new Intl.DateTimeFormat(language.value, { hour: 'numeric', minute: '2-digit' }));
const date = computed(() => new Intl.DateTimeFormat(language.value, { day: 'numeric', month: 'long', year: 'numeric' }));
const midnight = (of: number) => new Date(of).setHours(0, 0, 0, 0);

export const dayOf = (moment: string) => midnight(Date.parse(moment));
export const timeOf = (moment: string) => clock.value.format(Date.parse(moment));
export function dayTitle(day: number) {
    const days = Math.round((midnight(Date.now()) - day) / 86_400_000);
    return days === 0 ? t('today') : days === 1 ? t('yesterday') : date.value.format(day);
}
export const shortly = (moment: string) => (dayOf(moment) === midnight(Date.now()) ? timeOf(moment) : dayTitle(dayOf(moment)));
