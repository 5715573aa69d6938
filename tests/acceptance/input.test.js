// What does not fit is refused with a problem that names what is wrong; the server never stumbles over it.
import assert from 'node:assert/strict';
import { askRaw } from './lib/http.js';
import { assertRefused } from './lib/person.js';
import { frame, opcode, RawSocket } from './lib/raw_socket.js';
import { stories } from './lib/story.js';

const given = {
    tenants: { acme: { people: { ann: 'admin', bob: 'member' } } },
    settings: { http: { max_body_bytes: 262_144, max_header_bytes: 16_384 }, websocket: { max_frame_bytes: 65_536 } },
};

const deep = (levels) => `{"text":"x","data":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}`;
const bytes = (...parts) => Buffer.concat(parts.map((one) => (typeof one === 'string' ? Buffer.from(one) : Buffer.from(one))));

// What stands in the body of a message to be sent: name, body, status, code, field.
const bodies = [
    ['no JSON', '{"text": ', 400, 'json_syntax'],
    ['a list', '["text"]', 400, 'json_not_object'],
    ['nothing but a text', '"text"', 400, 'json_not_object'],
    ['something behind', '{"text":"x"} x', 400, 'json_syntax'],
    ['objects 30,000 deep', deep(30_000), 400, 'json_too_deep'],
    ['lists 100,000 deep', `{"data":${'['.repeat(100_000)}`, 400, 'json_too_deep'],
    ['a key twice', '{"text":"one","text":"two"}', 400, 'json_duplicate_key'],
    ['a key twice inside', '{"text":"one","data":{"a":1,"a":2}}', 400, 'json_duplicate_key'],
    ['bytes that are no UTF-8', bytes('{"text":"', [0xff, 0xfe], '"}'), 400, 'json_bad_text'],
    ['an overlong encoding', bytes('{"text":"', [0xc0, 0xaf], '"}'), 400, 'json_bad_text'],
    ['half a surrogate pair', '{"text":"\\ud83d"}', 400, 'json_bad_text'],
    ['a NUL', '{"text":"a\\u0000b"}', 400, 'json_bad_text'],
    ['a number beyond all', '{"text":1e99999}', 400, 'json_bad_number'],
    ['a text that is a number', '{"text":42}', 400, 'field_type', 'text'],
    ['a text that is null', '{"text":null}', 400, 'field_type', 'text'],
    ['data that is a list', '{"text":"x","data":[1]}', 400, 'field_type', 'data'],
    ['an id that is a number', '{"text":"x","reply_to":12}', 400, 'id_invalid', 'reply_to'],
    ['an id that is a word', '{"text":"x","reply_to":"twelve"}', 400, 'id_invalid', 'reply_to'],
    ['an id below all', '{"text":"x","thread_root":"-1"}', 400, 'id_invalid', 'thread_root'],
    ['an id beyond all', '{"text":"x","thread_root":"99999999999999999999"}', 400, 'id_invalid', 'thread_root'],
    ["nobody's id", '{"text":"x","reply_to":"123456789"}', 400, 'message_unknown', 'reply_to'],
    ['no text at all', '{}', 400, 'text_empty', 'text'],
    ['a blank text', '{"text":" \\n\\t "}', 400, 'text_empty', 'text'],
    ['a type in capitals', '{"text":"x","type":"Text"}', 400, 'type_invalid', 'type'],
    ["the server's own type", '{"text":"x","type":"notice"}', 400, 'type_reserved', 'type'],
    ['too many characters', JSON.stringify({ text: 'é'.repeat(8001) }), undefined, 'text_too_long', 'text'],
    ['too many bytes', JSON.stringify({ text: '👨‍👩‍👧‍👦'.repeat(3000) }), undefined, 'text_too_long', 'text'],
    ['too much data', JSON.stringify({ text: 'x', data: { a: 'y'.repeat(17_000) } }), 413, 'data_too_large', 'data'],
    ['a long key', JSON.stringify({ text: 'x', client_key: 'k'.repeat(65) }), 400, undefined, 'client_key'],
    ['more than the server reads', JSON.stringify({ text: 'x'.repeat(300_000) }), 413],
];

const queries = [
    ['limit=0', 'field_range', 'limit'], ['limit=201', 'field_range', 'limit'], ['limit=ten', 'field_type', 'limit'],
    ['limit=1.5', 'field_type', 'limit'], ['limit=+1', 'field_type', 'limit'], ['limit=', 'field_type', 'limit'],
    ['before=0', 'field_range', 'before'], ['after=-1', 'field_range', 'after'], ['around=99999999999999999999', 'field_type', 'around'],
    ['before=5&after=2', 'cursor_ambiguous', 'before'], ['limit=5&limit=6', 'query_twice', 'limit'], ['limit=%ff', 'query_invalid'], ['limit=%', 'query_invalid'],
];

