// PostgreSQL stops, keeps quiet, has no connections left, has no disk left - under load. Meanwhile the server lives, says
// that it is not ready, refuses with 503 and a time to come back, and goes on by itself afterwards.
import assert from 'node:assert/strict';
import { eventually } from '../acceptance/lib/deadline.js';
import { ownPostgres } from '../acceptance/lib/postgres.js';
import { familyOf } from '../acceptance/lib/processes.js';
import { inOwnNamespace, noMounts, SmallDisk } from './lib/mounts.js';
import { scenes } from './lib/scene.js';

inOwnNamespace();
const on = ['postgresql'];
const quiet = Number(process.env.PARLEY_TEST_QUIET_MS ?? 10_000);

const pings = (scene) => Promise.all(scene.load.listeners.map((one) => one.ping()));

// What holds while the database is away.
async function isAwayAndSaysSo(scene) {
    const page = await scene.becomes(503);
    assert.ok(page.body.reasons.length > 0);
    assert.equal((await scene.probe('/live')).status, 200);
    await pings(scene);
    return page;
}

// Each of several requests at once, more than there are connections to the database, is answered well.
async function nobodyMeetsAStaleConnection(scene) {
    const asked = await Promise.all(Array.from({ length: 40 }, () => scene.probe('/api/v1/users/me')));
    assert.deepEqual(new Set(asked.map((one) => one.status)), new Set([200]));
}

scenes('PostgreSQL is stopped at once and started again', { on, load: { lanes: 3 } }, async ({ scene, t }) => {
    const cluster = await ownPostgres();
    for (let i = 0; i < 2; ++i) {
        await scene.more(50);
        scene.begins('stop');
        await cluster.program.stop('SIGQUIT');
        await isAwayAndSaysSo(scene);
        // After a while nobody waits any more, but is told at once.
        await eventually(() => (scene.load.refusals.length > 0 ? true : undefined), 'a write to be refused', 60_000);
        const asked = await scene.probe('/api/v1/users/me');
        assert.equal(asked.status, 503);
        assert.ok(Number(asked.headers['retry-after']) > 0);
        cluster.program = await cluster.begin();
        scene.heals('stop');
        await scene.becomes(200);
        await nobodyMeetsAStaleConnection(scene);
    }
    await scene.more(50);
    const { codes } = await scene.verdict(t);
    assert.ok(Object.keys(codes).every((one) => one.startsWith('503 ')), JSON.stringify(codes));
    assert.ok(scene.load.listeners.every((one) => one.opened === 1), 'nobody was disconnected');
});

scenes(`PostgreSQL keeps quiet for ${quiet} ms`, { on, load: { lanes: 3 } }, async ({ scene, t }) => {
    const cluster = await ownPostgres();
    await scene.more(50);
    scene.begins('silence');
    const frozen = familyOf(cluster.program.pid);
    for (const pid of frozen) process.kill(pid, 'SIGSTOP');
    const over = new Promise((resolve) => setTimeout(resolve, quiet));
    try {
        await isAwayAndSaysSo(scene);
        await over;
        await pings(scene);
    } finally {
        for (const pid of frozen.reverse()) process.kill(pid, 'SIGCONT');
    }
    scene.heals('silence');
    await scene.becomes(200);
    await scene.more(50);
    await nobodyMeetsAStaleConnection(scene);
    await scene.verdict(t);
    assert.ok(scene.load.listeners.every((one) => one.opened === 1), 'nobody was disconnected');
});

scenes('PostgreSQL has no connections left', { on, load: { lanes: 3 } }, async ({ scene, t }) => {
    const cluster = await ownPostgres();
    await scene.more(50);
    scene.begins('no connections');
    await cluster.psql(`ALTER ROLE parley CONNECTION LIMIT 0`);
    await cluster.psql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'parley'`);
    await isAwayAndSaysSo(scene);
    await cluster.psql(`ALTER ROLE parley CONNECTION LIMIT -1`);
    scene.heals('no connections');
    await scene.becomes(200);
    await scene.more(50);
    await nobodyMeetsAStaleConnection(scene);
    await scene.verdict(t);
});

// Its tables lie on a small disk, its own log does not.
async function onSmallDisk() {
    const cluster = await ownPostgres();
    cluster.disk = await SmallDisk.mount(40, cluster.account.uid, cluster.account.gid);
    await cluster.psql(`CREATE TABLESPACE small LOCATION '${cluster.disk.folder}'`);
    return { run: { place: { tablespace: 'small' } } };
}

scenes('PostgreSQL\'s disk is full', { on, skip: noMounts, make: onSmallDisk, load: { lanes: 3, filler: 'x'.repeat(2000) }, expects: [/has no room/] }, async ({ scene, t }) => {
    const { disk } = await ownPostgres();
    for (let i = 0; i < 2; ++i) {
        await scene.more(50);
        scene.begins('disk full');
        disk.fill();
        const page = await isAwayAndSaysSo(scene);
        assert.match(page.body.reasons.join(' '), /no room/);
        await eventually(() => (scene.load.refusals.some((one) => one.code === 'storage_full') ? true : undefined), 'a write to be refused', 60_000);
        assert.equal((await scene.probe('/api/v1/users/me')).status, 200, 'what is there can be read');
        await scene.isRefused(t);
        disk.free();
        scene.heals('disk full');
        await scene.becomes(200);
    }
    await scene.more(50);
    const { codes } = await scene.verdict(t);
    assert.ok(codes['503 storage_full'] > 0, JSON.stringify(codes));
});
