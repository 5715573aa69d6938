// What somebody chose for this device.
import { computed, effect, signal } from '@preact/signals';
import { keep, kept } from './keep.ts';

export type Theme = 'system' | 'light' | 'dark';
const oneOf = (...all: unknown[]) => (value: unknown) => all.includes(value);

function wish<T>(name: string, usual: T, fits: (value: unknown) => boolean) {
    const made = signal<T>(kept<T>(name, fits) ?? usual);
    effect(() => keep(name, made.value));
    return made;
}
export const theme = wish<Theme>('theme', 'system', oneOf('system', 'light', 'dark'));
export const density = wish<'cosy' | 'compact'>('density', 'cosy', oneOf('cosy', 'compact'));
export const desktopNotices = wish<boolean>('notices', false, oneOf(true, false));

const darkDevice = matchMedia('(prefers-color-scheme: dark)');
const deviceIsDark = signal(darkDevice.matches);
darkDevice.addEventListener('change', () => (deviceIsDark.value = darkDevice.matches));
export const isDark = computed(() => theme.value === 'dark' || (theme.value === 'system' && deviceIsDark.value));

effect(() => {
    document.documentElement.dataset.theme = isDark.value ? 'dark' : 'light';
    document.documentElement.dataset.density = density.value;
});

const phone = matchMedia('(max-width: 44rem)');
export const isPhone = signal(phone.matches);
phone.addEventListener('change', () => (isPhone.value = phone.matches));
export const hasFinger = matchMedia('(pointer: coarse)').matches;
