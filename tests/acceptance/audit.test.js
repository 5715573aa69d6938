// What is told of sign-ins, refusals, tokens and roles, to whom, and what never stands in it.
import assert from 'node:assert/strict';
import { askRaw } from './lib/http.js';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';

const password = 'correct horse battery';
const wrong = 'incorrect zebra charger';
const tenants = {
    acme: { people: { ann: { role: 'admin', password }, bob: { role: 'member', password }, cat: 'member' }, settings: { hosts: ['acme.test'] } },
    globex: { people: { eve: { role: 'admin', password } }, settings: { hosts: ['globex.test'] } },
};

function signsIn(who, username, secret) {
    const body = JSON.stringify({ username, password: secret });
    const head = 'POST /api/v1/sessions HTTP/1.1\r\nHost: acme.test\r\nContent-Type: application/json\r\nConnection: close';
    return askRaw(who.url, `${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
}

async function audited(who, query = '') {
    const all = [];
    for (let before = ''; before !== null; ) {
        const answer = await who.get(`/api/v1/audit?limit=20${query}${before && `&before=${before}`}`);
        assert.equal(answer.status, 200, answer.text);
        all.push(...answer.body.entries);
        before = answer.body.next;
    }
    return all;
}

stories('audit', { tenants }, (story) => {
    story('what happened is told to an admin, to no member, and to no other tenant', async ({ ann, bob, cat, eve }) => {
        const secrets = [password, wrong, 'a secret plan'];
        const signed = await signsIn(ann, 'bob', password);
        assert.equal(signed.status, 201, signed.text);
        secrets.push(signed.body.token, signed.body.refresh_token);
        assertRefused(await signsIn(ann, 'bob', wrong), 401, 'sign_in_failed');
        assertRefused(await signsIn(ann, 'nobody\nat all', wrong), 401, 'sign_in_failed');
        assert.equal((await ann.patch(`/api/v1/users/${cat.id}`, { role: 'staff' })).status, 200);
        const token = await bob.post('/api/v1/tokens', { name: 'Backup' });
        assert.equal(token.status, 201, token.text);
        secrets.push(token.body.token);
        assert.equal((await bob.delete(`/api/v1/tokens/${token.body.id}`)).status, 200);
        const link = await ann.post(`/api/v1/users/${cat.id}/password_reset`);
        secrets.push(link.body.token);
        assertRefused(await bob.patch(`/api/v1/users/${cat.id}`, { role: 'admin' }), 403, 'permission_missing');
        await ann.creates('channel', 'plans', { members: [bob] });
        await ann.makes('plans', bob, 'admin');
        const said = await bob.sends('plans', 'a secret plan');
        assertRefused(await bob.delete(`/api/v1/messages/${said.id}?hard=true`), 403, 'permission_missing');
        await ann.purges(said);

        const all = await audited(ann);
        const one = (action, more = () => true) => {
            const found = all.filter((entry) => entry.action === action && more(entry));
            assert.equal(found.length, 1, `${action}: ${JSON.stringify(found)}`);
            return found[0];
        };
        const opened = one('session.opened');
        assert.deepEqual([opened.actor, opened.session, opened.address, opened.details.kind], [bob.id, signed.body.session, '127.0.0.1', 'password']);
        assert.equal(opened.request_id, signed.headers.get('x-request-id'));
        const refused = one('session.refused', (entry) => entry.subject?.id === bob.id);
        assert.deepEqual([refused.actor, refused.details], [null, { reason: 'sign_in_failed', name: 'bob' }]);
        assert.equal(one('session.refused', (entry) => entry.subject === null).details.name, 'nobody\\nat all');
        const role = one('role.changed');
        assert.deepEqual([role.actor, role.subject, role.details], [ann.id, { kind: 'user', id: cat.id }, { from: 'member', to: 'staff' }]);
        assert.equal(one('token.created', (entry) => entry.details.name === 'Backup').subject.id, token.body.id);
        assert.equal(one('token.revoked').subject.id, token.body.id);
        assert.equal(one('password.link_made').subject.id, cat.id);
        assert.equal(one('member.role_changed').details.conversation, ann.idOf('plans'));
        assert.equal(one('message.purged').subject.id, said.id);
        assert.equal(one('refusal', (entry) => entry.details.operation === 'user.change').actor, bob.id);
        assert.equal(one('refusal', (entry) => entry.details.operation === 'message.delete').subject.id, said.id);
        assert.deepEqual(all.map((entry) => BigInt(entry.id)), all.map((entry) => BigInt(entry.id)).sort((a, b) => (a < b ? 1 : -1)));
        for (const secret of secrets) {
            assert.ok(secret);
            assert.ok(!JSON.stringify(all).includes(secret), 'a secret stands in the audit log');
        }
        assert.ok((await audited(ann, `&actor=${bob.id}`)).every((entry) => entry.actor === bob.id));
        assert.deepEqual((await audited(ann, '&action=role.changed')).map((entry) => entry.id), [role.id]);

        assertRefused(await bob.get('/api/v1/audit'), 403, 'permission_missing');
        assertRefused(await askRaw(ann.url, 'GET /api/v1/audit HTTP/1.1\r\nHost: acme.test\r\nConnection: close\r\n\r\n'), 401);
        const theirs = await audited(eve);
        assert.deepEqual([...new Set(theirs.map((entry) => entry.action))].sort(), ['token.created', 'user.created']);
        const ids = new Set(all.map((entry) => entry.id));
        assert.ok(theirs.every((entry) => !ids.has(entry.id)));
        assert.deepEqual(await audited(eve, `&before=${all[0].id}&actor=${bob.id}`), []);
    });

    story('guessing without end does not fill the log', async ({ ann, world }) => {
        const before = (await audited(ann, '&action=session.refused')).length;
        let waited = 0;
        for (let i = 0; i < 12; ++i) if ((await signsIn(ann, 'cat', `${wrong} ${++world.marks}`)).status === 429) waited += 1;
        assert.ok(waited >= 5, `only ${waited} had to wait`);
        const after = (await audited(ann, '&action=session.refused')).slice(0, -before || undefined);
        const waits = after.filter((entry) => entry.details.reason === 'too_many_sign_ins');
        assert.ok(waits.length <= 2, `${waits.length} entries for ${waited} waits`);
        assert.equal(after.length - waits.length, 12 - waited, 'each that was judged is told');
    });
});
