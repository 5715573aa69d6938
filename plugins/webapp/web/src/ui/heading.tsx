// A part's title: where the part is all that is on the screen, it is the page's.
import { h, type ComponentChildren } from 'preact';
import { isPhone } from '../state/wishes.ts';

export const Heading = ({ children }: { children: ComponentChildren }) => h(isPhone.value ? 'h1' : 'h2', { class: 'part_title' }, children);
