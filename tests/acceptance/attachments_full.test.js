// No room on the disk: an upload is told so, leaves nothing half, costs no quota, and everybody else goes on. The room is
// taken by a limit of the process for one file (RLIMIT_FSIZE), which works without mounting anything; tests/fault fills
// real disks.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eventually } from './lib/deadline.js';
import { brings, bytesOf, fetches, onDisk, uploads } from './lib/files.js';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';

const folder = process.env.PARLEY_PLUGIN_FILES ?? fileURLToPath(new URL('../../build/debug/plugins', import.meta.url));
const tenants = { acme: { people: { ann: 'admin', bob: 'member' }, settings: { hosts: ['acme.test'], plugins: { enable: ['attachments'] }, attachments: { max_file_size: 100_000_000, user_quota: 200_000_000 } } } };
const settings = (isolation) => ({ plugins: { folders: [folder], load: ['attachments'] }, attachments: { isolation } });
const most = 8 * 1024 * 1024;
const big = Buffer.alloc(12 * 1024 * 1024, 'big');

// How many bytes one file of the server may have from now on; the server goes on running.
const limits = (server, bytes) => execFileSync('prlimit', ['--pid', String(server.process.pid), `--fsize=${bytes}:`]);
const usageOf = async (who) => (await who.get('/api/v1/file-usage')).body.user;
const upload = (who, more, body, method = 'POST', path = `${who.pathOf('full')}/uploads`) =>
    fetch(who.url + path, { method, body, headers: { authorization: `Bearer ${who.token}`, 'tus-resumable': '1.0.0', ...more } });

for (const isolation of ['in_process', 'process'])
stories(`no room for files, ${isolation}`, { tenants, settings: settings(isolation) }, (story) => {
    story('an upload that finds no room leaves nothing, and others go on', async ({ ann, bob, world }) => {
        await ann.creates('channel', 'full');
        await bob.joins('full');
        const small = await brings(ann, 'full', 'small.bin', Buffer.alloc(1000, 1));
        const [had, stored] = [await usageOf(ann), onDisk(world.server).length];
        limits(world.server, most);
        for (let i = 0; i < 3; ++i) {
            assertRefused(await uploads(ann, 'full', [{ name: 'first.bin', bytes: Buffer.alloc(100, 2) }, { name: 'big.bin', bytes: big }]), 507, 'disk_full');
            await bob.sends('full', `message ${i} is written all the same`);
            const now = await usageOf(ann);
            assert.deepEqual([now.bytes, now.files], [had.bytes, had.files], 'nothing is booked, and nothing reserved');
            assert.equal(onDisk(world.server).length, stored, 'nothing half is left');
        }
        const told = await uploads(ann, 'full', [{ name: 'big.bin', bytes: big }]);
        assert.match(told.body.detail, /no room left .* disk/);
        assert.equal((await fetches(bob, small)).status, 404);
        assert.equal((await fetches(ann, small)).status, 200);
        await brings(ann, 'full', 'fits.bin', Buffer.alloc(1000, 3));
        limits(world.server, 'unlimited');
        const file = await brings(ann, 'full', 'big.bin', big);
        assert.equal((await fetches(ann, file)).bytes.equals(big), true);
        assert.equal((await usageOf(ann)).bytes, had.bytes + 1000 + big.length);
    });

    story('one that can be resumed goes on where the room ended', async ({ ann, bob, world }) => {
        if (!world.conversations.has('acme/full')) await ann.creates('channel', 'full');
        const had = await usageOf(ann);
        const made = await upload(ann, { 'upload-length': String(big.length), 'upload-metadata': `filename ${Buffer.from('big.bin').toString('base64')}` });
        assert.equal(made.status, 201, await made.text());
        const at = made.headers.get('location');
        const path = at.startsWith('http') ? new URL(at).pathname : at;
        const piece = (from) => upload(ann, { 'upload-offset': String(from), 'content-type': 'application/offset+octet-stream' }, big.subarray(from), 'PATCH', path);
        const offset = async () => Number((await upload(ann, {}, undefined, 'HEAD', path)).headers.get('upload-offset'));
        limits(world.server, most);
        const refused = await piece(0);
        assert.equal(refused.status, 507, await refused.text());
        assert.equal(await offset(), most, 'what there was room for is there');
        assert.equal((await piece(most)).status, 507, 'and no more than that');
        assert.equal(await offset(), most);
        limits(world.server, 'unlimited');
        const rest = await piece(most);
        assert.equal(rest.status, 204, await rest.text());
        const id = path.split('/').at(-1);
        await eventually(async () => ((await fetches(ann, id)).bytes.equals(big) ? true : undefined), 'the whole file to be there');
        const now = await usageOf(ann);
        assert.deepEqual([now.bytes, now.files], [had.bytes + big.length, had.files + 1]);
        // Given up for want of room: what was reserved is given back.
        limits(world.server, most);
        const other = await upload(ann, { 'upload-length': String(big.length) });
        const otherPath = new URL(other.headers.get('location'), ann.url).pathname;
        assert.equal((await upload(ann, { 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' }, big, 'PATCH', otherPath)).status, 507);
        assert.equal((await upload(ann, {}, undefined, 'DELETE', otherPath)).status, 204);
        assert.deepEqual(await usageOf(ann), now);
        limits(world.server, 'unlimited');
        assert.equal(bytesOf(onDisk(world.server).filter((one) => one.includes('/incoming/'))), 0);
    });
});
