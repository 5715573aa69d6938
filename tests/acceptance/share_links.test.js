// Links for people without an account, in a running server: what they show, and to how many.
import assert from 'node:assert/strict';
import { pdf, png } from './lib/files.js';
import { begins, counted, done, given, isOver, linksOf, makes, opened, settings, sql, svg, tenants, tries } from './lib/links.js';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';
import { Visitor } from './lib/visitor.js';

for (const isolation of ['in_process', 'process'])
stories(`share links, ${isolation}`, { tenants, settings: { ...settings, attachments: { isolation }, share_links: { isolation } } }, (story) => {
    story('a link is made once, opened, and gives its file to be kept', async ({ ann, sue, world }) => {
        await begins('give', ann, sue);
        const file = await given(sue, 'give', 'a\'s & co.png', png);
        const link = await makes(sue, 'give', { file: file.file, type: 'download', note: 'for the printer' });
        assert.match(link.path, /^\/share_links\/to\/[A-Za-z0-9_-]{43}$/);
        assert.deepEqual([link.state, link.uses, link.has_password, link.name, link.note], ['good', 0, false, 'a\'s & co.png', 'for the printer']);
        assert.equal(JSON.stringify(await linksOf(sue)).includes(link.path.slice(-43)), false, 'its path is not said again');

        const guest = new Visitor(world.server);
        const door = await guest.get(link.path);
        assert.equal(door.status, 200);
        assert.equal(door.text.includes('png') || door.text.includes('printer') || door.text.includes('sue'), false, 'the door says nothing of what is behind');
        assert.match(door.headers['content-security-policy'], /default-src 'none'; style-src 'self'/);
        assert.deepEqual([door.headers['referrer-policy'], door.headers['cache-control'], door.headers['x-content-type-options']], ['no-referrer', 'no-store', 'nosniff']);
        assert.equal(/<script|\sstyle=|\son\w+=/i.test(door.text), false);
        assert.equal((await guest.get('/share_links/page.css')).status, 200);

        const content = `${link.path}/files/${file.file}`;
        const early = await guest.get(content);
        assert.deepEqual([early.status, early.headers.location], [303, link.path], 'before it is opened there is only the door');
        const opening = await guest.opens(link.path);
        assert.deepEqual([opening.status, opening.headers.location], [303, link.path]);
        const [cookie] = opening.headers['set-cookie'];
        assert.match(cookie, new RegExp(`^parley_share_links=[\\w.-]+; Max-Age=3[56]\\d\\d; Path=${link.path}; HttpOnly; SameSite=Strict$`));
        const page = await guest.get(link.path);
        assert.match(page.text, /a&#39;s &amp; co\.png/);
    
        const shown = await guest.get(content);
        assert.deepEqual([shown.status, shown.bytes.equals(png), shown.headers['content-type']], [200, true, 'image/png']);
        assert.match(shown.headers['content-disposition'], /^inline; filename="a_s _ co\.png"/);
        assert.match(shown.headers['content-security-policy'], /sandbox/);
        const kept = await guest.get(`${content}?download=true`);
        assert.match(kept.headers['content-disposition'], /^attachment/);
        assert.equal(kept.headers['content-type'], 'application/octet-stream');
        const part = await guest.get(content, { range: 'bytes=4-9' });
        assert.deepEqual([part.status, part.bytes.equals(png.subarray(4, 10)), part.headers['content-range']], [206, true, `bytes 4-9/${png.length}`]);
        assert.equal((await guest.get(content, { 'if-none-match': shown.headers.etag })).status, 304);
        assert.equal((await guest.get(content, { range: `bytes=${png.length}-` })).status, 416);

        const secure = new Visitor(world.server, { proto: 'https' });
        assert.match((await secure.opens(link.path)).headers['set-cookie'][0], /; Secure$/, 'where the client came by TLS');
        assert.deepEqual((await linksOf(sue)).find((one) => one.link === link.link).uses, 2);
    });

    story('nobody learns whether a link was ever there', async ({ ann, sue, cat, world }) => {
        await begins('quiet', ann, sue);
        const file = await given(sue, 'quiet', 'a.png', png);
        const link = await makes(sue, 'quiet', { file: file.file });
        const acme = new Visitor(world.server);
        const calm = new Visitor(world.server, { host: 'calm.test' });
        const unknown = await acme.get('/share_links/to/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA');
        assert.equal(unknown.status, 404);
        const same = (answer) => assert.deepEqual([answer.status, answer.text, Object.keys(answer.headers).sort()], [404, unknown.text, Object.keys(unknown.headers).sort()]);
        same(await calm.get(link.path));
        same(await acme.get(`${link.path}A`));
        same(await acme.get(link.path.slice(0, -1)));
        same(await acme.get(`/share_links/to/${'x'.repeat(200)}`));
        for (const tail of ['', `/files/${file.file}`]) same(await calm.get(link.path + tail));
        same(await calm.opens(link.path));
        same(await acme.get(`${link.path}A/files/${file.file}`));
        const bare = new Visitor(world.server, { host: 'bare.test' });
        assert.equal((await bare.get(link.path)).status, 404, 'where the plugin is off');
        assert.equal((await new Visitor(world.server, { host: 'nobody.test' }).get(link.path)).status, 404);
        // Another tenant's hands.
        assertRefused(await cat.delete(`/api/v1/share-links/${link.link}/any`), 404, 'link_unknown');
        assertRefused(await cat.get(`/api/v1/share-links/${link.link}/log/any`), 404, 'link_unknown');
        assert.deepEqual((await done(cat.get('/api/v1/share-links-of-all'))).links, []);
        assertRefused(await cat.post(`/api/v1/conversations/${sue.idOf('quiet')}/share-links`, { file: file.file }), 404, 'not_found');

        const guest = await opened(world, link);
        for (const tail of ['/', '//', '/files', '/files/', '/../files/1', '/%2e%2e/web/piece.js', `/files/${file.file}/`, '/files/..%2f..%2fetc%2fpasswd', '%00', '%2f', `/files/${file.file}%00`, '/files/-1', '/files/0']) {
            const answer = await guest.get(link.path + tail);
            assert.ok([400, 404].includes(answer.status), `${tail}: ${answer.status}`);
        }
        for (const path of [`//share_links/to/${link.path.slice(-43)}`, `/share_links//to/${link.path.slice(-43)}`, `/./share_links/to/${link.path.slice(-43)}`])
            assert.ok([400, 404].includes((await guest.get(path)).status), path);
        // A cookie of one link is good for no other.
        const second = await makes(sue, 'quiet', { file: file.file });
        const { value } = guest.cookies[0];
        for (const made of [value, `${value}A`, value.replace(/\.\d+\./, '.99999999999999.'), 'x', '..', 'a.b.c'])
            assert.equal((await guest.get(`${second.path}/files/${file.file}`, { cookie: `parley_share_links=${made}` })).status, 303, made);
        for (const made of [`${value}A`, value.replace(/\.\d+\./, '.99999999999999.')]) {
            const stranger = new Visitor(world.server);
            assert.equal((await stranger.get(`${link.path}/files/${file.file}`, { cookie: `parley_share_links=${made}` })).status, 303, made);
        }
    });

    story('a hundred at once, and five get in, also after a crash', async ({ ann, sue, world, database }) => {
        await begins('crowd', ann, sue);
        const file = await given(sue, 'crowd', 'a.png', png);
        const link = await makes(sue, 'crowd', { file: file.file, max_uses: 5 });
        for (let i = 0; i < 3; ++i) {
            assert.equal((await new Visitor(world.server).get(link.path)).status, 200, 'looking is free');
            assert.equal((await new Visitor(world.server).asks('HEAD', link.path)).status, 200);
        }
        const guests = Array.from({ length: 100 }, (_, i) => new Visitor(world.server, { from: `198.51.100.${i + 1}` }));
        const answers = await Promise.all(guests.map((one) => one.opens(link.path)));
        assert.equal(answers.filter(({ status }) => status === 303).length, 5);
        assert.equal(answers.filter(({ status }) => status === 410).length, 95);
        const inside = guests.filter((_, i) => answers[i].status === 303);
        for (const one of inside) {
            assert.equal((await one.get(`${link.path}/files/${file.file}`)).status, 200);
            assert.equal((await one.opens(link.path)).status, 303, 'whoever is in may press the button again');
        }
        const now = (await linksOf(sue)).find((one) => one.link === link.link);
        assert.deepEqual([now.uses, now.state], [5, 'used_up']);
        const visits = [];
        for (let page = await done(sue.get(`/api/v1/share-links/${link.link}/log?limit=200`)); ; page = await done(sue.get(`/api/v1/share-links/${link.link}/log?limit=200&before=${page.visits.at(-1).visit}`))) {
            visits.push(...page.visits);
            if (!page.more) break;
        }
        assert.equal(counted(visits, 'opened'), 5);
        assert.deepEqual(visits.filter((one) => one.what === 'opened').map((one) => one.address).sort(), inside.map((one) => one.from).sort());
        assert.equal(counted(visits, 'refused'), 95);

        const half = await makes(sue, 'crowd', { file: file.file, max_uses: 2 });
        const kept = await opened(world, half);
        await world.server.kill();
        await world.server.start();
        assert.equal((await kept.get(`${half.path}/files/${file.file}`)).status, 200, 'who had it open has it open');
        const more = await Promise.all(Array.from({ length: 8 }, () => new Visitor(world.server).opens(half.path)));
        assert.deepEqual(more.map(({ status }) => status).sort(), [303, ...Array(7).fill(410)]);
        await isOver(world, link);
        assert.equal(await sql(world.server, database, `SELECT uses FROM %link WHERE id = ${half.link}`), '2');
    });

    story('a password is asked for, and guessing takes years', async ({ ann, sue, world, database }) => {
        await begins('safe', ann, sue);
        const file = await given(sue, 'safe', 'a.png', png);
        const password = 'correct horse ✓';
        const link = await makes(sue, 'safe', { file: file.file, password, max_uses: 3 });
        assert.equal(link.has_password, true);
        const stored = await sql(world.server, database, `SELECT password, token_hash FROM %link WHERE id = ${link.link}`);
        assert.match(stored, /^\$argon2id\$/);
        assert.equal(stored.includes(link.path.slice(-43)) || stored.includes(password), false);
        const guest = new Visitor(world.server);
        assert.match((await guest.get(link.path)).text, /type="password"/);
        for (const wrong of [undefined, '', 'correct horse', `${password} `]) {
            const answer = await guest.opens(link.path, wrong);
            assert.equal(answer.status, 403, answer.text);
            assert.match(answer.text, /role="alert"/);
            assert.equal(answer.headers['set-cookie'], undefined);
        }
        assert.equal((await guest.opens(link.path, password)).status, 303);
        assert.equal((await guest.get(`${link.path}/files/${file.file}`)).status, 200);

        // Four tries are spent, and the right one was given back.
        const guesses = await Promise.all(Array.from({ length: 40 }, (_, i) => new Visitor(world.server, { from: `203.0.113.${i + 1}` }).opens(link.path, `guess number ${i}`)));
        const looked = guesses.filter(({ status }) => status === 403).length;
        const slowed = guesses.filter(({ status }) => status === 429);
        // Each minute that the test takes gives one more.
        assert.ok(looked >= 6 && looked <= 9, `${looked} were looked at`);
        assert.equal(looked + slowed.length, 40);
        assert.ok(slowed.every(({ headers }) => Number(headers['retry-after']) >= 1));
        const visits = (await done(sue.get(`/api/v1/share-links/${link.link}/log?limit=200`))).visits;
        assert.equal(counted(visits, 'wrong_password'), 4 + looked);
        assert.equal(counted(visits, 'slowed'), slowed.length);
        assert.equal((await linksOf(sue)).find((one) => one.link === link.link).uses, 1, 'guesses are no uses');
        assert.equal((await guest.get(`${link.path}/files/${file.file}`)).status, 200, 'who is in stays in');
        assertRefused(await tries(sue, 'safe', { file: file.file, password: 'short' }), 400, 'password_short', 'password');
    });

    story('auditors learn of links and of guessing, by whom and from where', async ({ ann, sue, bob, cat, world }) => {
        await begins('told', ann, sue);
        const file = await given(sue, 'told', 'a.png', png);
        const password = 'correct horse ✓';
        const link = await makes(sue, 'told', { file: file.file, password, type: 'download' });
        // Ten tries are spent at once, and the rest is slowed down; nobody knows which of those sent together is which.
        const tries = await Promise.all(Array.from({ length: 30 }, (_, i) => new Visitor(world.server, { from: '203.0.113.9' }).opens(link.path, `guess ${i}`)));
        assert.ok(tries.some(({ status }) => status === 429));
        await done(ann.delete(`/api/v1/share-links/${link.link}/any`));
        const entries = async (who) => (await done(who.get('/api/v1/audit?limit=200'))).entries.filter((one) => one.subject?.kind === 'link' && one.subject.id === link.link);
        const told = (await entries(ann)).reverse();
        assert.deepEqual([told[0].action, told[1].action, told.at(-1).action], ['share_links.created', 'share_links.guessing_slowed', 'share_links.revoked']);
        const [made, guessed] = told;
        assert.deepEqual([made.actor, made.address], [sue.id, '127.0.0.1']);
        assert.ok(made.session, 'with which session');
        assert.deepEqual([made.details.file, made.details.conversation, made.details.type, made.details.password], [file.file, sue.idOf('told'), 'download', true]);
        assert.deepEqual([guessed.actor, guessed.address, guessed.details.maker], [null, '203.0.113.9', sue.id]);
        assert.deepEqual([told.at(-1).actor, told.at(-1).details.maker], [ann.id, sue.id]);
        const slowed = told.filter((one) => one.action === 'share_links.guessing_slowed').length;
        assert.ok(slowed < tries.filter(({ status }) => status === 429).length, 'one a minute, not one for each try');
        for (const secret of [password, link.path.slice(-43), 'guess 1']) assert.equal(JSON.stringify(told).includes(secret), false);
        assert.deepEqual(await entries(cat), [], 'no other tenant');
        assertRefused(await bob.get('/api/v1/audit'), 403, 'permission_missing');
    });

    story('strangers read their own language', async ({ ann, sue, world }) => {
        await begins('tongues', ann, sue);
        const file = await given(sue, 'tongues', '50% & co.png', png);
        const link = await makes(sue, 'tongues', { file: file.file, type: 'download' });
        const guest = await opened(world, link);
        for (const [header, lang, dir, words] of [['de-AT,de;q=0.9,en;q=0.5', 'de', 'ltr', 'Herunterladen'], ['ar', 'ar', 'rtl', 'تنزيل'], ['xx"><script>', 'en', 'ltr', 'Download'], ['fr;q=1, en;q=0.1', 'en', 'ltr', 'Download']]) {
            const page = await guest.asks('GET', link.path, { headers: { 'accept-language': header } });
            assert.equal(page.status, 200);
            assert.ok(page.text.includes(`<html lang="${lang}" dir="${dir}">`), page.text);
            assert.ok(page.text.includes(words), header);
            assert.deepEqual([page.headers['content-language'], page.headers.vary], [lang, 'Accept-Language']);
            assert.ok(page.text.includes('<bdi>50% &amp; co.png</bdi>'), page.text);
            assert.equal(/<script|<b>/.test(page.text), false);
            const unknown = await guest.asks('GET', '/share_links/to/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', { headers: { 'accept-language': header } });
            assert.equal(unknown.headers['content-language'], lang);
        }
    });

    story('what is only to be looked at is not given away', async ({ ann, sue, world }) => {
        await begins('look', ann, sue);
        const files = [];
        for (const [name, bytes] of [['a.png', png], ['a.pdf', pdf], ['a.txt', Buffer.from('plain words\n')], ['a.svg', svg]]) files.push(await given(sue, 'look', name, bytes));
        const [picture, document, text, drawing] = files;
        for (const one of [text, drawing]) assertRefused(await tries(sue, 'look', { file: one.file, type: 'view_only' }), 400, 'not_to_be_shown', 'type');
        for (const one of [picture, document]) {
            const link = await makes(sue, 'look', { file: one.file });
            assert.equal(link.type, 'view_only');
            const guest = await opened(world, link);
            const page = await guest.get(link.path);
            assert.equal(page.text.includes('ownload'), false);
            const shown = await guest.get(`${link.path}/files/${one.file}`);
            assert.equal(shown.status, 200);
            assert.match(shown.headers['content-disposition'], /^inline/);
            assert.equal(shown.headers['cache-control'], 'no-store');
            assert.match(shown.headers['content-security-policy'], /default-src 'none'/);
            assert.equal((await guest.get(`${link.path}/files/${one.file}?download=true`)).status, 403);
        }
        const all = await makes(sue, 'look', {});
        const guest = await opened(world, all);
        for (const one of [text, drawing]) {
            assert.equal((await guest.get(`${all.path}/files/${one.file}`)).status, 403);
            assert.match((await guest.get(all.path)).text, /cannot be shown here/);
        }
        const free = await makes(sue, 'look', { file: drawing.file, type: 'download' });
        const taker = await opened(world, free);
        const kept = await taker.get(`${free.path}/files/${drawing.file}`);
        assert.match(kept.headers['content-disposition'], /^attachment/);
        assert.equal(kept.headers['content-type'], 'application/octet-stream', 'a drawing with scripts is never shown here');
    });
});
