// The clock of the server's machine jumps by an hour, forward and back, while people write: order is by position and not
// by time, nobody's good token is refused, and nothing waits an hour. Played with libfaketime.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { eventually } from '../acceptance/lib/deadline.js';
import { temporaryFolder } from '../acceptance/lib/processes.js';
import { scenes } from './lib/scene.js';

const root = '/usr/lib';
const library = readdirSync(root).map((one) => path.join(root, one, 'faketime/libfaketimeMT.so.1')).find(existsSync);
assert.ok(library, 'there is no libfaketime; scripts/setup --test installs it');

const told = path.join(temporaryFolder('clock'), 'time');
function set(seconds) {
    writeFileSync(told, `${seconds >= 0 ? '+' : ''}${seconds}\n`);
}
set(0);
// Steady clocks do not jump when somebody sets the time.
const more = { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: told, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' };

scenes('the clock jumps', { run: { more }, load: { lanes: 3, every: 10 } }, async ({ scene, t }) => {
    for (const jump of [1, -1, 0]) {
        await scene.more(60);
        scene.begins(`jump to ${jump}`);
        set(jump * 3600);
        scene.heals(`jump to ${jump}`);
        await scene.more(60);
        // It is seen by the server: otherwise nothing of this would prove anything.
        await eventually(async () => ((await hoursOf(scene)) === jump ? true : undefined), `a message to be ${jump} hours old`);
        // Everybody comes back with the token of before.
        const resumed = scene.load.listeners.map((one) => one.resumed);
        for (const one of scene.load.listeners) one.ws?.terminate();
        await eventually(() => (scene.load.listeners.every((one, i) => one.resumed > resumed[i] && one.isLive) ? true : undefined), 'all to be back');
    }
    await scene.verdict(t);
});

// What the newest message says of the time, in hours from now.
async function hoursOf(scene) {
    const { status, body } = await scene.probe(`/api/v1/conversations/${scene.rooms[0]}/messages?limit=1`);
    assert.equal(status, 200, JSON.stringify(body));
    return Math.round((Date.parse(body.messages.at(-1).created_at) - Date.now()) / 3_600_000);
}