const paths = ['/api/v1//users/me', '/api/v1/users/me/', '//api/v1/users/me', '/api/v1/users/%6de/x', '/api/v1/../v1/users/me', '/api/v1/users/..%2fusers/me',
    '/api/v1/./users/me', '/API/v1/users/me', '/api/v2/users/me', '/api/v1', '/api/v1/', '/', '/etc/passwd', '/api/v1/users/me;x=1', '/api/v1/nothing'];

const ids = ['0', '-1', 'abc', '01', '1e3', '99999999999999999999', '9223372036854775808', '%00', '%201', '１', "1'--", '..'];

stories('bad input', given, (story) => {
    story('bodies that do not fit', async ({ ann }) => {
        await ann.creates('channel', 'garbage');
        const target = `${ann.pathOf('garbage')}/messages`;
        for (const [name, body, status, code, field] of bodies) {
            const answer = await ann.post(target, body);
            assert.ok(answer.status >= 400 && answer.status < 500, `${name}: ${answer.status} ${answer.text.slice(0, 500)}`);
            assertRefused(answer, status ?? answer.status, code, field);
        }
        assert.deepEqual(await ann.reads('garbage'), [], 'nothing of it was kept');
        const compressed = await ann.request('POST', target, '{"text":"x"}', { headers: { 'content-encoding': 'gzip' } });
        assert.ok([400, 415].includes(compressed.status), `an encoded body: ${compressed.status}`);
        for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonx'])
            assertRefused(await ann.request('POST', target, '{"text":"x"}', { headers: { 'content-type': type } }), 415);
        assert.equal((await ann.request('POST', target, '{"text":"x"}', { headers: { 'content-type': 'Application/JSON; charset=utf-8' } })).status, 201);
    });

    story('members that nobody asked for are reported back', async ({ ann }) => {
        await ann.creates('channel', 'extras');
        const sent = await ann.post(`${ann.pathOf('extras')}/messages?colour=red`, { text: 'x', txet: 'y', seq: 7 });
        assert.equal(sent.status, 201);
        assert.deepEqual([...sent.body.ignored].sort(), ['colour', 'seq', 'txet']);
        await ann.connects();
        const said = await ann.asks('message.send', { conversation: ann.idOf('extras'), text: 'x', txet: 'y' });
        assert.deepEqual(said.ignored, ['txet']);
        const moved = await ann.post(`${ann.pathOf('extras')}/messages`, { text: 'Where does this go?', conversation: '1' });
        assert.equal(moved.status, 201);
        assert.equal(moved.body.conversation, ann.idOf('extras'), 'the path decides');
        assert.equal(moved.body.ignored.length, 1);
    });

    story('queries, ids and paths that do not fit', async ({ ann }) => {
        await ann.creates('channel', 'crooked');
        for (const [query, code, field] of queries) assertRefused(await ann.get(`${ann.pathOf('crooked')}/messages?${query}`), 400, code, field);
        for (const id of ids) {
            const answer = await ann.get(`/api/v1/conversations/${id}`);
            assert.ok([400, 404].includes(answer.status), `the id ${id}: ${answer.status} ${answer.text}`);
        }
        for (const path of paths) {
            const answer = await askRaw(ann.url, `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ann.token}\r\nConnection: close\r\n\r\n`);
            assert.deepEqual([answer.status, answer.body?.code], [404, 'not_found'], path);
        }
        assertRefused(await ann.request('GET', '/api/v1/socket'), 426, 'upgrade_required');
        const wrong = await ann.request('POST', '/api/v1/users/me', {});
        assertRefused(wrong, 405, 'method_not_allowed');
        assert.equal(wrong.headers.get('allow'), 'GET, PATCH');
        const overridden = await ann.request('GET', '/api/v1/users/me', undefined, { headers: { 'x-http-method-override': 'DELETE' } });
        assert.equal(overridden.status, 200);
        const head = await ann.request('HEAD', '/api/v1/users/me');
        assert.deepEqual([head.status, head.text], [200, '']);
    });

    story('tokens that are none', async ({ ann }) => {
        const me = (headers) => ann.request('GET', '/api/v1/users/me', undefined, { token: null, headers });
        assertRefused(await me({}), 401, 'not_signed_in');
        assert.equal((await me({})).headers.get('www-authenticate'), 'Bearer');
        for (const value of ['Bearer', 'Bearer ', 'Basic YW5uOmFubg==', ann.token, `bearer${ann.token}`]) assertRefused(await me({ authorization: value }), 401);
        for (const value of ['x', `${ann.token}x`, ann.token.slice(0, -1), 'x'.repeat(5000), "' OR 1=1 --"]) assertRefused(await me({ authorization: `Bearer ${value}` }), 401, 'token_invalid');
        assert.equal((await me({ authorization: `bearer ${ann.token}` })).status, 200);
        assertRefused(await ann.request('GET', `/api/v1/users/me?token=${ann.token}`, undefined, { token: null }), 401, 'not_signed_in');
    });

    story('requests that are no HTTP', async ({ ann }) => {
        const head = `Host: x\r\nAuthorization: Bearer ${ann.token}\r\n`;
        const raw = [
            ['two lengths', `POST /api/v1/direct HTTP/1.1\r\n${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} `, [400]],
            ['length and chunks', `POST /api/v1/direct HTTP/1.1\r\n${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, [400]],
            ['a length that is none', `POST /api/v1/direct HTTP/1.1\r\n${head}Content-Length: -1\r\n\r\n`, [400]],
            ['a chunk beyond all', `POST /api/v1/direct HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n`, [400, 413]],
            ['an unknown encoding', `POST /api/v1/direct HTTP/1.1\r\n${head}Transfer-Encoding: gzip\r\n\r\n`, [400, 501]],
            ['a body announced larger than allowed', `POST /api/v1/direct HTTP/1.1\r\n${head}Content-Length: 99999999999\r\n\r\n`, [413]],
            ['ten thousand headers', `GET /live HTTP/1.1\r\nHost: x\r\n${'X-A: b\r\n'.repeat(10_000)}\r\n`, [431]],
            ['one long header', `GET /live HTTP/1.1\r\nHost: x\r\nX-A: ${'b'.repeat(100_000)}\r\n\r\n`, [431]],
            ['no host', 'GET /live HTTP/1.1\r\n\r\n', [400]],
            ['two hosts', 'GET /live HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', [400]],
            ['a space before the colon', 'GET /live HTTP/1.1\r\nHost : x\r\n\r\n', [400]],
            ['a method that is none', 'G@T /live HTTP/1.1\r\nHost: x\r\n\r\n', [400]],
            ['another version', 'GET /live HTTP/3.0\r\nHost: x\r\n\r\n', [400, 505]],
            ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', [400]],
        ];
        for (const [name, text, statuses] of raw) {
            const answer = await askRaw(ann.url, Buffer.from(text, 'latin1'));
            assert.ok(statuses.includes(answer.status), `${name}: answered ${answer.status} ${answer.text}`);
            assert.match(answer.type, /problem\+json/, name);
        }
        assert.equal((await ann.get('/api/v1/users/me')).status, 200);
    });

    story('commands that do not fit are answered, and the connection goes on', async ({ ann }) => {
        await ann.connects();
        const { socket } = ann;
        const said = async (text) => {
            socket.ws.send(text);
            return (await socket.receives('problem', {})).problem;
        };
        for (const [text, code] of [['{"id":', 'json_syntax'], ['[]', 'json_not_object'], ['{"command":"user.me"}', 'command_invalid'],
            ['{"id":1,"command":"user.me"}', 'command_invalid'], ['{"id":"x"}', 'command_invalid'], [`{"id":"x","command":"user.me","data":${'['.repeat(50)}`, 'json_too_deep'],
            ['{"id":"x","command":"user.me","data":[]}', 'command_invalid'], ['{"id":"a","id":"b","command":"user.me"}', 'json_duplicate_key'], [`{"id":"${'i'.repeat(65)}","command":"user.me"}`, 'command_invalid']]) {
            const problem = await said(text);
            assert.deepEqual([problem.status, problem.code], [400, code], text.slice(0, 100));
        }
        assert.ok([400, 404].includes((await ann.asks('no.such.command')).status));
        assertRefused(await ann.asks('message.send', { conversation: 'abc', text: 'x' }), 400, 'id_invalid', 'conversation');
        assertRefused(await ann.asks('message.send', { text: 'x' }), 400, 'field_missing', 'conversation');
        assertRefused(await ann.asks('message.list', { conversation: '1', limit: '5' }), 400, 'field_type', 'limit');
        assert.equal((await ann.asks('user.me')).status, 200);
    });

    story('frames that are no WebSocket close the connection with the right code', async ({ ann }) => {
        const closes = async (code, ...sent) => {
            const socket = await RawSocket.open(ann.url, ann.token);
            const got = await socket.closesAfter(...sent);
            assert.ok([].concat(code).includes(got), `closed with ${got} and not ${code}`);
        };
        await closes([1002, 1006], frame(opcode.text, '{}', { masked: false }));
        await closes(1002, frame(opcode.text, '{}', { reserved: 2 }));
        await closes(1002, frame(3, 'what is this'));
        await closes(1002, frame(opcode.ping, 'x'.repeat(126)));
        await closes(1002, frame(opcode.continuation, 'of nothing'));
        await closes(1007, frame(opcode.text, Buffer.from([0x7b, 0xff, 0x7d])));
        await closes(1003, frame(opcode.binary, Buffer.from([1, 2, 3])));
        await closes(1009, frame(opcode.text, 'x'.repeat(70_000)));
        const pieces = Array.from({ length: 100 }, (_, i) => frame(i === 0 ? opcode.text : opcode.continuation, 'x'.repeat(1000), { fin: 0 }));
        await closes(1009, ...pieces);
        // The length of a frame of 2^62 bytes; what follows never comes.
        await closes([1002, 1009], Buffer.from([0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]));
        assert.equal((await ann.get('/api/v1/users/me')).status, 200);
    });
});
