// What pieces of plugins get: `import { fill, client, html } from '/webapp/runtime.js'`. The same instances as the app's
// own. What is exported here is promised to plugins; nothing else of the app is.
import { h } from 'preact';
import htm from 'htm';

export { Component, Fragment, createContext, h } from 'preact';
export { jsx, jsxs } from 'preact/jsx-runtime';
export { useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
export { batch, computed, effect, signal, useComputed, useSignal, useSignalEffect, type ReadonlySignal, type Signal } from '@preact/signals';
/** JSX without a build: html`<p>${text}</p>`. */
export const html = htm.bind(h) as (strings: TemplateStringsArray, ...values: unknown[]) => ReturnType<typeof h>;

export { fill, slot } from './slots/index.ts';
export type * from './slots/index.ts';
export type { Conversation, ConversationState, Id, LocalMessage, Member, Message, StoredFile, User } from '@parley/client';
export { client, conversations, governs, isMine, limits, may, nameOf, nameOfUser, room, self, state, titleOf, user } from './state/chat.ts';
export { announce, attempt, toast, wordsOf } from './state/notice.ts';
export { go, here, panel, toRoom } from './state/place.ts';
export { bringWords, language, number, rightToLeft, t } from './i18n/index.ts';
export { clockTime, fullTime, relativeTime } from './i18n/times.ts';
export { ask } from './ui/ask.tsx';
export { pickEmoji } from './ui/emoji_picker.tsx';
export { Face, UserFace } from './ui/face.tsx';
export { Icon, IconButton } from './ui/icon.tsx';
export { Dialog, openBeside, openMenu, type Choice } from './ui/overlay.tsx';
export { PeoplePicker } from './ui/people_picker.tsx';
export { Rich } from './ui/rich.tsx';
export { ServedImage, ServedLink } from './ui/served.tsx';
export { loadEmoji, recentEmoji, usedEmoji } from './state/emoji.ts';
