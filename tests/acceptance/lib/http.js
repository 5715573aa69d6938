// Requests as a stranger would make them: fetch for what is right, and a bare socket for what no client would send.
import net from 'node:net';
import { checkAnswer } from './contract.js';
import { within } from './deadline.js';
import { fetchAny } from './tls.js';

// {status, headers, body, text}: the body as JSON where it is JSON. Every answer is held against the OpenAPI document.
export async function ask(url, method, target, { token, body, headers = {} } = {}) {
    const all = { ...headers };
    if (token) all.authorization = `Bearer ${token}`;
    const isPlain = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
    if (body !== undefined && !('content-type' in all)) all['content-type'] = 'application/json';
    const sent = isPlain ? body : JSON.stringify(body);
    const response = await within(fetchAny(url + target, { method, headers: all, body: sent, redirect: 'manual' }), `${method} ${target}`);
    const text = await within(response.text(), `the body of ${method} ${target}`);
    return checkAnswer(url, method, target, understood(response.status, response.headers, text), token ?? undefined);
}

function understood(status, headers, text) {
    const type = headers.get('content-type') ?? '';
    const isJson = /^application\/(problem\+)?json/.test(type);
    return { status, headers, type, text, body: isJson && text !== '' ? JSON.parse(text) : undefined };
}

// The cookies that an answer sets, one text each. Debian's Node.js 18 has them in one, with commas between, as they stand in dates too.
export const cookiesOf = (headers) => headers.getSetCookie?.() ?? headers.get('set-cookie')?.split(/, (?=[^;,=\s]+=)/) ?? [];

// Sends these very bytes and reads until the server closes or a whole answer is there.
export async function askRaw(url, bytes) {
    const { hostname, port } = new URL(url);
    const socket = net.connect({ host: hostname, port: Number(port) });
    const answer = new Promise((resolve, reject) => {
        let text = '';
        socket.setEncoding('utf8');
        socket.on('error', (why) => (text === '' ? reject(why) : resolve(text)));
        socket.on('data', (more) => {
            text += more;
            const head = text.indexOf('\r\n\r\n');
            const length = /^content-length: *(\d+)/im.exec(text);
            if (head > 0 && length && Buffer.byteLength(text.slice(head + 4)) >= Number(length[1])) resolve(text);
        });
        socket.on('close', () => resolve(text));
    });
    // The server may answer and close before it has read everything.
    socket.write(bytes, () => {});
    try {
        const text = await within(answer, 'an answer to raw bytes');
        const [head, ...rest] = text.split('\r\n\r\n');
        const headers = new Headers();
        for (const line of head.split('\r\n').slice(1)) {
            const colon = line.indexOf(':');
            if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
        }
        return understood(Number(head.split(' ')[1] ?? 0), headers, rest.join('\r\n\r\n'));
    } finally {
        socket.destroy();
    }
}
