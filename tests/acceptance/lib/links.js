// Share links as people make and use them, and what lies in their tables.
import assert from 'node:assert/strict';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './deadline.js';
import { brings, isIn, listed, sendsFiles } from './files.js';
import { psqlIn } from './postgres.js';
import { plainEnvironment, run } from './processes.js';
import { Visitor } from './visitor.js';

const own = process.env.PARLEY_PLUGIN_FILES ?? fileURLToPath(new URL('../../../build/debug/plugins', import.meta.url));
const others = process.env.PARLEY_SDK_PLUGINS ?? fileURLToPath(new URL('../../../build/debug/tests/sdk/plugins', import.meta.url));
export const on = { enable: ['attachments', 'share_links', 'gate'] };
export const tenants = {
    acme: {
        people: { ann: 'admin', max: 'manager', sue: 'staff', tom: 'staff', ted: 'staff', bob: 'member' },
        settings: { hosts: ['acme.test'], plugins: on, share_links: { allow_conversation_links: true }, attachments: {} },
    },
    calm: { people: { cat: 'admin' }, settings: { hosts: ['calm.test'], plugins: on } },
    bare: { people: { dot: 'admin' }, settings: { hosts: ['bare.test'], plugins: { enable: ['attachments'] } } },
};
export const settings = { server: { trusted_proxies: ['127.0.0.1/32'] }, plugins: { folders: [own, others], load: ['attachments', 'share_links', 'gate'] } };

export const svg = Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
export const done = async (answer, ...statuses) => {
    const { status, body, text } = await answer;
    assert.ok((statuses.length ? statuses : [200]).includes(status), `${status}: ${text}`);
    return body;
};
export const tries = (who, conversation, more = {}) => who.post(`${who.pathOf(conversation)}/share-links`, more);
export const makes = (who, conversation, more) => done(tries(who, conversation, more));
export const linksOf = async (who, query = '') => (await done(who.get(`/api/v1/share-links${query}`))).links;
export const logOf = async (who, link, any = '') => (await done(who.get(`/api/v1/share-links/${link.link}/log${any}`))).visits;
export const counted = (visits, what) => visits.filter((one) => one.what === what).reduce((sum, one) => sum + one.times, 0);
export const stateOf = async (who, link) => (await linksOf(who)).find((one) => one.link === link.link)?.state;

// A file that everybody in the conversation has.
export async function given(who, conversation, name, bytes) {
    const file = await brings(who, conversation, name, bytes);
    await isIn(who, file, 'ready');
    const message = await sendsFiles(who, conversation, [file]);
    await eventually(async () => ((await listed(who, conversation, '?limit=200')).some((one) => one.file === file.file) ? true : undefined), 'everybody to have it');
    return { ...file, message };
}
export async function begins(name, ann, ...members) {
    await ann.creates('channel', name, { visibility: 'private' });
    for (const one of members) await ann.adds(name, one);
}
// Opens it as somebody new; gives the browser.
export async function opened(world, link, password, from) {
    const guest = new Visitor(world.server, { from });
    const answer = await guest.opens(link.path, password);
    assert.deepEqual([answer.status, answer.headers.location], [303, link.path], answer.text);
    return guest;
}
export const isOver = async (world, link, guest = new Visitor(world.server)) => {
    for (const answer of [await guest.get(link.path), await guest.opens(link.path), await guest.get(`${link.path}/files/${link.file ?? 1}`), await guest.asks('HEAD', link.path)]) assert.equal(answer.status, 410, answer.text);
    const page = await guest.get(link.path);
    assert.match(page.headers['content-type'], /^text\/html/);
    assert.match(page.text, /This link is over/);
};
export const becomesOver = (world, link) =>
    eventually(async () => ((await new Visitor(world.server).get(link.path)).status === 410 ? true : undefined), 'the link to be over');

// Behind the server's back, as only a test may: time passing, and what lies in the tables.
export async function sql(server, database, text) {
    if (database === 'postgresql') {
        const [, , ...rows] = (await psqlIn(server.databaseUrl, text.replaceAll('%', 'plugin_share_links.'))).split('\n');
        return rows.filter((one) => one && !/^\(\d+ rows?\)$/.test(one)).map((one) => one.split('|').map((value) => value.trim()).join('|')).join('\n');
    }
    const script = 'import sqlite3, sys\nwith sqlite3.connect(sys.argv[1], timeout=20) as db: print("\\n".join("|".join(map(str, row)) for row in db.execute(sys.argv[2]).fetchall()))';
    return (await run('python3', ['-c', script, path.join(server.folder, 'var/plugins/share_links/share_links.db'), text.replaceAll('%', '')], { env: plainEnvironment() })).trim();
}
export async function runsJobs(server, database) {
    const text = "UPDATE plugin_job SET due = 0 WHERE plugin = 'share_links'";
    if (database === 'postgresql') return psqlIn(server.databaseUrl, text);
    const script = 'import sqlite3, sys\nwith sqlite3.connect(sys.argv[1], timeout=20) as db: db.execute(sys.argv[2])';
    return run('python3', ['-c', script, path.join(server.folder, 'var/parley.db'), text], { env: plainEnvironment() });
}
