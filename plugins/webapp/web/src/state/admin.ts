// Who finds what in the administration: known from the start, the pages themselves come when somebody goes there.
import { computed } from '@preact/signals';
import { slot } from '../slots/index.ts';
import { may } from './chat.ts';

interface Known {
    id: string;
    order: number;
    icon: string;
    when: () => boolean;
}
/** The app's own pages; in the order in which they stand. What somebody may there the server decides call by call. */
export const ownAdminPages: readonly Known[] = [
    { id: 'overview', order: 10, icon: 'info', when: () => may('settings.see') },
    { id: 'users', order: 30, icon: 'user', when: () => may('users.manage') },
    { id: 'roles', order: 40, icon: 'shield', when: () => may('roles.manage') },
    { id: 'conversations', order: 50, icon: 'channel', when: () => may('channels.manage') || may('groups.manage') },
    { id: 'settings', order: 60, icon: 'settings', when: () => may('settings.see') },
    { id: 'plugins', order: 70, icon: 'code_block', when: () => may('settings.see') },
    { id: 'audit', order: 80, icon: 'file', when: () => may('audit.see') },
];

const broughtPages = computed(() => slot('adminPages').filter((one) => one.when?.() ?? true));
export const mayAdminister = computed(() => broughtPages.value.length > 0 || ownAdminPages.some((one) => one.when()));
/** What waits on all pages that pieces bring. */
export const adminWaiting = computed(() => broughtPages.value.reduce((sum, one) => sum + (one.badge?.() ?? 0), 0));
