// Files from a host of their own: browsers are sent there with a grant, and there is nothing else there.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { fetches, form, pdf, png } from './lib/files.js';
import { counted, done, given, linksOf, logOf, makes, opened, svg } from './lib/links.js';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';
import { Visitor } from './lib/visitor.js';

const own = process.env.PARLEY_PLUGIN_FILES;
const secret = 'the secret with which acme signs grants';
const password = 'correct horse battery';
const enable = ['attachments', 'share_links', 'webapp'];
const tenants = {
    acme: {
        people: { ann: { role: 'admin', password }, sue: { role: 'staff', password }, bob: { role: 'member', password }, tom: { role: 'member', password }, mia: { role: 'member', password } },
        settings: { hosts: ['acme.test'], plugins: { enable }, content: { host: 'files.test', secret } },
    },
    bolt: {
        people: { eve: { role: 'admin', password } },
        settings: { hosts: ['bolt.test'], plugins: { enable }, content: { host: 'cargo.test', secret: 'another secret, of the tenant called bolt' } },
    },
};
const settings = { server: { operator_token: 'the-token-of-the-operator-is-long-enough' }, plugins: { folders: own ? [own] : [], load: enable } };

const contentOf = (file, query = '') => `/api/v1/files/${file.file}/content${query}`;

// Signs as the server does; with the secret anybody could.
function granted(target, { tenant = 'acme', session = '0', until = Math.floor(Date.now() / 1000) + 120, note = '', key = secret } = {}) {
    const mark = createHmac('sha256', key).update(['parley content grant 1', tenant, session, until, note, target].join('\n')).digest('hex');
    return `${target}${target.includes('?') ? '&' : '?'}parley_grant=${until}.${tenant}.${session}.${note}.${mark}`;
}

