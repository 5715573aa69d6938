// Somebody without an account who has a link: a browser as small as can be, with the cookies that it is given.
import http from 'node:http';
import { within } from './deadline.js';

export class Visitor {
    // `from`: the address that a proxy in front says it came from.
    constructor(server, { host = 'acme.test', from = '198.51.100.7', proto = 'http' } = {}) {
        Object.assign(this, { server, host, from, proto, cookies: [] });
    }

    // {status, headers, bytes, text}; redirects are not followed.
    async asks(method, target, { headers = {}, body } = {}) {
        const sent = { host: this.host, 'x-forwarded-for': this.from, 'x-forwarded-proto': this.proto, ...headers };
        const path = target.split('?')[0];
        const fitting = this.cookies.filter((one) => path === one.path || path.startsWith(`${one.path}/`));
        if (fitting.length > 0) sent.cookie = fitting.map(({ name, value }) => `${name}=${value}`).join('; ');
        const answer = await within(this.#send(method, target, sent, body), `${method} of a visitor`);
        for (const text of answer.headers['set-cookie'] ?? []) this.#keep(text);
        return answer;
    }

    #send(method, path, headers, body) {
        return new Promise((resolve, reject) => {
            const asked = http.request({ host: '127.0.0.1', port: this.server.port, method, path, headers, agent: false }, (answer) => {
                const pieces = [];
                answer.on('data', (piece) => pieces.push(piece));
                answer.on('error', reject);
                answer.on('end', () => {
                    const bytes = Buffer.concat(pieces);
                    resolve({ status: answer.statusCode, headers: answer.headers, bytes, text: bytes.toString() });
                });
            });
            asked.on('error', reject);
            asked.end(body);
        });
    }

    #keep(text) {
        const [pair, ...attributes] = text.split('; ');
        const at = pair.indexOf('=');
        const path = attributes.find((one) => one.startsWith('Path=')).slice(5);
        this.cookies = this.cookies.filter((one) => one.path !== path);
        this.cookies.push({ name: pair.slice(0, at), value: pair.slice(at + 1), path, text });
    }

    get(target, headers) {
        return this.asks('GET', target, { headers });
    }
    // Presses the button of the first page.
    opens(path, password) {
        const fields = { open: '1', ...(password === undefined ? {} : { password }) };
        const parts = Object.entries(fields).map(([name, value]) => `--abc\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
        return this.asks('POST', path, { headers: { 'content-type': 'multipart/form-data; boundary=abc' }, body: `${parts.join('')}--abc--\r\n` });
    }
}
