// Who the visitor is: a guest, or somebody for whom the site vouches; each with a client and a storage of their own.
import { computed, signal } from '@preact/signals';
import { createClient, ParleyError, totals, type Client, type CurrentSession, type Id, type State } from '@parley/client';
import type { Vouched } from '../protocol.ts';
import { keep, kept, storageOf } from './keep.ts';

const guest = 'guest';
const nameOf = (who: Vouched | null) => (who ? `user ${who.user}` : guest);

/** Null until it is known who the visitor is. */
export const client = signal<Client | null>(null);
export const state = signal<State | null>(null);
export const session = signal<CurrentSession | null>(null);
/** Whether the site says who the visitor is, so that nobody can be a guest. */
export const isVouched = signal(false);
/** Why the site's word was not taken. */
export const refusal = signal('');

export const self = computed(() => state.value?.self ?? null);
export const unread = computed(() => (state.value ? totals(state.value).unread : 0));
export const may = (permission: string) => self.value?.permissions.includes(permission) ?? false;

let here: string | undefined;
let endings: (() => void)[] = [];

function leave() {
    for (const end of endings.splice(0)) end();
    client.value?.close();
    client.value = null;
    state.value = null;
    session.value = null;
    here = undefined;
}

async function enter(visitor: string) {
    const made = createClient({ url: location.origin, storage: storageOf(visitor) });
    here = visitor;
    client.value = made;
    state.value = made.store.get();
    endings = [made.store.subscribe((next) => (state.value = next)), made.on('session', (next) => (session.value = next))];
    await made.restore();
    return made;
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** One after the other: who comes while another is coming waits. */
let line: Promise<unknown> = Promise.resolve();
function next<T>(work: () => Promise<T>): Promise<T> {
    const made = line.then(work, work);
    line = made.catch(() => {});
    return made;
}

// Who is here is said anew, so that nobody goes on trying for the one before.
let said = 0;

/** Rejects when the site's word is not taken; then nobody is here. */
export function come(who: Vouched | null) {
    const mine = ++said;
    return next(async () => {
        const visitor = nameOf(who);
        isVouched.value = who !== null;
        refusal.value = '';
        if (here !== visitor || (who && !session.value)) {
            // Another user of the site at the same browser: the one before is signed out for good.
            const before = kept('visitor', isText);
            leave();
            if (before && before !== visitor && before !== guest && who) await forget(before);
            await arrive(visitor, who, () => mine === said);
        }
        if (session.value) void client.value?.connect().catch(() => {});
    });
}

const longest = 30_000;
async function arrive(visitor: string, who: Vouched | null, isWanted: () => boolean) {
    const made = await enter(visitor);
    keep('visitor', visitor);
    if (!who || made.session) return;
    for (let wait = 1000; ; wait = Math.min(wait * 2, longest)) {
        try {
            return void (await made.signInVouched(who));
        } catch (why) {
            // A server that cannot be reached has refused nobody.
            if (!(why instanceof ParleyError) || !why.isPassing || !isWanted()) {
                refusal.value = why instanceof ParleyError ? why.message : String(why);
                throw why;
            }
            await new Promise((resolve) => setTimeout(resolve, Math.max(wait * (0.5 + Math.random() / 2), (why.retryAfter ?? 0) * 1000)));
        }
    }
}

async function forget(visitor: string) {
    const made = createClient({ url: location.origin, storage: storageOf(visitor) });
    await made.restore().catch(() => null);
    await made.signOut().catch(() => {});
    made.close();
}

function refuses(why: unknown): false {
    if (why instanceof DOMException && why.name === 'SecurityError') return false;
    throw why;
}

/** A guest becomes one of Parley's, once, also when two pages of the site do it at the same moment. */
export async function becomeGuest(display_name: string) {
    const made = client.value;
    if (!made || made.session) return;
    const enterNow = async () => {
        if (!(await made.restore())) await made.signInAsGuest(display_name ? { display_name } : {});
    };
    // A frame that may keep nothing of its own gets no lock either.
    const locked = await navigator.locks?.request('parley-widget guest', enterNow).then(() => true, (why) => refuses(why));
    if (!locked) await enterNow();
}

/** The visitor's conversation with those who answer; made when there is none. */
export async function openDoor(): Promise<Id> {
    const made = client.value!;
    await made.connect();
    for (let tries = 0; ; ++tries) {
        try {
            const { conversation } = (await made.call('widget.open')) as { conversation: Id };
            await made.open(conversation);
            return conversation;
        } catch (why) {
            // Another page of the site is opening it.
            if (!(why instanceof ParleyError) || why.code !== 'widget_opening' || tries >= 5) throw why;
            await new Promise((resolve) => setTimeout(resolve, 200 * 2 ** tries));
        }
    }
}

export function signOut() {
    ++said;
    return next(async () => {
        await client.value?.signOut();
        keep('room', undefined);
        isVouched.value = false;
        refusal.value = '';
        leave();
        await arrive(guest, null, () => true);
        // Who is signed out is nobody, also not the guest of before.
        await client.value?.signOut();
    });
}
