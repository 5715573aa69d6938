// The script that a page names: a button in its corner, and behind it a frame of Parley's own origin. It reads nothing
// of the page but its own tag, and the page's scripts can read nothing of the frame.
import { inkOn, isColour } from '../colour.ts';
import type { FromFrame, Look, ToFrame, Vouched } from '../protocol.ts';
import { showsUnread } from './title.ts';
import { style } from './style.ts';
import { wordsFor } from './words.ts';

type Heard = { open: () => void; close: () => void; unread: (count: number) => void };

/** What pages may call, as `window.Parley`; there when `parley:ready` is dispatched on the window. */
export interface Parley {
    open(): void;
    close(): void;
    readonly isOpen: boolean;
    /** Unread messages of whoever is signed in. */
    readonly unread: number;
    /** Says who the visitor is. Rejects when the signature is refused; a signature is needed only where nobody is signed in yet. */
    identify(who: Vouched): Promise<void>;
    /** Ends the visitor's session here and on the server. */
    signOut(): Promise<void>;
    /** Gives the function that ends it. */
    on<Type extends keyof Heard>(type: Type, listener: Heard[Type]): () => void;
}
declare global {
    interface Window {
        Parley?: Parley;
    }
}

const narrow = '(max-width: 480px), (max-height: 420px)';
const patience = 5000;

class Widget implements Parley {
    readonly #origin: string;
    readonly #host = document.createElement('parley-widget');
    readonly #button = document.createElement('button');
    readonly #badge = document.createElement('span');
    readonly #look: Look;
    readonly #words: ReturnType<typeof wordsFor>[1];
    readonly #listeners: { [Type in keyof Heard]: Set<Heard[Type]> } = { open: new Set(), close: new Set(), unread: new Set() };
    readonly #asked = new Map<number, { resolve: () => void; reject: (why: Error) => void }>();
    #frame: HTMLIFrameElement | undefined;
    #who: Vouched | null = null;
    #isStarted = false;
    #waiting: ToFrame[] = [];
    #isOpen = false;
    #takesFocus = false;
    #unread = 0;
    #last = 0;

