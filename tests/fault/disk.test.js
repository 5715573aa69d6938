// Disks fill up and files vanish - under load. What cannot be stored is refused at once, what is there can be read, the
// operator is told, and nobody has to start anything again.
import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, readlinkSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { eventually } from '../acceptance/lib/deadline.js';
import { inOwnNamespace, noMounts, SmallDisk } from './lib/mounts.js';
import { scenes } from './lib/scene.js';

inOwnNamespace();
const on = ['sqlite'];
const filler = 'x'.repeat(2000);
let disk;

async function refusedAtOnce(scene, t) {
    // What was queued when it began may wait; what comes now does not.
    await scene.becomes(503);
    return scene.isRefused(t);
}

const logged = (scene, words) => eventually(() => scene.server.logs.find((line) => words.test(line.message)), `the log to say ${words}`);

async function dataOnSmallDisk() {
    disk = await SmallDisk.mount(60);
    return { settings: { server: { data_directory: disk.folder } } };
}

scenes('the disk of SQLite is full', { on, skip: noMounts, make: dataOnSmallDisk, load: { lanes: 3, filler }, expects: [/has no room/] }, async ({ scene, t }) => {
    for (let i = 0; i < 2; ++i) {
        await scene.more(50);
        scene.begins('disk full');
        disk.fill();
        assert.equal(await refusedAtOnce(scene, t), 'storage_full');
        assert.equal((await scene.probe('/live')).status, 200);
        assert.equal((await scene.probe(`/api/v1/conversations/${scene.rooms[0]}/messages`)).status, 200, 'what is there can be read');
        await logged(scene, /has no room/);
        disk.free();
        scene.heals('disk full');
        await scene.becomes(200);
    }
    await scene.more(50);
    const { codes } = await scene.verdict(t);
    assert.ok(codes['503 storage_full'] > 0, JSON.stringify(codes));
});

scenes('the file of SQLite is moved away and comes back', { on, load: { lanes: 3 } }, async ({ scene, t }) => {
    const file = path.join(scene.server.folder, 'var/parley.db');
    await scene.more(50);
    scene.begins('moved');
    renameSync(file, `${file}.away`);
    await refusedAtOnce(scene, t);
    assert.match((await scene.becomes(503)).body.reasons.join(' '), /moved, deleted or replaced/);
    await logged(scene, /the database went away/);
    renameSync(`${file}.away`, file);
    scene.heals('moved');
    await scene.becomes(200);
    await scene.more(50);
    await scene.verdict(t);
});

scenes('the write-ahead log of SQLite is deleted, and a clean stop saves what was in it', { on, load: { lanes: 3 } }, async ({ scene, t }) => {
    await scene.more(50);
    scene.begins('log deleted');
    rmSync(path.join(scene.server.folder, 'var/parley.db-wal'));
    await refusedAtOnce(scene, t);
    await logged(scene, /the database went away/);
    scene.server.tellToStop();
    await scene.server.stop();
    await scene.server.start();
    scene.heals('log deleted');
    await scene.more(50);
    await scene.verdict(t);
});

scenes('the files of SQLite are deleted, and copied from the server that still holds them', { on, load: { lanes: 3 } }, async ({ scene, t }) => {
    const folder = path.join(scene.server.folder, 'var');
    await scene.more(50);
    scene.begins('deleted');
    for (const end of ['', '-wal', '-shm']) rmSync(path.join(folder, `parley.db${end}`));
    await refusedAtOnce(scene, t);
    const held = `/proc/${scene.server.process.pid}/fd`;
    for (const end of ['', '-wal']) {
        const number = readdirSync(held).find((one) => readlinkSync(path.join(held, one)) === `${path.join(folder, `parley.db${end}`)} (deleted)`);
        copyFileSync(path.join(held, number), path.join(folder, `saved${end}`));
    }
    await scene.server.kill();
    for (const end of ['', '-wal']) renameSync(path.join(folder, `saved${end}`), path.join(folder, `parley.db${end}`));
    await scene.server.start();
    scene.heals('deleted');
    await scene.more(50);
    await scene.verdict(t);
});

let logs;
async function logOnSmallDisk() {
    logs = await SmallDisk.mount(1);
    return { settings: { log: { file: path.join(logs.folder, 'parley.log') } } };
}

scenes('the disk of the log is full', { on, skip: noMounts, make: logOnSmallDisk, load: { lanes: 3 } }, async ({ scene, t }) => {
    await scene.more(50);
    logs.fill();
    await scene.more(100); // of which the last page takes some
    const size = () => statSync(path.join(logs.folder, 'parley.log')).size;
    const before = size();
    await scene.more(200);
    assert.equal(size(), before, 'nothing could be logged');
    assert.equal((await scene.probe('/ready')).status, 200);
    logs.free();
    await scene.more(200);
    await eventually(() => (size() > before ? true : undefined), 'the log to go on');
    await scene.verdict(t);
});
