// A small proxy before several servers: each request goes to one that is in, and to the next when that one fails.
import http from 'node:http';

export class Balancer {
    static async before(servers) {
        const made = new Balancer();
        Object.assign(made, { servers, out: new Set(), turn: 0, failed: [], sockets: new Set(), tried: 0 });
        made.server = http.createServer((asked, answer) => made.#request(asked, answer));
        made.server.on('upgrade', (asked, socket, head) => made.#upgrade(asked, socket, head));
        made.server.on('connection', (socket) => {
            made.sockets.add(socket);
            socket.on('close', () => made.sockets.delete(socket));
        });
        // It keeps its clients' connections longer than they do.
        made.server.keepAliveTimeout = 600_000;
        await new Promise((resolve) => made.server.listen(0, '127.0.0.1', resolve));
        made.url = `http://127.0.0.1:${made.server.address().port}`;
        return made;
    }

    // Those that are in, each first in its turn.
    #choose() {
        const all = this.servers.filter((one) => !this.out.has(one) && one.process);
        const first = this.turn++ % Math.max(1, all.length);
        return [...all.slice(first), ...all.slice(0, first)];
    }

    async #request(asked, answer) {
        const parts = [];
        for await (const part of asked) parts.push(part);
        const body = Buffer.concat(parts);
        let isUnsure = false;
        for (const server of this.#choose()) {
            const got = await this.#ask(server, asked, body).catch((why) => why);
            ++this.tried;
            // Perhaps it was done; the client is told that it was asked for twice.
            isUnsure ||= got instanceof Error && got.code !== 'ECONNREFUSED';
            if (got instanceof Error || got.status === 503) continue;
            answer.writeHead(got.status, isUnsure ? { ...got.headers, 'x-asked-again': '1' } : got.headers);
            return void answer.end(got.body);
        }
        this.failed.push(`${asked.method} ${asked.url}`);
        answer.writeHead(503, { 'retry-after': '1', 'content-type': 'application/json' });
        answer.end('{"code":"nobody_is_in"}');
    }

    // A connection of its own for each request, so that none is lost with one that was kept too long.
    #ask(server, { method, url, headers }, body) {
        return new Promise((resolve, reject) => {
            const sent = http.request(server.url + url, { method, headers: { ...headers, connection: 'close' }, agent: false }, (got) => {
                const parts = [];
                got.on('data', (part) => parts.push(part));
                got.on('error', reject);
                got.on('end', () => {
                    if (!got.complete) return reject(new Error('half an answer'));
                    const { connection, 'transfer-encoding': encoding, ...kept } = got.headers;
                    resolve({ status: got.statusCode, headers: kept, body: Buffer.concat(parts) });
                });
            });
            sent.on('error', reject);
            sent.end(body);
        });
    }

    async #upgrade(asked, near, head) {
        near.on('error', () => near.destroy());
        for (const server of this.#choose()) if (await this.#join(server, asked, near, head)) return;
        near.destroy(); // the client tries again
    }

    #join(server, { url, headers }, near, head) {
        return new Promise((resolve) => {
            const sent = http.request(server.url + url, { headers, agent: false });
            sent.on('error', () => resolve(false));
            sent.on('response', (got) => {
                got.resume();
                resolve(false);
            });
            sent.on('upgrade', (got, far, first) => {
                resolve(true);
                const lines = Object.entries(got.headers).map(([name, value]) => `${name}: ${value}`);
                near.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
                near.write(first);
                far.write(head);
                near.pipe(far).pipe(near);
                for (const [one, other] of [[near, far], [far, near]]) {
                    one.on('close', () => other.destroy());
                    one.on('error', () => other.destroy());
                }
            });
            sent.end();
        });
    }

    stop() {
        this.server.close();
        for (const one of this.sockets) one.destroy();
    }
}
