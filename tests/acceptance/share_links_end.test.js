// Links for people without an account, in a running server: what they lead to, what ends them, who is told.
import assert from 'node:assert/strict';
import { eventually } from './lib/deadline.js';
import { brings, isIn, onDisk, pdf, png, sendsFiles } from './lib/files.js';
import { changes } from './lib/configuration.js';
import { becomesOver, begins, done, given, isOver, linksOf, logOf, makes, on, opened, runsJobs, settings, sql, stateOf, tenants, tries } from './lib/links.js';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';
import { Visitor } from './lib/visitor.js';

for (const isolation of ['in_process', 'process'])
stories(`share links and their end, ${isolation}`, { tenants, settings: { ...settings, attachments: { isolation }, share_links: { isolation } } }, (story) => {
    story('a conversation\'s link shows what everybody there has, and nothing else', async ({ ann, sue, bob, cat, world }) => {
        await begins('album', ann, sue, bob);
        await begins('other', ann, sue);
        const first = await given(sue, 'album', 'first.png', png);
        const foreign = await given(sue, 'other', 'foreign.png', png);
        const waiting = await brings(bob, 'album', 'wait-for-it.pdf', pdf);
        await isIn(bob, waiting, 'waiting');
        await sendsFiles(bob, 'album', [waiting]);
        const unsent = await brings(bob, 'album', 'unsent.png', png);
        await isIn(bob, unsent, 'ready');
        const infected = await brings(bob, 'album', 'quarantine.png', png);
        await isIn(bob, infected, 'quarantined');
        const link = await makes(sue, 'album', { type: 'download' });
        const guest = await opened(world, link);
        const names = async () => [...(await guest.get(link.path)).text.matchAll(/(?<!class="faint">)<bdi>([^<]*)<\/bdi>/g)].map(([, name]) => name);
        assert.deepEqual(await names(), ['first.png']);
        assert.equal((await guest.get(`${link.path}/files/${first.file}`)).status, 200);
        assert.equal((await guest.get(`${link.path}?file=${first.file}`)).status, 200);
        for (const one of [foreign, waiting, unsent, infected, { file: '1' }]) {
            assert.equal((await guest.get(`${link.path}/files/${one.file}`)).status, 404, one.name);
            assert.equal((await guest.asks('HEAD', `${link.path}/files/${one.file}`)).status, 404, one.name);
            assert.equal((await guest.get(`${link.path}?file=${one.file}`)).status, 404, one.name);
        }
        await done(ann.post(`/api/v1/gate/${waiting.file}`, { verdict: 'pass', reason: '' }));
        await eventually(async () => ((await names()).includes('wait-for-it.pdf') ? true : undefined), 'the approved one to be there');
        assert.equal((await guest.get(`${link.path}/files/${waiting.file}`)).status, 200);
        await done(ann.post(`/api/v1/gate/${first.file}`, { verdict: 'quarantine', reason: 'x' }));
        assert.equal((await guest.get(`${link.path}/files/${first.file}`)).status, 404);
        assert.deepEqual(await names(), ['wait-for-it.pdf']);
        assertRefused(await tries(cat.world.people.sue, 'album', { file: first.file }), 404, 'file_unknown');
        await ann.removes('album', sue);
        await isOver(world, link, guest);
        await ann.adds('album', sue);
        assert.equal((await guest.get(link.path)).status, 200, 'what its maker may see again is there again');
        await done(ann.delete(ann.pathOf('album')), 200, 204);
        await becomesOver(world, link);
        await isOver(world, link, guest);
    });

    story('what may not be shared is not', async ({ ann, sue, bob, max, world }) => {
        await begins('strict', ann, sue, bob);
        await begins('closed', ann);
        const file = await given(sue, 'strict', 'a.png', png);
        const hidden = await given(ann, 'closed', 'a.png', png);
        assertRefused(await tries(bob, 'strict', { file: file.file }), 403, 'permission_missing');
        assertRefused(await sue.post(`/api/v1/conversations/${ann.idOf('closed')}/share-links`, { file: hidden.file }), 404, 'not_found');
        assertRefused(await tries(sue, 'strict', { file: hidden.file }), 404, 'file_unknown');
        assertRefused(await tries(sue, 'strict', { file: '123' }), 404, 'file_unknown');
        const waiting = await brings(sue, 'strict', 'wait.png', png);
        await isIn(sue, waiting, 'waiting');
        assertRefused(await tries(sue, 'strict', { file: waiting.file }), 404, 'file_unknown');
        for (const [name, state] of [['reject.png', 'rejected'], ['quarantine.png', 'quarantined']]) {
            const bad = await brings(sue, 'strict', name, png);
            await isIn(sue, bad, state);
            assertRefused(await tries(sue, 'strict', { file: bad.file }), 404, 'file_unknown');
        }
        const unsent = await brings(sue, 'strict', 'unsent.png', png);
        await isIn(sue, unsent, 'ready');
        assertRefused(await tries(sue, 'strict', { file: unsent.file }), 409, 'file_not_sent');
        for (const [more, code, field] of [[{ minutes: 0 }, 'field_range', 'minutes'], [{ minutes: 43201 }, 'too_long', 'minutes'], [{ max_uses: 0 }, 'field_range', 'max_uses'], [{ type: 'all' }, undefined, 'type']])
            assertRefused(await tries(sue, 'strict', { file: file.file, ...more }), 400, code ?? (await tries(sue, 'strict', { file: file.file, ...more })).body.code, field);

        // Settings are the tenant's and the model's.
        await changes(world.server, 'tenants/acme.yaml', (whole) => { whole.share_links = { types: ['view_only'], max_lifetime: 10, require_password: true, allow_conversation_links: false, max_links: 3 }; });
        assert.deepEqual(await done(sue.get(`${sue.pathOf('strict')}/share-links/terms`)), { types: ['view_only'], max_minutes: 10, usual_minutes: 10, needs_password: true, conversation_links: false });
        const good = { file: file.file, password: 'long enough' };
        assertRefused(await tries(sue, 'strict', { file: file.file }), 400, 'password_needed', 'password');
        assertRefused(await tries(sue, 'strict', { ...good, type: 'download' }), 400, 'type_off', 'type');
        assertRefused(await tries(sue, 'strict', { ...good, minutes: 11 }), 400, 'too_long', 'minutes');
        assertRefused(await tries(sue, 'strict', { password: 'long enough' }), 400, 'conversation_links_off', 'file');
        for (const one of await linksOf(max)) await done(max.delete(`/api/v1/share-links/${one.link}`));
        await ann.adds('strict', max);
        const made = await Promise.all(Array.from({ length: 10 }, () => tries(max, 'strict', good)));
        assert.deepEqual(made.map(({ status }) => status).sort(), [200, 200, 200, ...Array(7).fill(409)]);
        for (const late of made.filter(({ status }) => status === 409)) assertRefused(late, 409, 'too_many_links');
        await done(max.delete(`/api/v1/share-links/${made.find(({ status }) => status === 200).body.link}`));
        await makes(max, 'strict', good);
        await changes(world.server, 'tenants/acme.yaml', (whole) => { whole.share_links = { allow_conversation_links: true }; });
    });

    story('a link ends with its file, its message, its maker\'s rights and its time', async ({ ann, sue, tom, ted, max, world, database }) => {
        await begins('end', ann, sue, tom, ted, max);
        const left = (link) => sql(world.server, database, `SELECT (SELECT COUNT(*) FROM %link WHERE id = ${link.link}) + (SELECT COUNT(*) FROM %visit WHERE link = ${link.link})`);
        const isGone = (link) => eventually(async () => (Number(await left(link)) === 0 ? true : undefined), 'the link\'s row to be gone');
        const fresh = async (maker = sue) => {
            const file = await given(sue, 'end', 'a.png', png);
            const link = await makes(maker, 'end', { file: file.file, type: 'download' });
            return { file, link, guest: await opened(world, link) };
        };

        const revoked = await fresh();
        await done(sue.delete(`/api/v1/share-links/${revoked.link.link}`));
        await isOver(world, revoked.link, revoked.guest);
        assert.equal(await stateOf(sue, revoked.link), 'revoked');
        assert.equal((await done(sue.delete(`/api/v1/share-links/${revoked.link.link}`))).state, 'revoked', 'a second time changes nothing');

        const managed = await fresh();
        assertRefused(await tom.delete(`/api/v1/share-links/${managed.link.link}`), 404, 'link_unknown');
        assertRefused(await tom.delete(`/api/v1/share-links/${managed.link.link}/any`), 403, 'permission_missing');
        await done(max.delete(`/api/v1/share-links/${managed.link.link}/any`));
        await isOver(world, managed.link, managed.guest);

        const removed = await fresh();
        await done(sue.delete(`/api/v1/files/${removed.file.file}`));
        await isOver(world, removed.link, removed.guest);
        await isGone(removed.link);
        await isOver(world, removed.link, removed.guest);

        const deleted = await fresh();
        await sue.deletes(deleted.file.message);
        await isOver(world, deleted.link, deleted.guest);
        await isGone(deleted.link);
        const purged = await fresh();
        await ann.purges(purged.file.message);
        await isOver(world, purged.link, purged.guest);
        await isGone(purged.link);
        await eventually(() => (onDisk(world.server).some((one) => [removed, deleted, purged].some(({ file }) => one.endsWith(`/${file.file}`))) ? undefined : true), 'their blobs to be gone');

        const bad = await fresh();
        await done(ann.post(`/api/v1/gate/${bad.file.file}`, { verdict: 'quarantine', reason: 'x' }));
        await isOver(world, bad.link, bad.guest);
        assert.equal(await stateOf(sue, bad.link), 'ended');

        const again = await fresh();
        await changes(world.server, 'tenants/acme.yaml', (whole) => { whole.gate = { stubborn: true }; });
        await done(ann.post(`/api/v1/gate/${again.file.file}/again`, {}));
        await isOver(world, again.link, again.guest);
        await changes(world.server, 'tenants/acme.yaml', (whole) => { delete whole.gate; });
        await eventually(async () => ((await again.guest.get(again.link.path)).status === 200 ? true : undefined), 'the checked one to be there again');

        const byTed = await fresh(ted);
        await done(ann.patch(`/api/v1/users/${ted.id}`, { role: 'member' }));
        await isOver(world, byTed.link, byTed.guest);
        await done(ann.patch(`/api/v1/users/${ted.id}`, { role: 'staff' }));
        assert.equal((await byTed.guest.get(byTed.link.path)).status, 200);
        await ann.removes('end', ted);
        await isOver(world, byTed.link, byTed.guest);
        await ann.adds('end', ted);
        assert.equal((await byTed.guest.get(byTed.link.path)).status, 200);
        await done(ann.patch(`/api/v1/users/${ted.id}`, { disabled: true }));
        await isOver(world, byTed.link, byTed.guest);
        await done(ann.patch(`/api/v1/users/${ted.id}`, { disabled: false }));

        const old = await fresh();
        await sql(world.server, database, `UPDATE %link SET expires = ${Date.now() - 1000} WHERE id = ${old.link.link}`);
        await isOver(world, old.link, old.guest);
        assert.equal(await stateOf(sue, old.link), 'expired');
        await sql(world.server, database, `UPDATE %link SET expires = 1 WHERE id = ${old.link.link}`);
        await runsJobs(world.server, database);
        await isGone(old.link);
        await isOver(world, old.link, old.guest);

        const off = await fresh();
        await changes(world.server, 'tenants/acme.yaml', (whole) => { whole.plugins = { enable: ['attachments', 'gate'] }; });
        assert.equal((await off.guest.get(off.link.path)).status, 404, 'the plugin is off');
        await changes(world.server, 'tenants/acme.yaml', (whole) => { whole.plugins = on; });
        assert.equal((await off.guest.get(off.link.path)).status, 200);
    });

    story('who used a link is written down, for its maker and for managers', async ({ ann, sue, tom, bob, max, world }) => {
        await begins('book', ann, sue, bob);
        const file = await given(sue, 'book', 'a.png', png);
        const link = await makes(sue, 'book', { file: file.file, type: 'download' });
        const guest = new Visitor(world.server, { from: '203.0.113.77' });
        await guest.get(link.path);
        await guest.asks('HEAD', link.path);
        await guest.opens(link.path);
        await guest.get(link.path);
        for (const range of [undefined, 'bytes=0-3', 'bytes=4-7']) await guest.get(`${link.path}/files/${file.file}`, range ? { range } : {});
        await guest.asks('HEAD', `${link.path}/files/${file.file}`);
        await guest.get(`${link.path}/files/${file.file}?download=true`);
        const visits = await logOf(sue, link);
        assert.deepEqual(visits.map(({ what, times }) => `${what} ${times}`).reverse(), ['seen 2', 'opened 1', 'seen 1', 'viewed 2', 'seen 1', 'downloaded 1']);
        assert.ok(visits.every((one) => one.address === '203.0.113.77' && Math.abs(one.at - Date.now()) < 600_000 && one.last_at >= one.at));
        const sessions = new Set(visits.filter((one) => one.session).map((one) => one.session));
        assert.equal(sessions.size, 1);
        assert.equal(visits.find((one) => one.what === 'downloaded').file, file.file);
        assert.deepEqual(await logOf(max, link, '/any'), visits);
        assertRefused(await tom.get(`/api/v1/share-links/${link.link}/log`), 404, 'link_unknown');
        assertRefused(await tom.get(`/api/v1/share-links/${link.link}/log/any`), 403, 'permission_missing');
        for (const target of [`/api/v1/share-links/${link.link}/log`, '/api/v1/share-links']) assertRefused(await bob.get(target), 403, 'permission_missing');
        assert.ok((await done(max.get('/api/v1/share-links-of-all'))).links.some((one) => one.link === link.link && one.maker === sue.id));
        assert.deepEqual((await linksOf(sue, `?file=${file.file}`)).map((one) => one.link), [link.link]);
        assert.deepEqual((await linksOf(sue, `?conversation=${sue.idOf('book')}`)).map((one) => one.link), [link.link]);
        assert.equal((await linksOf(tom)).some((one) => one.link === link.link), false);
    });

    story('a link\'s secret is in no log and no table', async ({ ann, sue, world, database }) => {
        await begins('hush', ann, sue);
        const file = await given(sue, 'hush', 'a.png', png);
        const link = await makes(sue, 'hush', { file: file.file, type: 'download' });
        const token = link.path.slice(-43);
        const guest = await opened(world, link);
        for (const target of [link.path, `${link.path}/files/${file.file}`, `${link.path}/files/${file.file}?download=true`, `${link.path}/nothing`, `${link.path}/`, `//share_links/to/${token}`]) await guest.get(target);
        await guest.asks('PUT', link.path);
        await guest.asks('DELETE', `${link.path}/files/${file.file}`);
        await guest.asks('POST', link.path, { headers: { 'content-type': 'text/plain' }, body: 'x' });
        const seen = () => world.server.logs.filter((line) => line.message === 'request' && String(line.path).includes('/share_links/to/'));
        await eventually(() => (seen().length >= 10 ? true : undefined), 'the log to have it all');
        const text = world.server.process.output;
        assert.equal(text.includes(token) || text.includes(guest.cookies[0].value), false, 'the server\'s log');
        assert.ok(seen().some((line) => line.path === `/share_links/to/***/files/${file.file}`));
        for (const table of ['link', 'visit', 'past']) assert.equal((await sql(world.server, database, `SELECT * FROM %${table}`)).includes(token), false);
        // Files are refused in the form, and nothing of them is kept.
        const form = Buffer.from('--abc\r\nContent-Disposition: form-data; name="password"; filename="x"\r\n\r\nbytes\r\n--abc--\r\n');
        const refused = await new Visitor(world.server).asks('POST', link.path, { headers: { 'content-type': 'multipart/form-data; boundary=abc' }, body: form });
        assert.equal(refused.status, 413);
        assert.deepEqual(onDisk(world.server, 'share_links'), []);
    });
});