for (const isolation of ['in_process', 'process'])
stories(`content, ${isolation}`, { tenants, settings: { ...settings, attachments: { isolation }, share_links: { isolation } } }, (story) => {
    // A browser with the cookie of somebody who signed in.
    async function browser(who) {
        const visitor = new Visitor(who.world.server, { host: `${who.tenant}.test` });
        const answer = await visitor.asks('POST', '/api/v1/sessions', { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ username: who.name, password, cookie: true }) });
        assert.equal(answer.status, 201, answer.text);
        visitor.session = { cookie: visitor.cookies.map(({ name, value }) => `${name}=${value}`).join('; '), csrf: JSON.parse(answer.text).csrf_token };
        return visitor;
    }
    const withCookie = (one, headers = {}) => ({ ...headers, cookie: one.session.cookie });
    const asks = (one, method, target, headers) => one.asks(method, target, { headers: withCookie(one, headers) });
    // Where an answer leads to: {host, target}.
    function place(answer) {
        assert.equal(answer.status, 302, answer.text);
        assert.equal(answer.headers['cache-control'], 'no-store');
        const [, host, target] = /^\/\/([^/]+)(\/.*)$/.exec(answer.headers.location);
        return { host, target };
    }
    const at = (world, host, target, { method = 'GET', headers = {}, body } = {}) => new Visitor(world.server, { host }).asks(method, target, { headers, body });
    const sentTo = async (one, file, query) => place(await asks(one, 'GET', contentOf(file, query)));
    const isNothing = (answer, why) => {
        assert.equal(answer.status, 404, `${why}: ${answer.text}`);
        assert.equal(JSON.parse(answer.text).code, 'not_found', why);
        assert.equal(answer.headers['set-cookie'], undefined);
    };
    async function room(name, { ann, sue, bob }) {
        await ann.creates('channel', name, { visibility: 'private' });
        await ann.adds(name, sue);
        await ann.adds(name, bob);
    }

    story('a browser is sent there and gets it whole, in parts, or hears that it has it', async ({ ann, sue, bob, world }) => {
        await room('way', { ann, sue, bob });
        const file = await given(sue, 'way', 'harbour.png', png);
        const bobs = await browser(bob);
        const to = await sentTo(bobs, file);
        assert.equal(to.host, 'files.test');
        assert.equal(to.target.split('?')[0], contentOf(file));
        const whole = await at(world, to.host, to.target);
        assert.deepEqual([whole.status, whole.bytes.equals(png), whole.headers['content-type']], [200, true, 'image/png']);
        assert.equal(whole.headers['x-content-type-options'], 'nosniff');
        assert.equal(whole.headers['cross-origin-resource-policy'], 'cross-origin');
        assert.equal(whole.headers['access-control-allow-origin'], '*');
        assert.equal(whole.headers['access-control-allow-credentials'], undefined);
        assert.equal(whole.headers['referrer-policy'], 'no-referrer');
        assert.equal(whole.headers['set-cookie'], undefined);
        assert.equal(whole.headers['x-csrf-token'], undefined);
        assert.match(whole.headers['content-security-policy'], /^sandbox; default-src 'none'/);
        assert.equal(whole.headers['cache-control'], 'private, no-cache');

        // A browser sends its Range on.
        const range = { range: 'bytes=4-9' };
        const ranged = place(await asks(bobs, 'GET', contentOf(file), range));
        const part = await at(world, ranged.host, ranged.target, { headers: range });
        assert.deepEqual([part.status, part.bytes.equals(png.subarray(4, 10)), part.headers['content-range']], [206, true, `bytes 4-9/${png.length}`]);
        assert.equal((await at(world, to.host, to.target, { headers: { range: `bytes=${png.length}-` } })).status, 416);
        assert.equal((await at(world, to.host, to.target, { headers: { 'if-none-match': whole.headers.etag } })).status, 304);
        const head = place(await asks(bobs, 'HEAD', contentOf(file)));
        const heard = await at(world, head.host, head.target, { method: 'HEAD' });
        assert.deepEqual([heard.status, heard.headers['content-length'], heard.text], [200, String(png.length), '']);
        const kept = await sentTo(bobs, file, '?download=true');
        assert.match((await at(world, kept.host, kept.target)).headers['content-disposition'], /^attachment; filename="harbour\.png"/);

        // The port that was asked is the port to go to, and a page's fetch() asks in advance.
        const port = await at(world, 'acme.test:8443', contentOf(file), { headers: withCookie(bobs) });
        assert.equal(place(port).host, 'files.test:8443');
        assert.equal((await at(world, 'files.test:8443', place(port).target)).status, 200);
        const preflight = await at(world, to.host, to.target, { method: 'OPTIONS', headers: { origin: 'https://acme.test', 'access-control-request-method': 'GET', 'access-control-request-headers': 'if-none-match' } });
        assert.deepEqual([preflight.status, preflight.headers['access-control-allow-origin'], preflight.headers['access-control-allow-methods']], [204, '*', 'GET, HEAD']);

        // A program with a token is given it where it asks, and a tenant without another host gives it to browsers, too.
        const direct = await fetches(bob, file);
        assert.deepEqual([direct.status, direct.bytes.equals(png)], [200, true]);
        // Refusals are told at once.
        const toms = await browser(world.people.tom);
        const refused = await asks(toms, 'GET', contentOf(file));
        assert.deepEqual([refused.status, JSON.parse(refused.text).code], [404, 'file_unknown']);
        assert.equal((await new Visitor(world.server).get(contentOf(file))).status, 401);
    });

    story('what a browser might run is never shown by the host of the pages', async ({ ann, sue, bob, world }) => {
        await room('run', { ann, sue, bob });
        const bobs = await browser(bob);
        const html = Buffer.from('<!doctype html><html><body><script>alert(1)</script></body></html>');
        for (const [name, bytes] of [['a.svg', svg], ['a.html', html], ['a.pdf', pdf], ['a.png', png]]) {
            const file = await given(sue, 'run', name, bytes);
            for (const query of ['', '?download=true', '?download=false']) {
                const to = await sentTo(bobs, file, query);
                assert.equal(to.host, 'files.test');
                const answer = await at(world, to.host, to.target);
                assert.deepEqual([answer.status, answer.bytes.equals(bytes)], [200, true], name);
                assert.match(answer.headers['content-security-policy'], /^sandbox;/);
                assert.equal(answer.headers['x-content-type-options'], 'nosniff');
                if (!/svg|html/.test(name)) continue;
                assert.match(answer.headers['content-disposition'], /^attachment/);
                assert.equal(answer.headers['content-type'], 'application/octet-stream');
            }
        }
    });

    story('a grant is good for one address, one tenant, one session and some minutes', async ({ ann, sue, bob, world }) => {
        await room('alter', { ann, sue, bob });
        const file = await given(sue, 'alter', 'one.png', png);
        const other = await given(sue, 'alter', 'two.png', png);
        const bobs = await browser(bob);
        const { target } = await sentTo(bobs, file);
        const [path, grant] = target.split('parley_grant=');
        const [until, tenant, session, note, mark] = grant.split('.');
        const files = (changed, why) => at(world, 'files.test', changed).then((answer) => isNothing(answer, why));
        assert.equal((await at(world, 'files.test', target)).status, 200);
        // The same by hand, so that what follows is refused for its own reason.
        assert.equal((await at(world, 'files.test', granted(contentOf(file), { session }))).status, 200);
        const put = (one) => `${path}parley_grant=${[one.until ?? until, one.tenant ?? tenant, one.session ?? session, one.note ?? note, one.mark ?? mark].join('.')}`;
        await files(put({ until: Number(until) + 60 }), 'a longer life');
        await files(put({ tenant: 'bolt' }), 'another tenant');
        await files(put({ session: String(BigInt(session) + 1n) }), 'another session');
        await files(put({ session: '0' }), 'nobody');
        await files(put({ note: 'x' }), 'a note');
        await files(put({ mark: '0'.repeat(64) }), 'another mark');
        await files(put({ mark: '' }), 'no mark');
        await files(target.replace(file.file, other.file), 'another file');
        await files(target.replace('?', '?download=true&'), 'another query');
        await files(`${target}&download=true`, 'something behind it');
        await files(contentOf(file), 'no grant');
        await files(granted(contentOf(file), { session, until: Math.floor(Date.now() / 1000) - 1 }), 'over');
        await files(granted(contentOf(file), { session, key: 'another secret, of the tenant called bolt' }), "another's key");
        await files(granted(contentOf(file), { session, tenant: 'bolt', key: 'another secret, of the tenant called bolt' }), "another tenant's grant");
        isNothing(await at(world, 'cargo.test', target), "another tenant's host of files");
        isNothing(await at(world, 'cargo.test', granted(contentOf(file), { session, tenant: 'bolt', key: 'another secret, of the tenant called bolt' })), 'the session of another tenant');
        isNothing(await at(world, 'cargo.test', granted(contentOf(file), { tenant: 'bolt', key: 'another secret, of the tenant called bolt' })), 'nobody of another tenant');
        // At a host of pages it is no grant at all.
        assert.equal((await at(world, 'acme.test', target)).status, 401);
        assert.equal(world.server.process.output.includes('parley_grant') || world.server.process.output.includes(mark), false, 'no grant in the log');
    });

    story('the right is asked again each time that a grant is used', async ({ ann, sue, bob, tom, mia, world }) => {
        await room('again', { ann, sue, bob });
        await ann.adds('again', tom);
        await ann.adds('again', mia);
        const file = await given(sue, 'again', 'one.png', png);
        const browsers = await Promise.all([bob, tom, mia].map((one) => browser(one)));
        const grants = await Promise.all(browsers.map((one) => sentTo(one, file)));
        const use = (which) => at(world, 'files.test', grants[which].target);
        for (const which of [0, 1, 2]) assert.equal((await use(which)).status, 200);
        await ann.removes('again', bob);
        assert.equal((await use(0)).status, 404, 'who was removed');
        const out = await browsers[1].asks('DELETE', '/api/v1/sessions/current', { headers: withCookie(browsers[1], { 'x-csrf-token': browsers[1].session.csrf }) });
        assert.ok(out.status < 300, out.text);
        isNothing(await use(1), 'who signed out');
        assert.equal((await use(2)).status, 200, 'who is still there');
        await sue.deletes(file.message);
        assert.equal((await use(2)).status, 404, 'what is gone');
        // A cookie of somebody else who may adds nothing.
        const anns = await browser(ann);
        const second = await given(sue, 'again', 'two.png', png);
        const { target } = await sentTo(anns, second);
        const bobsSession = grants[0].target.split('parley_grant=')[1].split('.')[2];
        assert.equal((await at(world, 'files.test', target)).status, 200);
        for (const headers of [withCookie(anns), { authorization: `Bearer ${ann.token}` }])
            assert.equal((await at(world, 'files.test', granted(contentOf(second), { session: bobsSession }), { headers })).status, 404);
    });

    story('there is nothing else: no page, no API, no socket', async ({ ann, sue, bob, world }) => {
        await room('else', { ann, sue, bob });
        const file = await given(sue, 'else', 'one.png', png);
        const link = await makes(sue, 'else', { file: file.file });
        const anns = await browser(ann);
        const session = (await sentTo(anns, file)).target.split('parley_grant=')[1].split('.')[2];
        const document = (await done(ann.get('/api/v1/openapi.json'))).paths;
        const walked = Object.entries(document).flatMap(([path, methods]) => Object.keys(methods).filter((one) => /^(get|post|put|patch|delete|options)$/.test(one)).map((method) => [method.toUpperCase(), path.replace(/\{file\}/g, file.file).replace(/\{conversation\}/g, ann.idOf('else')).replace(/\{message\}/g, file.message.id).replace(/\{\w+\}/g, '7')]));
        assert.ok(walked.length > 80, `${walked.length} operations`);
        const all = [...walked, ...['/', '/webapp/', '/webapp/index.html', '/share_links/page.css', link.path, '/live', '/ready', '/metrics', '/api/v1/openapi.json', '/api/v1/asyncapi.json', '/api/v1/socket', '/nowhere'].map((path) => ['GET', path]), ['POST', '/api/v1/operator/reload'], ['GET', '/api/v1/operator/tenants'], ['POST', '/api/v1/sessions']];
        const isContent = ([method, path]) => method === 'GET' && path === contentOf(file);
        for (const [method, path] of all) {
            for (const headers of [{}, { authorization: `Bearer ${ann.token}` }, withCookie(anns, { 'x-csrf-token': anns.session.csrf }), { authorization: 'Bearer the-token-of-the-operator-is-long-enough' }])
                isNothing(await at(world, 'files.test', path, { method, headers }), `${method} ${path}`);
            // Even the server's own signature makes nothing of it but files.
            const answer = await at(world, 'files.test', granted(path, { session }), { method });
            if (isContent([method, path])) assert.equal(answer.status, 200);
            else assert.ok(answer.status >= 400 && answer.headers['content-type'] === 'application/problem+json', `${method} ${path}: ${answer.status} ${answer.text}`);
            assert.equal(answer.headers['set-cookie'], undefined);
        }
        const post = await at(world, 'files.test', `/api/v1/conversations/${ann.idOf('else')}/files`, { method: 'POST', headers: { authorization: `Bearer ${ann.token}`, 'content-type': 'multipart/form-data; boundary=xyz' }, body: form([{ name: 'a', bytes: png }]) });
        isNothing(post, 'an upload');
        for (const target of ['/api/v1/socket', granted('/api/v1/socket', { session })]) {
            const upgrade = await at(world, 'files.test', target, { headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', authorization: `Bearer ${ann.token}` } });
            isNothing(upgrade, 'a socket');
        }
        // Nobody is asked for what only people have.
        isNothing(await at(world, 'files.test', granted(contentOf(file))), 'a file for nobody');
    });

    story('who has a link is sent there, too, and is written down once', async ({ ann, sue, bob, world }) => {
        await room('shared', { ann, sue, bob });
        const file = await given(sue, 'shared', 'a.png', png);
        const link = await makes(sue, 'shared', { file: file.file, type: 'download' });
        const guest = await opened(world, link);
        const page = await guest.get(link.path);
        assert.match(page.headers['content-security-policy'], /img-src 'self' files\.test; media-src 'self' files\.test;/);
        const content = `${link.path}/files/${file.file}`;
        const to = place(await guest.get(content));
        assert.equal(counted(await logOf(sue, link), 'viewed'), 0, 'it was not fetched yet');
        const shown = await at(world, to.host, to.target);
        assert.deepEqual([shown.status, shown.bytes.equals(png), shown.headers['set-cookie']], [200, true, undefined]);
        assert.equal(counted(await logOf(sue, link), 'viewed'), 1);
        const kept = place(await guest.get(`${content}?download=true`));
        assert.match((await at(world, kept.host, kept.target)).headers['content-disposition'], /^attachment/);
        assert.equal(counted(await logOf(sue, link), 'downloaded'), 1);
        assert.deepEqual((await linksOf(sue)).find((one) => one.link === link.link).uses, 1);
        // Whoever did not open it has no stay that anybody could have signed.
        isNothing(await at(world, 'files.test', granted(content)), 'nobody opened it');
        isNothing(await at(world, 'files.test', to.target.replace(/_links.to.[^/]+/, (path) => path.slice(0, -1))), 'another link');
        assert.ok((await sue.delete(`/api/v1/share-links/${link.link}`)).status < 300);
        isNothing(await at(world, to.host, to.target), 'the link was withdrawn');
        assert.equal(world.server.process.output.includes(link.path.slice(-43)), false, 'no link in the log');
    });

    story('another tenant, and where files come from the own host', async ({ eve, world }) => {
        await eve.creates('channel', 'own', {});
        const file = await given(eve, 'own', 'a.png', png);
        const to = await sentTo(await browser(eve), file);
        assert.equal(to.host, 'cargo.test');
        assert.equal((await at(world, 'cargo.test', to.target)).status, 200);
        isNothing(await at(world, 'files.test', to.target), 'the host of acme');
        assertRefused(await eve.get('/api/v1/files/7/content'), 404);
    });
});
