// What a hotel, an agency and a community do with files, with all plugins for files on and each tenant's own policy.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventually } from './lib/deadline.js';
import { becomes, brings, eicar, fetches, isIn, knows, listed, onDisk, pdf, png, sendsFiles, stateOf, uploads, zip } from './lib/files.js';
import { stories } from './lib/story.js';

const built = process.env.PARLEY_PLUGIN_FILES ?? fileURLToPath(new URL('../../build/debug/plugins', import.meta.url));
const signatures = fileURLToPath(new URL('../../plugins/virus_scan/tests/signatures', import.meta.url));
const all = ['attachments', 'virus_scan', 'approval', 'gallery', 'share_links'].filter((one) => readdirSync(built).includes(`${one}.so`));

const tenants = {
    hotel: {
        people: { gus: 'guest', fay: 'staff', max: 'manager' },
        settings: {
            hosts: ['hotel.test'],
            approval: { auto_approve: ['image/*'] },
            attachments: { max_file_size: 1000000 },
        },
    },
    agency: {
        people: { cleo: 'guest', ada: 'staff', mia: 'manager' },
        settings: {
            hosts: ['agency.test'],
            approval: { auto_approve: ['application/pdf'], needs_approval: ['image/*'] },
            attachments: { allowed_types: ['image/*', 'application/pdf'] },
        },
    },
};
const settings = {
    plugins: { folders: [built], load: all, enable: all },
    virus_scan: { database_folder: signatures },
};

const photo = (mark) => Buffer.concat([png, Buffer.from(mark)]);
const document = (mark) => Buffer.concat([pdf, Buffer.from(`% ${mark}\n`)]);
// What waits about this file, once it does.
const waiting = (who, file) =>
    eventually(async () => (await who.get('/api/v1/approvals?limit=200')).body.approvals.find((one) => one.subject === file.file), 'it to wait');
const decides = async (who, file, how, data = {}) => {
    const answer = await who.post(`/api/v1/approvals/${(await waiting(who, file)).approval}/${how}`, data);
    assert.equal(answer.status, 200, answer.text);
};
// The list follows the message as soon as the plugin has heard of it.
const lists = (who, conversation, names) =>
    eventually(async () => {
        const found = (await listed(who, conversation)).map((one) => one.name).sort();
        return found.join() === names.join() ? true : undefined;
    }, `${names} to be listed`);

