// Files and messages that wait until somebody has looked at them, in a running server.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './lib/deadline.js';
import { brings, fetches, isIn, listed, pdf, png, sendsFiles } from './lib/files.js';
import { assertRefused } from './lib/person.js';
import { psqlIn } from './lib/postgres.js';
import { plainEnvironment, run } from './lib/processes.js';
import { stories } from './lib/story.js';
import { fetchAny } from './lib/tls.js';

const folder = process.env.PARLEY_PLUGIN_FILES ?? fileURLToPath(new URL('../../build/debug/plugins', import.meta.url));
const on = { enable: ['attachments', 'approval'] };
const tenants = {
    acme: {
        people: { ann: 'admin', bob: 'member', gus: 'guest', sue: 'staff', max: 'manager' },
        settings: {
            hosts: ['acme.test'],
            plugins: on,
            approval: { auto_approve: ['image/*'], needs_approval: ['image/svg*'], hold_links: true, hold_words: ['casino'], hold_first_of_guest: true },
        },
    },
    calm: { people: { cat: 'admin', dan: 'member' }, settings: { hosts: ['calm.test'], plugins: on, approval: { auto_approve: ['*'] } } },
};
const settings = { plugins: { folders: [folder], load: ['attachments', 'approval'] } };

const queue = async (who, query = '') => {
    const answer = await who.get(`/api/v1/approvals${query}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.body.approvals;
};
// What waits about this file or message, once it does.
const waiting = (who, subject) =>
    eventually(async () => (await queue(who, '?limit=200')).find((one) => one.subject === (subject.file ?? subject.id)), 'it to be in the queue');
const approves = (who, one) => who.post(`/api/v1/approvals/${one.approval}/approve`, {});
const rejects = (who, one, reason) => who.post(`/api/v1/approvals/${one.approval}/reject`, { reason });
const whole = async (who, one) => (await who.get(`/api/v1/approvals/${one.approval}`)).body;
const happened = async (who, one) => (await whole(who, one)).history.map((entry) => entry.what);
const done = async (answer) => {
    const { status, text, body } = await answer;
    assert.equal(status, 200, text);
    return body;
};
const looksAt = async (who, one) => {
    const response = await fetchAny(`${who.url}/api/v1/approvals/${one.approval}/content`, { headers: { authorization: `Bearer ${who.token}` } });
    return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
};
// The log as somebody reads it; plainly, because the documents that answers are held against have no plugins' events.
const logOf = async (who, since) => {
    const response = await fetchAny(`${who.url}/api/v1/events?since=${since}&limit=1000`, { headers: { authorization: `Bearer ${who.token}` } });
    const text = await response.text();
    assert.equal(response.status, 200, text);
    return { text, events: JSON.parse(text).events };
};
const messageOf = async (who, id) => (await who.get(`/api/v1/messages/${id}`)).body;

// Behind the server's back, as only a test may: what a crash would have left, or time passing.
async function rewrites(server, database, sql) {
    const jobs = 'UPDATE plugin_job SET due = 0';
    if (database === 'postgresql') return psqlIn(server.databaseUrl, `${sql.replace('%', 'plugin_approval.')};${jobs};`);
    const script = 'import sqlite3, sys\nwith sqlite3.connect(sys.argv[1], timeout=20) as db: db.execute(sys.argv[2])';
    for (const [file, text] of [['plugins/approval/approval.db', sql.replace('%', '')], ['parley.db', jobs]])
        await run('python3', ['-c', script, path.join(server.folder, 'var', file), text], { env: plainEnvironment() });
}

for (const isolation of ['in_process', 'process'])
stories(`approval, ${isolation}`, { tenants, settings: { ...settings, attachments: { isolation }, approval: { isolation } } }, (story) => {
    story('a document waits for a manager, is rejected with a reason, replaced, approved', async ({ ann, bob, sue, max }) => {
        await ann.creates('channel', 'desk');
        await bob.joins('desk');
        await bob.connects();
        await ann.connects();
        const first = await brings(bob, 'desk', 'invoice.pdf', pdf);
        await bob.receives('file.changed', { file: first.file, state: 'waiting' });
        const sent = await sendsFiles(bob, 'desk', [first]);
        assert.equal(sent.state, 'held');
        const one = await waiting(max, first);
        assert.deepEqual([one.kind, one.name, one.type, one.author, one.why, one.state], ['file', 'invoice.pdf', 'application/pdf', bob.id, 'not_auto_approved', 'pending']);
        assert.ok(one.due_at > one.created_at);

        const seen = await looksAt(sue, one);
        assert.deepEqual([seen.status, seen.bytes.equals(pdf)], [200, true]);
        assert.match(seen.headers.get('content-disposition'), /^attachment/);
        assert.match(seen.headers.get('content-security-policy'), /sandbox/);
        assert.equal(seen.headers.get('cache-control'), 'no-store');
        for (const who of [bob, ann, max]) assert.equal((await fetches(who, first)).status, 404, 'on the usual way it is nobody\'s');
        assert.equal((await looksAt(bob, one)).status, 403);

        await done(max.post(`/api/v1/approvals/${one.approval}/notes`, { text: 'The last page is missing.' }));
        assertRefused(await rejects(max, one, ' '), 400, 'reason_empty', 'reason');
        await done(rejects(max, one, 'Not complete.'));
        const told = await bob.receives('approval.decided', { approval: one.approval, kind: 'file', subject: first.file, state: 'rejected', reason: 'Not complete.' });
        assert.equal(JSON.stringify(told.data).includes(max.id), false, 'who decided is for reviewers');
        await bob.receives('file.changed', { file: first.file, state: 'rejected', reason: 'Not complete.' });
        await eventually(async () => ((await messageOf(bob, sent.id)).state === 'rejected' ? true : undefined), 'the message to be rejected');
        assert.equal((await looksAt(max, one)).status, 404);
        const { history } = await whole(max, one);
        assert.deepEqual(history.map((entry) => [entry.what, entry.user, entry.text]), [
            ['queued', null, 'not_auto_approved'], ['note', max.id, 'The last page is missing.'], ['rejected', max.id, 'Not complete.']]);

        const second = await brings(bob, 'desk', 'invoice.pdf', Buffer.concat([pdf, Buffer.from('% all of it\n')]));
        const again = await sendsFiles(bob, 'desk', [second]);
        await done(approves(sue, await waiting(sue, second)));
        await bob.receives('approval.decided', { subject: second.file, state: 'approved' });
        await ann.receives('message.created', { id: again.id });
        assert.equal((await fetches(ann, second)).status, 200);
        assert.deepEqual((await listed(ann, 'desk')).map((file) => file.file), [second.file]);
    });

    story('each tenant has its own policy and its own queue', async ({ ann, bob, gus, cat, dan }) => {
        await ann.creates('channel', 'lobby');
        await bob.joins('lobby');
        await cat.creates('channel', 'hall');
        await dan.joins('hall');
        await isIn(bob, await brings(bob, 'lobby', 'a.png', png), 'ready');
        await isIn(dan, await brings(dan, 'hall', 'a.pdf', pdf), 'ready');
        const svg = await brings(bob, 'lobby', 'a.svg', Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"></svg>'));
        const one = await waiting(ann, svg);
        assert.equal(one.why, 'needs_approval');
        assert.deepEqual(await queue(cat), []);
        for (const answer of [await cat.get(`/api/v1/approvals/${one.approval}`), await approves(cat, one), await rejects(cat, one, 'x')])
            assertRefused(answer, 404, 'approval_unknown');
        assert.equal((await looksAt(cat, one)).status, 404);
        for (const who of [bob, gus])
            for (const answer of [await who.get('/api/v1/approvals'), await approves(who, one), await rejects(who, one, 'x'), await who.get('/api/v1/approval-figures')])
                assertRefused(answer, 403, 'permission_missing');
        await done(rejects(ann, one, 'No drawings.'));
    });

    story('two reviewers at once: one decision, one entry', async ({ ann, bob, sue, max }) => {
        await ann.creates('channel', 'race');
        await bob.joins('race');
        await bob.connects();
        for (const kind of ['file', 'message']) {
            const subject = kind === 'file' ? await brings(bob, 'race', 'a.pdf', pdf) : await bob.sends('race', 'https://race.test');
            const one = await waiting(ann, subject);
            const answers = await Promise.all([approves(sue, one), rejects(max, one, 'No.'), approves(ann, one), rejects(sue, one, 'Never.')]);
            assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409, 409]);
            const won = answers.find(({ status }) => status === 200).body;
            for (const late of answers.filter(({ status }) => status === 409)) assertRefused(late, 409, 'approval_decided');
            await bob.receives('approval.decided', { approval: one.approval, state: won.state });
            const now = await whole(ann, one);
            assert.deepEqual([now.state, now.decided_by, now.history.length], [won.state, won.decided_by, 2]);
            const end = won.state === 'approved' ? { file: 'ready', message: 'published' } : { file: 'rejected', message: 'rejected' };
            if (kind === 'file') await isIn(bob, subject, end.file);
            else await eventually(async () => ((await messageOf(bob, subject.id)).state === end.message ? true : undefined), `the message to be ${end.message}`);
        }
    });

    story('messages wait for their words, and a guest\'s first', async ({ ann, bob, gus, sue }) => {
        await ann.creates('channel', 'talk');
        await bob.joins('talk');
        await ann.adds('talk', gus);
        await ann.connects();
        await bob.connects();
        assert.equal((await bob.sends('talk', 'hello')).state, 'published');
        assert.equal((await ann.sends('talk', 'https://acme.test')).state, 'published', 'an admin never waits');
        const advert = await bob.sends('talk', 'The best CASINO!');
        const link = await bob.sends('talk', 'see www.example.org');
        assert.deepEqual([advert.state, link.state], ['held', 'held']);
        assert.deepEqual((await ann.reads('talk')).map((one) => one.text), ['hello', 'https://acme.test']);
        const one = await waiting(sue, link);
        assert.deepEqual([one.kind, one.why, one.text], ['message', 'link', 'see www.example.org']);
        assertRefused(await ann.post(`/api/v1/messages/${link.id}/release`), 409, 'held_by_plugin');
        await done(approves(sue, one));
        await ann.receives('message.created', { id: link.id, text: 'see www.example.org' });
        assert.equal((await whole(sue, one)).text, '', 'its words are the message\'s again');
        const other = await waiting(sue, advert);
        await done(rejects(sue, other, 'No adverts.'));
        await bob.receives('message.rejected', { id: advert.id });
        assert.equal((await messageOf(bob, advert.id)).state_reason, 'No adverts.');
        assert.deepEqual(await happened(sue, other), ['queued', 'rejected']);
        assertRefused(await bob.patch(`/api/v1/messages/${link.id}`, { text: 'casino' }), 403, 'approval_needed');

        const first = await gus.sends('talk', 'good evening');
        assert.equal(first.state, 'held');
        const guest = await waiting(sue, first);
        assert.equal(guest.why, 'first_of_guest');
        await done(approves(sue, guest));
        await bob.receives('message.created', { id: first.id });
        assert.equal((await gus.sends('talk', 'thank you')).state, 'published');

        const taken = await bob.sends('talk', 'www.taken.test');
        const left = await waiting(sue, taken);
        assert.ok([200, 204].includes((await bob.delete(`/api/v1/messages/${taken.id}`)).status));
        await eventually(async () => ((await whole(sue, left)).state === 'gone' ? true : undefined), 'the message to leave the queue');
        assert.equal((await whole(sue, left)).text, '');
    });

    story('reviewers hear what comes and goes; nobody else does, on any path', async ({ ann, bob, gus, sue, max, cat, dan }) => {
        await ann.creates('channel', 'signals');
        await bob.joins('signals');
        await ann.adds('signals', gus);
        const everybody = { ann, bob, gus, sue, max, cat, dan };
        const since = {};
        for (const [name, who] of Object.entries(everybody)) since[name] = (await who.connects()).position;

        const file = await brings(bob, 'signals', 'secret.pdf', pdf);
        const first = await waiting(max, file);
        const comes = await max.receives('approval.changed', { approval: first.approval, kind: 'file', state: 'pending' });
        for (const who of [sue, ann]) await who.receives('approval.changed', { approval: comes.data.approval, state: 'pending' });
        assert.deepEqual(Object.keys(comes.data).sort(), ['approval', 'kind', 'state'], 'and nothing of what waits');
        assert.equal(comes.conversation, null);
        await done(approves(sue, first));
        for (const who of [max, sue, ann]) await who.receives('approval.changed', { approval: comes.data.approval, state: 'approved' });
        await bob.receives('approval.decided', { approval: comes.data.approval });
        const said = await gus.sends('signals', 'https://signals.test');
        const second = await waiting(max, said);
        await sue.receives('approval.changed', { approval: second.approval, kind: 'message', state: 'pending' });
        await gus.deletes(said);
        await max.receives('approval.changed', { approval: second.approval, state: 'gone' });

        const others = { bob, gus, cat, dan };
        for (const who of Object.values(others)) await who.hearsNothingOf('approval.changed');
        for (const [name, who] of Object.entries(others)) {
            const { text, events } = await logOf(who, since[name]);
            assert.equal(text.includes('approval.changed'), false, `${name} reads it in the log`);
            assert.ok(events.length > 0);
            await who.disconnects();
            assert.equal((await who.resumes(since[name])).status, 200);
            await who.hearsNothingOf('approval.changed');
        }
        const read = await logOf(max, since.max);
        const told = read.events.filter((one) => one.type === 'approval.changed').map(({ data }) => `${data.approval} ${data.state}`);
        for (const one of [`${first.approval} pending`, `${first.approval} approved`, `${second.approval} pending`, `${second.approval} gone`]) assert.ok(told.includes(one), `${one} of ${told}`);
        assert.equal(read.text.includes('heard_with'), false);

        // Who may review no more hears nothing from then on, nor what was said before.
        await done(ann.patch(`/api/v1/users/${max.id}`, { role: 'member' }));
        await max.receives('rights.updated', {});
        const heard = max.socket.heard('approval.changed', {}).length;
        const late = await brings(bob, 'signals', 'late.pdf', pdf);
        await sue.receives('approval.changed', { approval: (await waiting(sue, late)).approval, state: 'pending' });
        await max.catchesUp();
        assert.equal(max.socket.heard('approval.changed', {}).length, heard);
        await max.disconnects();
        assert.equal((await max.resumes(since.max)).status, 200);
        await max.hearsNothingOf('approval.changed');
        assert.equal((await logOf(max, since.max)).text.includes('approval.changed'), false);
        await done(ann.patch(`/api/v1/users/${max.id}`, { role: 'manager' }));
        await done(rejects(sue, await waiting(sue, late), 'Too late.'));
    });

    story('many are decided at once, each with its own end, and are counted', async ({ ann, bob, max }) => {
        await ann.creates('channel', 'bulk');
        await bob.joins('bulk');
        const before = await done(max.get('/api/v1/approval-figures'));
        const files = [];
        for (let i = 0; i < 3; ++i) files.push(await brings(bob, 'bulk', `${i}.pdf`, pdf));
        const items = [];
        for (const file of files) items.push(await waiting(max, file));
        await done(approves(max, items[1]));
        await max.connects();
        const { status, body } = await max.asks('approval.decide', { approvals: [...items.map((one) => one.approval), '12'], decision: 'reject', reason: 'Twice.' });
        assert.equal(status, 200, JSON.stringify(body));
        assert.deepEqual(body.results.map((one) => one.state ?? one.code), ['rejected', 'approval_decided', 'rejected', 'approval_unknown']);
        await isIn(bob, files[0], 'rejected');
        await isIn(bob, files[1], 'ready');
        const after = await done(max.get('/api/v1/approval-figures?days=1'));
        assert.deepEqual([after.approved - before.approved, after.rejected - before.rejected], [1, 2]);
        assert.ok(after.median_ms >= 0 && after.p90_ms >= after.median_ms);
        const page = await done(max.get(`/api/v1/approvals?state=rejected&limit=1&conversation=${bob.idOf('bulk')}`));
        assert.deepEqual([page.approvals.length, page.more], [1, true]);
    });

    story('what is deleted leaves the queue', async ({ ann, bob }) => {
        await ann.creates('channel', 'gone');
        await bob.joins('gone');
        const file = await brings(bob, 'gone', 'private.pdf', pdf);
        const one = await waiting(ann, file);
        assert.ok([200, 204].includes((await bob.delete(`/api/v1/files/${file.file}`)).status));
        const after = await eventually(async () => [await whole(ann, one)].find((now) => now.state === 'gone'), 'the file to leave the queue');
        assert.equal(after.name, '');
        assert.equal((await looksAt(ann, one)).status, 404);
        assertRefused(await approves(ann, one), 409, 'approval_decided');
    });

    story('a model has its own policy', async ({ ann, bob, world }) => {
        const file = path.join(world.server.folder, 'tenants/acme/models/rose.yaml');
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, JSON.stringify({ approval: { auto_approve: ['application/pdf'], needs_approval: ['image/png'], hold_links: false } }));
        await world.server.cli('config', 'reload');
        await ann.creates('channel', 'roses', { model: 'rose' });
        await bob.joins('roses');
        await isIn(bob, await brings(bob, 'roses', 'a.pdf', pdf), 'ready');
        assert.equal((await bob.sends('roses', 'https://rose.test')).state, 'published');
        const one = await waiting(ann, await brings(bob, 'roses', 'a.png', png));
        assert.deepEqual([one.why, one.model], ['needs_approval', 'rose']);
        assert.deepEqual((await queue(ann, '?model=rose')).map((item) => item.approval), [one.approval]);
        await done(approves(ann, one));
        await isIn(bob, { file: one.subject }, 'ready');
    });

    story('a decision that a crash kept from being told is told, and what is late is said', async ({ ann, bob, world, database }) => {
        await ann.creates('channel', 'crash');
        await bob.joins('crash');
        const file = await brings(bob, 'crash', 'a.pdf', pdf);
        await isIn(bob, file, 'waiting');
        const one = await waiting(ann, file);
        await rewrites(world.server, database, `UPDATE %item SET due = 1 WHERE id = ${one.approval}`);
        await eventually(async () => ((await happened(ann, one)).includes('overdue') ? true : undefined), 'it to be overdue');
        assert.deepEqual((await queue(ann, '?overdue=true')).map((item) => item.approval), [one.approval]);
        const metrics = await (await fetch(`${world.server.url}/metrics`)).text();
        assert.match(metrics, /^parley_plugin_approval_overdue_total 1$/m);
        await rewrites(world.server, database, `UPDATE %item SET state = 'approved', decided_by = ${ann.id}, decided_at = 2, settled = 0 WHERE id = ${one.approval}`);
        await isIn(bob, file, 'ready');
        assertRefused(await rejects(ann, one, 'No.'), 409, 'approval_decided');
    });
});
