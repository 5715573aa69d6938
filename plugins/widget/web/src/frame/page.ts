// The page around the frame: what it is told, and what it said.
import { signal } from '@preact/signals';
import type { FromFrame } from '../protocol.ts';

/** Whether the frame is to be seen. */
export const isShown = signal(false);
/** Whether it is known who the visitor is. */
export const isSettled = signal(false);
/** Counts up when the field is to have the focus. */
export const wantsFocus = signal(0);

let origin: string | undefined;
/** Once; false when it is known already. */
export function settleOn(page: string): boolean {
    if (origin) return false;
    origin = page;
    return true;
}
export const isPage = (said: string) => said === origin;

export function say(what: FromFrame) {
    if (origin) parent.postMessage(what, origin);
}
