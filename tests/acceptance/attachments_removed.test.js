// What is left of a file that was removed, and of the files of somebody who is not let in any more.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { eventually } from './lib/deadline.js';
import { brings, fetches, knows, listed, png, sendsFiles } from './lib/files.js';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';

const folder = process.env.PARLEY_PLUGIN_FILES ?? fileURLToPath(new URL('../../build/debug/plugins', import.meta.url));
const tenants = { acme: { people: { ann: 'admin', bob: 'member', cy: 'member' }, settings: { hosts: ['acme.test'], plugins: { enable: ['attachments'] } } } };
const settings = (isolation) => ({ plugins: { folders: [folder], load: ['attachments'] }, attachments: { isolation } });
const done = async (answer) => {
    const { status, text, body } = await answer;
    assert.ok([200, 204].includes(status), `${status}: ${text}`);
    return body;
};
const filesOf = async (who, message) => (await done(who.get(`/api/v1/messages/${message.id}`))).data.files;
const left = (file) => ({ file: file.file, removed: true });

// Every page that says something of messages, and the whole log.
async function everythingOf(who, conversation, messages) {
    const all = [];
    for (const path of [`${who.pathOf(conversation)}/messages`, who.pathOf(conversation), `${who.pathOf(conversation)}/files`, `${who.pathOf(conversation)}/files?mine=true`, '/api/v1/snapshot', '/api/v1/conversations']) {
        const answer = await who.get(path);
        if (answer.status !== 404) all.push(answer.text);
    }
    for (const one of messages) for (const tail of ['', '/revisions', '/thread']) all.push((await who.get(`/api/v1/messages/${one.id}${tail}`)).text);
    for (let at = 0, more = true; more; ) {
        // By hand: the document of this route has the kernel's own events alone.
        const answer = await fetch(`${who.url}/api/v1/events?since=${at}&limit=200`, { headers: { authorization: `Bearer ${who.token}` } });
        assert.equal(answer.status, 200);
        const page = await answer.json();
        all.push(JSON.stringify(page));
        ({ upto: at, more } = page);
    }
    assert.equal((await who.resumes(0)).status, 200);
    all.push(JSON.stringify(who.socket.inbox));
    return all.join('\n');
}

for (const isolation of ['in_process', 'process'])
stories(`files that are removed, ${isolation}`, { tenants, settings: settings(isolation) }, (story) => {
    story('a removed file leaves that there was one, and its name nowhere', async ({ ann, bob, cy }) => {
        await ann.creates('channel', 'plans');
        for (const one of [bob, cy]) await one.joins('plans');
        const files = [];
        for (const name of ['secret-salaries.png', 'secret-layoffs.png', 'harmless.png', 'secret-takeover.png']) files.push(await brings(bob, 'plans', name, png));
        const message = await sendsFiles(bob, 'plans', files.slice(0, 3));
        const softly = await sendsFiles(bob, 'plans', [files[3]]);
        await eventually(async () => ((await listed(ann, 'plans')).length === 4 ? true : undefined), 'the files to be listed');
        await bob.edits(message, 'have a look');
        assert.match(await everythingOf(cy, 'plans', [message, softly]), /secret-salaries.*secret-layoffs/s, 'this test sees names');
        await cy.connects();

        await done(bob.delete(`/api/v1/files/${files[0].file}`));
        await done(ann.delete(`/api/v1/files/${files[1].file}/any`));
        await bob.deletes(softly);
        await eventually(async () => ((await filesOf(cy, message)).filter((one) => one.removed).length === 2 ? true : undefined), 'both to be gone from the message');
        const now = await filesOf(cy, message);
        assert.deepEqual(now.slice(0, 2), [left(files[0]), left(files[1])]);
        assert.deepEqual([now[2].file, now[2].name], [files[2].file, 'harmless.png']);
        await cy.receives('message.edited', { message: (one) => one?.data?.files?.filter((file) => file.removed).length === 2 });
        const names = async (who) => (await everythingOf(who, 'plans', [message, softly])).match(/secret-\w+/g) ?? [];
        for (const who of [ann, bob, cy]) await eventually(async () => ((await names(who)).length === 0 ? true : undefined), `${who.name} to read none of the names`);

        const edited = await bob.edits(message, 'what was there is gone');
        assert.deepEqual(edited.data.files.slice(-2), [left(files[0]), left(files[1])], 'an edit leaves that as it is');
        assert.equal(edited.data.files[0].name, 'harmless.png');
        for (const who of [ann, bob, cy]) assert.deepEqual(await names(who), []);
        for (const one of [files[0], files[1], files[3]]) assert.equal(await knows(bob, one), undefined);
    });

    story('files of somebody who is disabled stay with those who have them', async ({ ann, bob, cy }) => {
        await ann.creates('channel', 'team');
        for (const one of [bob, cy]) await one.joins('team');
        const sent = await brings(cy, 'team', 'minutes.png', png);
        const unsent = await brings(cy, 'team', 'draft.png', png);
        const message = await sendsFiles(cy, 'team', [sent]);
        await eventually(async () => ((await listed(bob, 'team')).length === 1 ? true : undefined), 'the file to be listed');
        await done(ann.patch(`/api/v1/users/${cy.id}`, { disabled: true }));
        assert.equal((await fetches(bob, sent)).status, 200);
        assert.equal((await listed(bob, 'team')).length, 1);
        assert.equal((await fetches(cy, sent)).status, 401);
        for (const who of [ann, bob]) assert.equal((await fetches(who, unsent)).status, 404, 'what it did not send is nobody\'s to see');
        assertRefused(await bob.delete(`/api/v1/files/${sent.file}/any`), 403, 'permission_missing');
        await done(ann.delete(`/api/v1/files/${sent.file}/any`));
        await eventually(async () => ((await filesOf(bob, message))[0].removed ? true : undefined), 'the name to be gone');
        assert.equal((await fetches(bob, sent)).status, 404);
        await done(ann.patch(`/api/v1/users/${cy.id}`, { disabled: false }));
    });
});
