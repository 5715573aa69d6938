// What the script in the page and the frame say to each other, by postMessage. Everything that is said names the
// receiver's origin, but for the very first word, which says nothing.

/** What a site signed for its user. */
export interface Vouched {
    user: string;
    display_name?: string;
    expires: number;
    nonce?: string;
    signature: string;
}

export interface Look {
    /** A language's code; undefined: the visitor's. */
    language?: string | undefined;
    theme?: string | undefined;
    accent?: string | undefined;
}

/** `with_focus`: the visitor wants to write. */
export type Shown = 'hidden' | 'shown' | 'with_focus';

export type ToFrame =
    | { parley: 'start'; look: Look; who: Vouched | null; shown: Shown }
    | { parley: 'shown'; shown: Shown }
    | { parley: 'identify'; id: number; who: Vouched }
    | { parley: 'sign_out'; id: number };

export type FromFrame =
    /** To anybody: the frame is there and wants to be told where it is. */
    | { parley: 'loaded' }
    /** `known`: somebody is signed in, so that the next page may look for unread messages by itself. */
    | { parley: 'known'; known: boolean }
    | { parley: 'unread'; count: number }
    | { parley: 'close' }
    | { parley: 'done'; id: number; fault?: string }
    /** This page is not among those that may show it. */
    | { parley: 'refused' };
