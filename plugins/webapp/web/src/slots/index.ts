// Where pieces of plugins go. The app itself knows none of them by name.
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import type { ConversationState, LocalMessage, Message } from '@parley/client';

/** A part of the app's own drawing: a name of an icon that it has, or a text such as an emoji. */
export type IconName = string;

export interface MessageContext {
    message: Message;
    room: ConversationState;
}
export interface MessageAction {
    id: string;
    label: () => string;
    icon: IconName;
    order?: number;
    /** A letter that does it while the message has the focus. */
    key?: string;
    /** In the row of buttons; else in the menu behind it. */
    prominent?: boolean;
    alarm?: boolean;
    when?: (at: MessageContext) => boolean;
    /** `button` is what was pressed, to place something beside it. */
    run: (at: MessageContext & { button: HTMLElement }) => void;
}
/** Below a message's text, whatever its state; `local` below one's own that is on its way. */
export interface MessageFooter {
    id: string;
    order?: number;
    component: ComponentType<MessageContext>;
    local?: ComponentType<{ message: LocalMessage; room: ConversationState }>;
}
/** In place of a message's text, by its type; `message` may be one's own on its way. */
export interface MessageBody {
    type: string;
    component: ComponentType<{ message: Message | LocalMessage; room: ConversationState; local: boolean }>;
}
/** What the composer lets pieces do. */
export interface ComposerHandle {
    readonly room: ConversationState;
    readonly thread: string | undefined;
    insert(text: string): void;
    focus(): void;
}
export interface ComposerDraft {
    text: string;
    type?: string;
    data?: Record<string, unknown>;
}
export interface ComposerButton {
    id: string;
    label: () => string;
    icon: IconName;
    order?: number;
    when?: (at: { room: ConversationState }) => boolean;
    run: (composer: ComposerHandle, button: HTMLElement) => void;
}
/** What a message is made of besides its text: shown above the field, added when it is sent. */
export interface ComposerTray {
    id: string;
    order?: number;
    component: ComponentType<{ composer: ComposerHandle }>;
    /** Files that were dropped or pasted; true: taken. */
    files?: (composer: ComposerHandle, files: File[]) => boolean;
    /** Whether there is something to send without words, or something that must be waited for. */
    state?: (composer: ComposerHandle) => 'empty' | 'ready' | 'busy';
    /** Adds to what is sent, and begins anew. */
    take?: (composer: ComposerHandle, draft: ComposerDraft) => ComposerDraft;
}
/** A file that everybody has who sees its message. */
export interface FileContext {
    file: string;
    name: string;
    /** "image/png"; empty when it is not known. */
    type: string;
    conversation: string;
}
/** A button of a file, wherever files are shown. */
export interface FileAction {
    id: string;
    label: (at: FileContext) => string;
    icon: IconName;
    order?: number;
    when?: (at: FileContext) => boolean;
    run: (at: FileContext & { button: HTMLElement }) => void;
}
export interface SidePanel {
    id: string;
    label: () => string;
    icon: IconName;
    order?: number;
    when?: (at: { room: ConversationState }) => boolean;
    component: ComponentType<{ room: ConversationState }>;
}
export interface Page {
    id: string;
    label: () => string;
    icon?: IconName;
    order?: number;
    when?: () => boolean;
    /** How much waits there for whoever looks; 0: nothing is shown. */
    badge?: () => number;
    component: ComponentType;
}

/** Over the page, such as a dialog that a piece opens by a signal of its own. */
export interface Overlay {
    id: string;
    order?: number;
    component: ComponentType;
}

/** Small pictures of files: an address, or nothing when there is none of such a file. What it has may still be missing. */
export interface FilePreview {
    id: string;
    order?: number;
    address: (of: { file: string; type?: string }, size: number) => string | undefined;
}

export interface Slots {
    messageActions: MessageAction;
    messageFooters: MessageFooter;
    messageBodies: MessageBody;
    composerButtons: ComposerButton;
    composerTrays: ComposerTray;
    fileActions: FileAction;
    sidePanels: SidePanel;
    settingsPages: Page;
    adminPages: Page;
    overlays: Overlay;
    filePreviews: FilePreview;
}

const all: { [Name in keyof Slots]: ReturnType<typeof signal<readonly Slots[Name][]>> } = {
    messageActions: signal([]),
    messageFooters: signal([]),
    messageBodies: signal([]),
    composerButtons: signal([]),
    composerTrays: signal([]),
    fileActions: signal([]),
    sidePanels: signal([]),
    settingsPages: signal([]),
    adminPages: signal([]),
    overlays: signal([]),
    filePreviews: signal([]),
} as never;

const orderOf = (one: { order?: number }) => one.order ?? 100;
const nameOf = (one: { id?: string; type?: string }) => one.id ?? one.type;

/** What stands in a slot, in its order; a view that asks changes with it. */
export const slot = <Name extends keyof Slots>(name: Name) => all[name].value as readonly Slots[Name][];

/** Puts something in; one of the same name is replaced. Gives the function that takes it out again. */
export function fill<Name extends keyof Slots>(name: Name, what: Slots[Name]): () => void {
    const others = () => (all[name].value as readonly Slots[Name][]).filter((one) => nameOf(one) !== nameOf(what));
    all[name].value = [...others(), what].sort((a, b) => orderOf(a as never) - orderOf(b as never)) as never;
    return () => (all[name].value = others() as never);
}
