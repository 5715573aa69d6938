// The life of a conversation: people meet, write, correct themselves, answer each other.
import assert from 'node:assert/strict';
import { assertSameState } from './lib/client_state.js';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';

const acme = {
    people: { ann: { role: 'admin', password: 'correct horse battery' }, bob: 'member', carol: 'member' },
    settings: { display_name: 'Acme', hosts: ['127.0.0.1'] },
};

stories('a conversation', { tenants: { acme } }, (story) => {
    story('Ann signs in with her password, looks around and signs out', async ({ ann }) => {
        const signIn = (username, password) => ann.request('POST', '/api/v1/sessions', { username, password, name: 'Laptop' }, { token: null });
        const signed = await signIn('Ann', 'correct horse battery');
        assert.equal(signed.status, 201);
        assert.equal(signed.body.user.username, 'ann');

        const token = signed.body.token;
        const me = await ann.request('GET', '/api/v1/users/me', undefined, { token });
        assert.equal(me.body.role, 'admin');
        assert.ok(me.body.permissions.includes('channels.create'));
        const made = await ann.request('POST', '/api/v1/tokens', { name: 'Program' }, { token });
        assert.equal(made.status, 201);
        const tokens = await ann.request('GET', '/api/v1/tokens', undefined, { token });
        assert.ok(tokens.body.tokens.some((one) => one.id === made.body.id && one.name === 'Program'));
        assert.ok(!tokens.text.includes(made.body.token), 'a token is shown once and never again');

        assertRefused(await signIn('ann', 'wrong'), 401, 'sign_in_failed');
        assertRefused(await signIn('nobody', 'wrong'), 401, 'sign_in_failed');

        const out = await ann.request('DELETE', '/api/v1/sessions/current', undefined, { token });
        assert.equal(out.status, 200);
        await ann.isSignedOut(token);
        assert.equal((await ann.get('/api/v1/users/me')).status, 200, 'her other token is good as before');
    });

    story('Ann makes a channel, Bob joins it, and they talk over HTTP and WebSocket', async ({ ann, bob }) => {
        await ann.connects();
        await bob.connects();
        await ann.creates('channel', 'lobby', { topic: 'Anything goes' });
        await ann.receives('conversation.joined', { conversation: { name: 'lobby', topic: 'Anything goes' } });

        const found = await bob.get('/api/v1/conversations/browse?contains=lob');
        assert.deepEqual(found.body.conversations.map((one) => one.conversation.name), ['lobby']);
        await bob.joins('lobby');
        await bob.receives('conversation.joined', { conversation: { name: 'lobby' }, membership: { role: 'member' } });
        await ann.receives('member.added', { member: { user: { username: 'bob' } }, member_count: 2 });

        const hello = await ann.sends('lobby', 'Hello *Bob* 👋');
        assert.equal(hello.seq, 1);
        assert.equal(hello.author, ann.id);
        await bob.receives('message.created', { text: 'Hello *Bob* 👋', seq: 1, from: { source: 'user', id: ann.id } });

        const answer = await bob.says('lobby', 'Hello Ann, schön dich zu sehen');
        assert.equal(answer.seq, 2);
        await ann.receives('message.created', { text: 'Hello Ann, schön dich zu sehen' });
        await bob.receives('message.created', { text: 'Hello Ann, schön dich zu sehen' });

        const history = await ann.reads('lobby');
        assert.deepEqual(history.map((one) => one.text), ['Hello *Bob* 👋', 'Hello Ann, schön dich zu sehen']);
        assert.deepEqual(history, [hello, answer], 'what is read is what the senders were answered');
    });

    story('history is read from both ends and around a message', async ({ ann }) => {
        await ann.creates('channel', 'long');
        for (let i = 1; i <= 25; ++i) await ann.sends('long', `number ${i}`);
        const seqs = async (query) => (await ann.reads('long', query)).map((one) => one.seq);
        const upto = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
        assert.deepEqual(await seqs('?limit=5'), upto(21, 25));
        assert.deepEqual(await seqs('?before=21&limit=5'), upto(16, 20));
        assert.deepEqual(await seqs('?after=0&limit=5'), upto(1, 5));
        assert.deepEqual(await seqs('?around=10&limit=6'), upto(7, 12));
        const page = (await ann.get(`${ann.pathOf('long')}/messages?around=3&limit=4`)).body;
        assert.deepEqual([page.last_seq, page.messages[0].seq, page.more_before, page.more_after], [25, 1, false, true]);
    });

    story('Bob corrects himself, and what he said before is kept', async ({ ann, bob }) => {
        await ann.creates('channel', 'corrections', { members: [bob] });
        await ann.connects();
        const first = await bob.sends('corrections', 'The cat are on the mat');
        const second = await bob.edits(first, 'The cat is on the mat');
        assert.ok(second.edited_at);
        await ann.receives('message.edited', { id: first.id, seq: first.seq, text: 'The cat is on the mat' });
        await bob.edits(first, 'The cat was on the mat');
        const { revisions } = (await ann.get(`/api/v1/messages/${first.id}/revisions`)).body;
        assert.deepEqual(revisions.map((one) => [one.number, one.text]), [[1, 'The cat are on the mat'], [2, 'The cat is on the mat']]);
    });

    story('Bob deletes a message, and its place stays; Ann removes another for good', async ({ ann, bob, carol }) => {
        await ann.creates('channel', 'regrets', { members: [bob, carol] });
        await carol.connects();
        const shy = await bob.sends('regrets', 'I should not have said that');
        const secret = await bob.sends('regrets', 'and even less this: hunter2');
        const reply = await carol.sends('regrets', 'What do you mean?', { reply_to: secret.id });
        assert.equal(reply.reply_to.text, 'and even less this: hunter2');

        await bob.deletes(shy);
        await carol.receives('message.deleted', { id: shy.id, text: '' });
        assertRefused(await carol.delete(`/api/v1/messages/${secret.id}?hard=true`), 403);
        await ann.purges(secret);
        await carol.receives('message.purged', { id: secret.id, purged: true });

        const history = await carol.get(`${carol.pathOf('regrets')}/messages`);
        assert.deepEqual(history.body.messages.map((one) => [one.seq, one.text, one.deleted_at !== null]), [[1, '', true], [3, 'What do you mean?', false]]);
        assert.ok(!history.text.includes('hunter2') && !history.text.includes('should not'), 'nothing is left of the words');
        assertRefused(await carol.get(`/api/v1/messages/${secret.id}`), 404, 'not_found');
        assert.equal((await bob.sends('regrets', 'Never mind')).seq, 4, 'no number is given twice');
    });

    story('replies name what they answer, and threads count their replies', async ({ ann, bob, carol }) => {
        await ann.creates('channel', 'planning', { members: [bob, carol] });
        await carol.connects();
        const question = await ann.sends('planning', 'Pizza or pasta?');
        const reply = await bob.sends('planning', 'Pizza', { reply_to: question.id });
        assert.deepEqual(reply.reply_to, { id: question.id, seq: 1, from: question.from, text: 'Pizza or pasta?', deleted: false });

        const inThread = await bob.sends('planning', 'With olives', { thread_root: question.id });
        await carol.receives('message.created', { text: 'With olives', thread_root: question.id });
        const deeper = await carol.sends('planning', 'No olives', { thread_root: inThread.id });
        assert.equal(deeper.thread_root, question.id, 'a reply to a reply belongs to the same thread');
        await bob.deletes(inThread);
        const event = await carol.receives('message.deleted', { id: inThread.id });
        assert.equal(event.data.thread.replies, 1);

        const { messages } = (await ann.get(`/api/v1/messages/${question.id}/thread`)).body;
        assert.deepEqual(messages.map((one) => one.text), ['', 'No olives']);
        const [root] = await ann.reads('planning', '?after=0&limit=1');
        assert.equal(root.thread.replies, 1);
        assert.deepEqual(root.thread.participants.map((one) => one.id), [carol.id]);
    });

    story('the same key sends once, however often it is sent', async ({ ann, bob }) => {
        await ann.creates('channel', 'retries', { members: [bob] });
        await bob.connects();
        const body = { text: 'Once only', client_key: 'k-1' };
        const target = `${ann.pathOf('retries')}/messages`;
        const all = await Promise.all(Array.from({ length: 6 }, () => ann.post(target, body)));
        assert.deepEqual(all.map((one) => one.status).sort(), [200, 200, 200, 200, 200, 201]);
        assert.equal(new Set(all.map((one) => one.body.id)).size, 1);

        const byHeader = await ann.request('POST', target, { text: 'Once only' }, { headers: { 'idempotency-key': 'k-1' } });
        assert.equal(byHeader.status, 200);
        await ann.connects();
        const bySocket = await ann.asks('message.send', { conversation: ann.idOf('retries'), ...body });
        assert.equal(bySocket.status, 200);
        assert.equal(bySocket.body.id, all[0].body.id);
        assert.equal((await bob.post(target, body)).status, 201, "another's key is another key");
        assert.deepEqual((await ann.reads('retries')).map((one) => one.text), ['Once only', 'Once only']);
    });

    story('an archived channel is read and not written, until it is restored', async ({ ann, bob }) => {
        await ann.creates('channel', 'old project', { members: [bob] });
        const said = await bob.sends('old project', 'We are done');
        await bob.connects();
        assertRefused(await bob.post(`${bob.pathOf('old project')}/archive`), 403, 'not_allowed');
        await ann.post(`${ann.pathOf('old project')}/archive`);
        await bob.receives('conversation.updated', { conversation: { name: 'old project', archived_at: (at) => at !== null } });
        const send = () => bob.post(`${bob.pathOf('old project')}/messages`, { text: 'One more thing' });
        assertRefused(await send(), 409, 'conversation_archived');
        assertRefused(await bob.asks('message.send', { conversation: bob.idOf('old project'), text: 'Or so' }), 409, 'conversation_archived');
        assertRefused(await bob.patch(`/api/v1/messages/${said.id}`, { text: 'We were done' }), 409, 'conversation_archived');
        assert.equal((await bob.reads('old project')).length, 1);
        await ann.post(`${ann.pathOf('old project')}/restore`);
        assert.equal((await send()).status, 201);
    });

    story('Ann renames a channel and deletes it in the end', async ({ ann, bob }) => {
        await ann.creates('channel', 'working title', { members: [bob] });
        await bob.connects();
        const renamed = await ann.patch(ann.pathOf('working title'), { name: 'final title', topic: 'Ready' });
        assert.equal(renamed.body.name, 'final title');
        await bob.receives('conversation.updated', { conversation: { name: 'final title', topic: 'Ready' } });
        assertRefused(await bob.delete(bob.pathOf('working title')), 403);
        assert.equal((await ann.delete(ann.pathOf('working title'))).status, 200);
        await bob.receives('conversation.deleted', { conversation: bob.idOf('working title') });
        assertRefused(await bob.get(bob.pathOf('working title')), 404, 'not_found');
    });

    story('Bob opens a direct conversation with Carol, and there is only the one', async ({ bob, carol, ann }) => {
        await carol.connects();
        const made = await bob.opensDirect(carol, 'the two');
        const event = await carol.receives('conversation.joined', { conversation: { kind: 'direct' } });
        assert.deepEqual(event.data.people.map((one) => one.username).sort(), ['bob', 'carol']);
        const again = await carol.opensDirect(bob, 'the same two');
        assert.equal(again.conversation.id, made.conversation.id);
        await bob.sends('the two', 'Psst');
        await carol.receives('message.created', { text: 'Psst' });
        assertRefused(await ann.get(ann.pathOf('the two')), 404, 'not_found');
        assertRefused(await bob.post(`${bob.pathOf('the two')}/members`, { user: ann.id }), 403, 'not_allowed');
        assertRefused(await bob.post('/api/v1/direct', { user: '999999999' }), 400, 'user_unknown', 'members');
    });

    story('texts of every script come back as they were sent', async ({ ann, bob }) => {
        await ann.creates('channel', 'babel', { members: [bob] });
        await bob.connects();
        const texts = ['السلام عليكم', 'שלום עולם', '你好，世界', 'こんにちは', 'नमस्ते दुनिया', '👩‍👩‍👧‍👦🏳️‍🌈👍🏽', 'e\u0301 é', 'a\u0000b'.replace('\u0000', '\u2028'),
            '  leading and trailing  ', '<script>alert(1)</script>', "'; DROP TABLE message; --", '\\u0000 %00 ${x} {{y}}', 'line one\nline two\ttab'];
        for (const text of texts) {
            await ann.sends('babel', text);
            await bob.receives('message.created', { text });
        }
        assert.deepEqual((await bob.reads('babel')).map((one) => one.text), texts);
    });

    story('after all this, everybody who was told step by step knows what a newcomer reads', async ({ ann, bob, carol }) => {
        await ann.creates('channel', 'summary', { members: [bob, carol] });
        const states = [];
        for (const one of [ann, bob, carol]) states.push([one, await one.follows()]);
        const first = await ann.says('summary', 'Hello @bob and @carol');
        const second = await bob.says('summary', 'Here', { reply_to: first.id });
        await carol.says('summary', 'In the thread', { thread_root: first.id });
        await ann.edits(first, 'Hello @bob');
        await carol.hasRead('summary', 1);
        await bob.deletes(second);
        await ann.purges(first);
        await bob.says('summary', 'The end');
        for (const [one, state] of states) {
            await one.receives('message.created', { text: 'The end' });
            await state.settled();
            assertSameState(state.state(), (await one.freshState()).state(), one.name);
        }
    });
});
