// Strangers take every file descriptor that the server may have: those who are connected talk on, the server does not
// burn its processor over those who wait, and lets new ones in as soon as there is room, without being started again.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import net from 'node:net';
import { eventually, within } from '../acceptance/lib/deadline.js';
import { scenes, usage } from './lib/scene.js';

const limit = 90;
const run = { through: ['prlimit', `--nofile=${limit}:${limit}`] };

scenes('no file descriptors are left', { run, clients: 4, load: { lanes: 2, every: 50 } }, async ({ scene, t }) => {
    await scene.more(40);
    const open = () => readdirSync(`/proc/${scene.server.process.pid}/fd`).length;
    const strangers = [];
    scene.begins('descriptors');
    for (let i = 0; i < limit + 20; ++i) {
        const one = net.connect(scene.server.port, '127.0.0.1');
        one.on('error', () => {});
        strangers.push(one);
    }
    await eventually(() => (open() >= limit ? true : undefined), 'all descriptors to be taken');
    // Those who are in go on, for a while that is long enough to see what it costs.
    const before = usage(scene.server);
    const began = performance.now();
    await scene.more(40);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, 2000 - (performance.now() - began))));
    const cost = (usage(scene.server).seconds - before.seconds) / ((performance.now() - began) / 1000);
    t.diagnostic(`of one processor while there was none: ${(cost * 100).toFixed(0)} %`);
    assert.ok(cost < 0.7, `it burns ${cost} of a processor`);
    await Promise.all(scene.load.listeners.map((one) => within(one.ping(), 'a pong')));
    for (const one of strangers) one.destroy();
    scene.heals('descriptors');
    await scene.becomes(200);
    await scene.more(40);
    await scene.verdict(t);
    assert.ok(scene.load.listeners.every((one) => one.opened === 1), 'nobody was disconnected');
});
