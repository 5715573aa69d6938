// The disk of files fills up while one comes, with the plugin's rows on it and the chat's database elsewhere. What finds no
// room is told so and leaves nothing; when there is room again everything is as it was.
import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually, within } from '../acceptance/lib/deadline.js';
import { brings, fetches, form, uploads } from '../acceptance/lib/files.js';
import { assertRefused } from '../acceptance/lib/person.js';
import { stopPostgres } from '../acceptance/lib/postgres.js';
import { temporaryFolder } from '../acceptance/lib/processes.js';
import { databases } from '../acceptance/lib/server.js';
import { World } from '../acceptance/lib/story.js';
import { inOwnNamespace, noMounts, SmallDisk } from './lib/mounts.js';

inOwnNamespace();
const folder = process.env.PARLEY_PLUGIN_FILES ?? fileURLToPath(new URL('../../build/debug/plugins', import.meta.url));
const patience = 180_000;

// A form whose second half is sent when the first has arrived and `meanwhile` is done; gives {status, body}.
function bringsInHalves(who, conversation, bytes, arrived, meanwhile) {
    const whole = form([{ name: 'half.bin', bytes }]);
    const half = whole.length >> 1;
    return within(
        new Promise((resolve, reject) => {
            const asked = http.request(`${who.url}${who.pathOf(conversation)}/files`, {
                method: 'POST',
                agent: false,
                headers: { authorization: `Bearer ${who.token}`, 'content-type': 'multipart/form-data; boundary=xyz', 'content-length': whole.length },
            });
            let answered = false;
            asked.on('response', (answer) => {
                answered = true;
                const pieces = [];
                answer.on('data', (piece) => pieces.push(piece));
                answer.on('end', () => resolve({ status: answer.statusCode, body: JSON.parse(Buffer.concat(pieces)) }));
                answer.on('error', reject);
            });
            // The server says no before it has read everything, and reads no more.
            asked.on('error', (why) => answered || reject(why));
            asked.write(whole.subarray(0, half));
            eventually(() => (arrived() ? true : undefined), 'the first half to arrive').then(meanwhile).then(() => asked.end(whole.subarray(half)), reject);
        }),
        'an upload in halves',
        patience,
    );
}

describe('the disk of files is full', { skip: noMounts }, () => {
    for (const database of databases)
        it(`uploads are refused and chat goes on, on ${database}`, async () => {
            const disk = await SmallDisk.mount(200);
            const url = database === 'sqlite' ? { database: { url: `sqlite:${path.join(temporaryFolder('elsewhere'), 'parley.db')}` } } : {};
            const world = await World.open(database, {
                tenants: { acme: { people: { ann: 'admin' }, settings: { hosts: ['acme.test'], plugins: { enable: ['attachments'] }, attachments: { user_quota: 150_000_000 } } } },
                settings: { server: { data_directory: disk.folder }, plugins: { folders: [folder], load: ['attachments'] }, ...url },
            });
            try {
                const { ann } = world.people;
                await ann.creates('channel', 'full');
                const kept = await brings(ann, 'full', 'kept.bin', Buffer.alloc(1_000_000, 1));
                const usage = async () => (await ann.get('/api/v1/file-usage')).body.user;
                const had = await usage();
                const incoming = () => {
                    const at = path.join(disk.folder, 'plugins/attachments/files/incoming');
                    return readdirSync(at).map((one) => statSync(path.join(at, one)).size);
                };
                for (let i = 0; i < 2; ++i) {
                    const answer = await bringsInHalves(ann, 'full', Buffer.alloc(20_000_000, 2), () => incoming().some((size) => size > 5_000_000), () => disk.fill());
                    assert.deepEqual([answer.status, answer.body.code], [507, 'disk_full'], JSON.stringify(answer.body));
                    await eventually(() => (incoming().length === 0 ? true : undefined), 'nothing half to be left', patience);
                    assertRefused(await uploads(ann, 'full', [{ name: 'next.bin', bytes: Buffer.alloc(1000) }]), 507, 'disk_full');
                    await ann.sends('full', `message ${i} is written all the same`);
                    assert.equal((await fetches(ann, kept)).status, 200, 'what is there is served');
                    disk.free();
                    const again = await eventually(async () => {
                        const tried = await uploads(ann, 'full', [{ name: 'again.bin', bytes: Buffer.alloc(1000, 3) }]);
                        return tried.status === 201 ? tried.body.files[0] : undefined;
                    }, 'uploads to be taken again', patience);
                    assert.equal((await ann.delete(`/api/v1/files/${again.file}`)).status, 200);
                    await eventually(async () => {
                        const now = await usage();
                        return now.bytes === had.bytes && now.files === had.files ? true : undefined;
                    }, 'what was reserved to be given back', patience);
                }
            } finally {
                await world.close();
            }
        });
    after(stopPostgres);
});
