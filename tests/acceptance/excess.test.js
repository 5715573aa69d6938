// Too much of everything: passwords, fragments, inflated messages, mentions, threads, marks, sockets. It is bounded, in
// time and in memory, and the others do not notice.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { knock } from './lib/alike.js';
import { contractOf } from './lib/contract.js';
import { assertRefused } from './lib/person.js';
import { frame, opcode, RawSocket } from './lib/raw_socket.js';
import { stories } from './lib/story.js';

const composed = 'p\u00e4ssw\u00f6rt'; // as one keyboard types it
const decomposed = 'pa\u0308sswo\u0308rt'; // and another
const tenants = { acme: { people: { ann: { role: 'admin', password: composed }, bob: { role: 'member', password: 'x' }, cem: 'member' }, settings: { hosts: ['127.0.0.1', 'x', 'acme.test'] } } };

const residentMegabytes = (world) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${world.server.process.pid}/status`, 'utf8'))[1]) / 1024;
// What a server may grow by, whatever is sent to it: caches and pools, but nothing of the sizes of these stories.
const growth = 96;

stories('excess', { tenants }, (story) => {
    story('a password is compared as it was given, and too long a one costs nothing', async ({ ann, bob, world }) => {
        let address = 0;
        const tries = (username, password) => knock(ann.url, 'POST', '/api/v1/sessions', { host: 'acme.test', from: `127.1.0.${++address}`, body: { username, password } });
        assert.equal((await tries('ann', composed)).status, 201);
        assert.equal((await tries('bob', 'x')).status, 201, 'a password of one character is one');
        for (const wrong of [decomposed, composed.toUpperCase(), `${composed} `, ` ${composed}`, composed.slice(0, -1), `${composed}\u200b`, 'pässwört'.normalize('NFKD')]) assert.equal((await tries('ann', wrong)).status, 401, JSON.stringify(wrong));
        assertRefused(await tries('ann', `${composed}\u0000`), 400, 'json_bad_text');
        assertRefused(await tries('ann', '\ud800'), 400, 'json_bad_text');
        // 1,024 bytes are the most, counted as bytes; ten million are not even read.
        assert.equal((await tries('ann', 'é'.repeat(512))).status, 401);
        const before = residentMegabytes(world);
        for (const [password, status] of [['é'.repeat(513), 400], ['x'.repeat(1025), 400], ['x'.repeat(900_000), 400], ['x'.repeat(10_000_000), 413]]) {
            const answer = await tries('ann', password).catch((why) => ({ status: why.code, milliseconds: 0 }));
            assert.ok([status, 'EPIPE', 'ECONNRESET'].includes(answer.status), `${password.length}: ${answer.status} ${answer.text}`);
            assert.ok(answer.milliseconds < 5000, `${password.length} characters took ${answer.milliseconds} ms`);
        }
        assert.ok(residentMegabytes(world) - before < growth);
        // The names of one are one name: whoever is told to wait is not let off by writing it differently.
        const guess = (username) => knock(ann.url, 'POST', '/api/v1/sessions', { host: 'acme.test', from: '127.1.1.1', body: { username, password: 'guess' }, headers: { 'x-forwarded-for': `10.9.8.${++address}`, forwarded: `for=10.7.6.${address}` } });
        for (const name of ['ann', 'ANN', 'Ann', 'ａｎｎ', 'aNN']) assert.equal((await guess(name)).status, 401);
        for (const name of ['ann', 'ANN', 'ａｎｎ']) assertRefused(await guess(name), 429, 'too_many_sign_ins');
        assert.equal((await tries('ann', composed)).status, 201, 'Ann elsewhere is not locked out');
    });

    story('fragments and inflated messages without end', async ({ ann, bob, world }) => {
        await ann.creates('channel', 'calm', { members: [bob] });
        await bob.connects();
        const before = residentMegabytes(world);
        const million = async () => {
            const socket = await RawSocket.open(ann.url, ann.token);
            const many = Buffer.concat(Array.from({ length: 10_000 }, () => frame(opcode.continuation, '', { fin: 0 })));
            return socket.closesAfter(frame(opcode.text, '', { fin: 0 }), ...Array(100).fill(many));
        };
        assert.deepEqual(await Promise.all([million(), million()]), [1008, 1008]);
        // 256 MB of zeros in a quarter of a megabyte; and the same as many small messages, each of which is allowed.
        const bomb = deflateRawSync(Buffer.alloc(256 * 1024 * 1024), { finishFlush: 2 }).subarray(0, -4);
        const explode = async () => {
            const socket = await RawSocket.open(ann.url, ann.token, { extensions: 'permessage-deflate' });
            return socket.closesAfter(frame(opcode.text, bomb, { reserved: 4 }));
        };
        assert.deepEqual(await Promise.all(Array.from({ length: 5 }, explode)), Array(5).fill(1009));
        const announced = await RawSocket.open(ann.url, ann.token);
        const head = Buffer.from([0x81, 0xff, 0, 0, 0, 0, 4, 0, 0, 0, 1, 2, 3, 4]); // 64 MB
        assert.equal(await announced.closesAfter(head, Buffer.alloc(1 << 20)), 1009);
        assert.ok(residentMegabytes(world) - before < growth, `grew by ${residentMegabytes(world) - before} MB`);
        await ann.sends('calm', 'All is well');
        await bob.receives('message.created', { text: 'All is well' });
    });

    story('JSON that is deep, twice, half or huge, over the WebSocket as over HTTP', async ({ ann }) => {
        await ann.creates('channel', 'json');
        await ann.connects();
        const conversation = ann.idOf('json');
        const bad = [['"text":"x","data":' + '['.repeat(60_000), 'json_too_deep'], ['"text":"x","data":' + '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000), 'json_too_deep'], ['"text":"a","text":"b"', 'json_duplicate_key'],
            ['"text":"a","t\\u0065xt":"b"', 'json_duplicate_key'], ['"text":"\\ud83d"', 'json_bad_text'], ['"text":"\\ude00\\ud83d"', 'json_bad_text'], ['"text":"\\ud83d\\u0041"', 'json_bad_text'], ['"text":"\\u0000"', 'json_bad_text'],
            ['"text":"x","data":{"n":1e400}', 'json_bad_number'], ['"text":"x","data":{"n":99999999999999999999}', 'json_bad_number'], [`"text":"x","data":{"n":${'9'.repeat(5000)}}`, 'json_bad_number'], ['"text":"x","data":{"n":NaN}', 'json_syntax'],
            ['"text":"x","data":{"n":-}', 'json_syntax'], ['"text":"x","data":{"n":0x1}', 'json_syntax']];
        for (const [inside, code] of bad) {
            assertRefused(await ann.post(`${ann.pathOf('json')}/messages`, `{${inside}}`), 400, code);
            ann.socket.ws.send(`{"id":"1","command":"message.send","data":{"conversation":"${conversation}",${inside}}}`);
            assert.equal((await ann.receives('problem', {})).problem.code, code, inside.slice(0, 60));
        }
        const { log_end } = (await ann.get('/api/v1/events?since=0')).body;
        for (const since of ['-1', '-9223372036854775808', '9223372036854775808', '18446744073709551615', '1e3', '0x10', '1.0', '', '%00', '１'])
            assert.equal((await ann.get(`/api/v1/events?since=${since}`)).status, 400, since);
        for (const since of [log_end + 1, 2 ** 53, '9223372036854775807']) assert.equal((await ann.get(`/api/v1/events?since=${since}`)).status, 410, `${since}`);
        assert.deepEqual(await ann.reads('json'), []);
    });

    story('ten thousand mentions, long threads, and characters that are not to be borne', async ({ ann, bob, cem, database, t }) => {
        await ann.creates('channel', 'loud', { members: [bob] });
        const names = Array.from({ length: 1200 }, (_, i) => `@u${i}`);
        const many = (await ann.post(`${ann.pathOf('loud')}/messages`, { text: `@bob @cem ${names.join(' ')}` })).body;
        assert.deepEqual(many.mentions, [bob.id], 'who is not there is not called');
        assert.equal((await ann.post(`${ann.pathOf('loud')}/messages`, { text: '@bob '.repeat(1600) })).body.mentions.length, 1);
        assertRefused(await ann.post(`${ann.pathOf('loud')}/messages`, { text: '@bob '.repeat(10_000) }), 400, 'text_too_long', 'text');
        assert.equal((await bob.get(bob.pathOf('loud'))).body.membership.mentions, 2, 'a message calls once');

        for (const [text, code] of [['a' + '\u0301'.repeat(31), 'text_too_many_marks'], ['x' + '\u0489'.repeat(20_000), 'text_too_many_marks'], ['👨‍👩‍👧‍👦'.repeat(5000), 'text_too_long'], ['👍' + '\u200d👍'.repeat(20_000), 'text_too_long'], ['\u{1F3F4}' + '\u{E0067}'.repeat(20_000), 'text_too_long']])
            assertRefused(await ann.post(`${ann.pathOf('loud')}/messages`, { text }), 400, code, 'text');
        assertRefused(await cem.patch('/api/v1/users/me', { display_name: 'C' + '\u0301'.repeat(40) }), 400, 'text_too_many_marks', 'display_name');

        // Each reply answers the one before and belongs to its thread: neither grows with the depth.
        if (database !== 'sqlite') return;
        let last = await ann.sends('loud', 'root');
        const root = last;
        await ann.connects();
        const depth = 1500;
        for (let i = 0; i < depth; ++i) last = await ann.says('loud', `reply ${i}`, { reply_to: last.id, thread_root: last.id });
        assert.equal(last.thread_root, root.id, 'a reply to a reply is in the same thread');
        const shown = await ann.get(`/api/v1/messages/${last.id}`);
        assert.ok(shown.text.length < 3000, `${shown.text.length} bytes`);
        const thread = await ann.get(`/api/v1/messages/${root.id}/thread?limit=200`);
        assert.deepEqual([thread.body.messages.length, thread.body.more_after], [200, true]);
        const top = (await ann.get(`/api/v1/messages/${root.id}`)).body.thread;
        assert.deepEqual([top.replies, top.participants.length], [depth, 1]);
        t.diagnostic(`${depth} replies deep`);
    });
});

const limited = {
    settings: { server: { limits: true } },
    tenants: { acme: { people: { ann: 'manager', bob: 'member' }, settings: { hosts: ['127.0.0.1'], limits: { messages_per_minute: 60, messages_burst: 10 } } } },
};
stories('a flood', limited, (story) => {
    story('on thirty sockets of one user is one flood, and the others do not notice', async ({ ann, bob, world, t }) => {
        await ann.creates('channel', 'flood', { members: [bob] });
        await contractOf(ann.url);
        await bob.connects();
        const devices = Array.from({ length: 30 }, () => ann.onAnotherDevice());
        for (const one of devices) await one.connects();
        const conversation = ann.idOf('flood');
        const began = Date.now();
        const flood = Promise.all(devices.map(async (one, i) => {
            const answers = [];
            for (let j = 0; j < 10; ++j) answers.push((await one.asks('message.send', { conversation, text: `${i}.${j}` })).status);
            // What a client says of where it comes from opens no bucket of its own.
            answers.push((await one.request('POST', `${one.pathOf('flood')}/messages`, { text: 'http' }, { headers: { 'x-forwarded-for': `10.1.2.${i}`, 'x-real-ip': `10.1.2.${i}` } })).status);
            return answers;
        }));
        const noticed = Date.now();
        await bob.sends('flood', 'I notice nothing');
        const waited = Date.now() - noticed;
        const answers = (await flood).flat();
        const seconds = (Date.now() - began) / 1000;
        const passed = answers.filter((status) => status === 201).length;
        t.diagnostic(`${passed} of ${answers.length} passed in ${seconds.toFixed(1)} s; Bob waited ${waited} ms`);
        assert.deepEqual([...new Set(answers)].sort(), [201, 429]);
        assert.ok(passed >= 10 && passed <= 10 + Math.ceil(seconds) + 1, `${passed} passed in ${seconds} s`);
        assert.ok(waited < 5000, `Bob waited ${waited} ms`);
        assert.equal(world.sockets.size, 31);
    });
});
