// PostgreSQL fails over to a synchronous standby, under load: the server finds the new primary by itself, and what it
// acknowledged is there - also when the old primary died in the middle of commits that its standby never got, whose numbers
// the new one gives to other transactions.
import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { after } from 'node:test';
import { eventually } from '../acceptance/lib/deadline.js';
import { Pair } from './lib/standby.js';
import { scenes } from './lib/scene.js';

const on = ['postgresql'];
const pairs = [];

const make = (second) => async () => {
    const pair = await Pair.start();
    pairs.push(pair);
    return { run: { url: pair.url(second?.(pair)) } };
};
after(async () => {
    for (const one of pairs) await one.stop();
});

async function goesOn(scene, t) {
    await scene.becomes(200);
    scene.heals('fail-over');
    await scene.more(50);
    const asked = await Promise.all(Array.from({ length: 40 }, () => scene.probe('/api/v1/users/me')));
    assert.deepEqual(new Set(asked.map((one) => one.status)), new Set([200]), 'nobody meets a stale connection');
    await Promise.all(scene.load.listeners.map((one) => one.ping()));
    await scene.verdict(t);
    assert.ok(scene.load.listeners.every((one) => one.opened === 1), 'nobody was disconnected');
}

scenes('PostgreSQL fails over to its standby', { on, make: make(), load: { lanes: 3 } }, async ({ scene, t }) => {
    const { primary, standby } = pairs.at(-1);
    await scene.more(50);
    scene.begins('fail-over');
    await primary.program.stop('SIGQUIT');
    assert.equal((await scene.becomes(503)).status, 503);
    assert.equal((await scene.probe('/live')).status, 200);
    await Promise.all(scene.load.listeners.map((one) => one.ping()));
    await eventually(() => (scene.load.refusals.length > 0 ? true : undefined), 'a write to be refused', 60_000);
    await standby.promote();
    await goesOn(scene, t);
});

const away = (pair) => path.join(pair.standby.folder, '..', 'way');
scenes('PostgreSQL fails over with commits that only the old primary had', { on, make: make(away), load: { lanes: 3 } }, async ({ scene, t }) => {
    const pair = pairs.at(-1);
    const { primary, standby } = pair;
    await scene.more(50);
    scene.begins('fail-over');
    // Its standby is away, so the next commit is on the primary's disk alone and is never confirmed.
    await standby.program.stop('SIGQUIT');
    await eventually(async () => (Number(await primary.psql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")) > 0 ? true : undefined), 'a commit to wait');
    await primary.program.stop('SIGQUIT');
    await standby.start();
    await standby.promote();
    // Others are there before the server.
    await standby.psql(`${'SELECT txid_current();\n'.repeat(20)}`);
    symlinkSync(standby.folder, away(pair));
    await goesOn(scene, t);
});