    constructor(script: HTMLScriptElement) {
        this.#origin = new URL(script.src).origin;
        const { lang, theme, accent, position, user, name, expires, nonce, signature } = script.dataset;
        const [language, words] = wordsFor(lang ?? document.documentElement.lang);
        this.#words = words;
        this.#look = { language, theme, accent: isColour(accent) ? accent : undefined };
        if (user && signature) this.#who = { user, signature, expires: Number(expires), ...(name === undefined ? {} : { display_name: name }), ...(nonce === undefined ? {} : { nonce }) };
        this.#host.className = position === 'left' ? 'left' : 'right';
        this.#draw();
        addEventListener('message', (event) => this.#hear(event));
        const { open, known } = this.#kept();
        if (open && !matchMedia(narrow).matches) this.#open();
        // Whoever was here before may have unread messages; all others cost the page nothing but this script.
        else if (known || this.#who) setTimeout(() => this.#load(), 0);
    }

    get isOpen() {
        return this.#isOpen;
    }
    get unread() {
        return this.#unread;
    }
    open() {
        if (this.#isOpen) return;
        this.#takesFocus = true;
        this.#open();
    }
    close() {
        if (!this.#isOpen) return;
        this.#show(false);
        this.#button.focus();
        for (const one of this.#listeners.close) one();
    }
    identify(who: Vouched) {
        this.#who = who;
        return this.#ask({ parley: 'identify', id: ++this.#last, who });
    }
    signOut() {
        this.#who = null;
        return this.#ask({ parley: 'sign_out', id: ++this.#last });
    }
    on<Type extends keyof Heard>(type: Type, listener: Heard[Type]) {
        this.#listeners[type].add(listener);
        return () => void this.#listeners[type].delete(listener);
    }

    #open() {
        if (this.#host.classList.contains('gone')) return;
        this.#load();
        this.#show(true);
        if (this.#takesFocus) this.#frame!.focus();
        for (const one of this.#listeners.open) one();
    }

    #draw() {
        const inside = this.#host.attachShadow({ mode: 'open' });
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(style);
        inside.adoptedStyleSheets = [sheet];
        if (this.#look.accent) {
            this.#host.style.setProperty('--accent', this.#look.accent);
            this.#host.style.setProperty('--accent-ink', inkOn(this.#look.accent));
        }
        this.#button.type = 'button';
        this.#button.append(drawing('bubble', 'M21 12a8 8 0 0 1-8 8H8l-5 2 2-4.5A8 8 0 0 1 13 4a8 8 0 0 1 8 8Z'), drawing('down', 'm6 9 6 6 6-6'), this.#badge);
        this.#button.onclick = () => (this.#isOpen ? this.close() : this.open());
        this.#badge.className = 'badge';
        this.#badge.ariaHidden = 'true';
        this.#tell();
        inside.append(this.#button);
        // Beside the body: sites that load pages by putting in another body keep it, and nothing of the body moves it.
        document.documentElement.append(this.#host);
    }

    #tell() {
        const { open, close, unread } = this.#words;
        const words = this.#isOpen ? close : open;
        this.#button.ariaLabel = this.#unread > 0 ? `${words}, ${unread(this.#unread)}` : words;
        this.#button.ariaExpanded = String(this.#isOpen);
        this.#badge.hidden = this.#unread === 0 || this.#isOpen;
        this.#badge.textContent = this.#unread > 99 ? '99+' : String(this.#unread);
    }

    #show(isOpen: boolean) {
        this.#isOpen = isOpen;
        this.#frame!.hidden = !isOpen;
        this.#host.classList.toggle('open', isOpen);
        this.#keep({ open: isOpen });
        this.#tell();
        if (this.#isStarted) this.#say({ parley: 'shown', shown: this.#shown() });
    }

    #shown() {
        return !this.#isOpen ? 'hidden' : this.#takesFocus ? 'with_focus' : 'shown';
    }

    #load() {
        if (this.#frame) return;
        const frame = document.createElement('iframe');
        frame.src = `${this.#origin}/widget/frame`;
        frame.title = this.#words.chat;
        frame.hidden = true;
        frame.onload = () => setTimeout(() => this.#isStarted || this.#vanish('The page cannot show the chat: is its origin in the setting widget.sites?'), patience);
        this.#frame = frame;
        this.#host.shadowRoot!.append(frame);
    }

    #vanish(why: string) {
        console.error(`Parley: ${why}`);
        this.#host.classList.add('gone');
        this.#isOpen = false;
        this.#keep({ open: false, known: false });
        for (const one of this.#asked.values()) one.reject(new Error(why));
        this.#asked.clear();
    }

    // The frame is asked when it is there; it is loaded for that.
    #ask(what: ToFrame & { id: number }): Promise<void> {
        if (this.#host.classList.contains('gone')) return Promise.reject(new Error('This page cannot show the chat.'));
        this.#load();
        const made = new Promise<void>((resolve, reject) => this.#asked.set(what.id, { resolve, reject }));
        if (this.#isStarted) this.#say(what);
        else this.#waiting.push(what);
        return made;
    }
    #say(what: ToFrame) {
        this.#frame?.contentWindow?.postMessage(what, this.#origin);
    }

    #hear(event: MessageEvent) {
        if (event.origin !== this.#origin || !this.#frame || event.source !== this.#frame.contentWindow) return;
        const said = event.data as FromFrame;
        switch (said?.parley) {
            case 'loaded':
                this.#isStarted = true;
                this.#say({ parley: 'start', look: this.#look, who: this.#who, shown: this.#shown() });
                for (const one of this.#waiting.splice(0)) this.#say(one);
                break;
            case 'known':
                this.#keep({ known: said.known });
                break;
            case 'unread':
                this.#unread = said.count;
                this.#tell();
                showsUnread(said.count);
                for (const one of this.#listeners.unread) one(said.count);
                break;
            case 'close':
                this.close();
                break;
            case 'done': {
                const asked = this.#asked.get(said.id);
                this.#asked.delete(said.id);
                if (said.fault === undefined) asked?.resolve();
                else asked?.reject(new Error(said.fault));
                break;
            }
            case 'refused':
                this.#vanish('This page is not among those that may show the chat (the setting widget.sites).');
                break;
        }
    }

    // Whether it was open, and whether somebody was signed in; who that was, only the frame knows.
    #key() {
        return `parley-widget ${this.#origin}`;
    }
    #kept(): { open?: boolean; known?: boolean } {
        try {
            return JSON.parse(localStorage.getItem(this.#key()) ?? '{}') ?? {};
        } catch {
            return {};
        }
    }
    #keep(what: { open?: boolean; known?: boolean }) {
        try {
            localStorage.setItem(this.#key(), JSON.stringify({ ...this.#kept(), ...what }));
        } catch {
            // A page that may not keep anything begins anew each time.
        }
    }
}

function drawing(name: string, lines: string) {
    const made = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    made.setAttribute('class', name);
    made.setAttribute('viewBox', '0 0 24 24');
    made.setAttribute('aria-hidden', 'true');
    const line = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    line.setAttribute('d', lines);
    made.append(line);
    return made;
}

function begin(script: HTMLScriptElement | null) {
    if (!script || window.Parley) return;
    window.Parley = new Widget(script);
    dispatchEvent(new Event('parley:ready'));
}

const script = (document.currentScript as HTMLScriptElement | null) ?? document.querySelector<HTMLScriptElement>('script[src*="/widget/v1.js"]');
if (document.body) begin(script);
else addEventListener('DOMContentLoaded', () => begin(script));