for (const isolation of ['in_process', 'process']) {
    const isolated = Object.fromEntries(all.map((one) => [one, { ...settings[one], isolation }]));
    stories(`files at work, ${isolation}`, { tenants, settings: { ...settings, ...isolated } }, (story) => {
        story('a guest sends a photo, and gets the work order in reply', async ({ gus, fay, max }) => {
            await max.creates('group', 'room 12', { members: [gus, fay] });
            await gus.connects();
            await fay.connects();
            const leak = await brings(gus, 'room 12', 'tap.png', photo('leak'));
            const asked = await sendsFiles(gus, 'room 12', [leak], { text: 'The tap drips.' });
            await becomes(gus, asked, 'published');
            await fay.receives('message.created', { id: asked.id });
            assert.equal((await fetches(fay, leak)).status, 200);

            const order = await brings(fay, 'room 12', 'order.pdf', document('order'));
            const reply = await sendsFiles(fay, 'room 12', [order], { text: 'Somebody comes at ten.', reply_to: asked.id });
            assert.equal(reply.state, 'held');
            assert.equal((await fetches(gus, order)).status, 404);
            await decides(max, order, 'approve');
            await gus.receives('message.created', { id: reply.id });
            assert.equal((await gus.get(`/api/v1/messages/${reply.id}`)).body.reply_to.id, asked.id);
            assert.ok((await fetches(gus, order)).bytes.equals(document('order')));
            await lists(gus, 'room 12', ['order.pdf', 'tap.png']);
        });

        story('a client shows who she is, and gets a welcome packet', async ({ cleo, ada, mia }) => {
            await mia.creates('group', 'cleo', { members: [cleo, ada] });
            await cleo.connects();
            const id = await brings(cleo, 'cleo', 'passport.png', photo('passport'));
            const sent = await sendsFiles(cleo, 'cleo', [id]);
            assert.equal(sent.state, 'held');
            await waiting(mia, id);
            assert.deepEqual(await listed(ada, 'cleo'), [], 'nobody but who decides knows of it');
            await decides(mia, id, 'approve');
            await becomes(ada, sent, 'published');
            const packet = await Promise.all(['rates', 'contract', 'welcome'].map((one) => brings(ada, 'cleo', `${one}.pdf`, document(one))));
            const welcome = await sendsFiles(ada, 'cleo', packet, { text: 'Welcome!' });
            await becomes(cleo, welcome, 'published');
            for (const one of packet) assert.equal((await fetches(cleo, one)).status, 200);
        });

        story('three menus go with one message', async ({ gus, fay, max }) => {
            await max.creates('group', 'menus', { members: [gus, fay] });
            const menus = ['breakfast', 'lunch', 'dinner'].map((one) => ({ name: `${one}.pdf`, bytes: document(one) }));
            const answer = await uploads(fay, 'menus', menus);
            assert.equal(answer.status, 201, answer.text);
            const sent = await sendsFiles(fay, 'menus', answer.body.files, { text: 'Today' });
            for (const one of answer.body.files) {
                assert.equal(await stateOf(fay, sent), 'held', 'until the last one may be seen');
                await decides(max, one, 'approve');
            }
            await becomes(gus, sent, 'published');
            await lists(gus, 'menus', ['breakfast.pdf', 'dinner.pdf', 'lunch.pdf']);
        });

        story('a document waits, is turned down with a reason, replaced and let through', async ({ gus, fay, max }) => {
            await max.creates('group', 'invoices', { members: [gus, fay] });
            await gus.connects();
            const first = await brings(gus, 'invoices', 'invoice.pdf', document('first'));
            const held = await sendsFiles(gus, 'invoices', [first]);
            await gus.receives('file.changed', { file: first.file, state: 'waiting' });
            await decides(max, first, 'reject', { reason: 'The address is missing.' });
            await gus.receives('file.changed', { file: first.file, state: 'rejected', reason: 'The address is missing.' });
            await becomes(gus, held, 'rejected');
            const second = await brings(gus, 'invoices', 'invoice.pdf', document('second'));
            const again = await sendsFiles(gus, 'invoices', [second]);
            await decides(max, second, 'approve');
            await becomes(fay, again, 'published');
            assert.equal((await fetches(fay, second)).status, 200);
            assert.equal((await fetches(fay, first)).status, 404);
        });

        story('an infected archive reaches nobody', async ({ gus, fay, max }) => {
            await max.creates('group', 'infected', { members: [gus, fay] });
            const bad = await brings(gus, 'infected', 'photos.zip', zip('photo.com', eicar));
            await isIn(gus, bad, 'quarantined');
            for (const who of [gus, fay, max]) assert.equal((await fetches(who, bad)).status, 404);
            const waits = (await max.get('/api/v1/approvals?limit=200')).body.approvals;
            assert.equal(waits.some((one) => one.subject === bad.file), false, 'nobody is asked to look at it');
            assert.equal(await knows(fay, bad), undefined);
        });

        story('a message goes with its files, and nothing of them is left', async ({ gus, fay, max, world }) => {
            await max.creates('group', 'gone', { members: [gus, fay] });
            const before = all.map((one) => onDisk(world.server, one).length);
            const files = [await brings(gus, 'gone', 'a.png', photo('one')), await brings(gus, 'gone', 'b.png', photo('two'))];
            const sent = await sendsFiles(gus, 'gone', files);
            await becomes(fay, sent, 'published');
            await max.purges(sent);
            for (const one of files) {
                await eventually(async () => ((await fetches(fay, one)).status === 404 ? true : undefined), 'the file to be gone');
                await eventually(async () => ((await knows(gus, one)) ? undefined : true), 'its row to be gone');
            }
            await eventually(() => (all.every((one, i) => onDisk(world.server, one).length <= before[i]) ? true : undefined), 'the disk to be as it was');
        });

        story('each tenant takes what it wants', async ({ gus, cleo, max, mia }) => {
            await max.creates('group', 'texts', { members: [gus] });
            await mia.creates('group', 'texts', { members: [cleo] });
            assert.equal((await uploads(gus, 'texts', [{ name: 'a.txt', bytes: 'hello' }])).status, 201);
            const refused = await uploads(cleo, 'texts', [{ name: 'a.txt', bytes: 'hello' }]);
            assert.deepEqual([refused.status, refused.body.code], [400, 'type_refused'], refused.text);
        });
    });
}
