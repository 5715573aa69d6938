// Signing out: nothing of what somebody wrote stays on this device.
import { client } from './chat.ts';
import { forgetPersonal } from './keep.ts';
import { attempt } from './notice.ts';

export async function signOut(how: { everywhere?: boolean } = {}) {
    await attempt(client.signOut(how));
    forgetPersonal();
    location.hash = '';
    location.reload();
}
