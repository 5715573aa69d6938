// A WebSocket made of bytes, for what no decent client can be brought to send.
import { createHash, randomBytes } from 'node:crypto';
import net from 'node:net';
import { signal, within } from './deadline.js';

export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

// One frame from a client; masked, as it must be, unless told otherwise.
export function frame(kind, payload = '', { fin = 1, masked = true, reserved = 0 } = {}) {
    const body = Buffer.from(payload);
    const mask = masked ? randomBytes(4) : Buffer.alloc(0);
    const bit = masked ? 0x80 : 0;
    let head;
    if (body.length < 126) {
        head = Buffer.from([0, bit | body.length]);
    } else if (body.length < 65536) {
        head = Buffer.from([0, bit | 126, 0, 0]);
        head.writeUInt16BE(body.length, 2);
    } else {
        head = Buffer.alloc(10);
        head[1] = bit | 127;
        head.writeBigUInt64BE(BigInt(body.length), 2);
    }
    head[0] = (fin << 7) | (reserved << 4) | kind;
    const sent = masked ? Buffer.from(body.map((byte, i) => byte ^ mask[i % 4])) : body;
    return Buffer.concat([head, mask, sent]);
}

export class RawSocket {
    static async open(url, token, { extensions } = {}) {
        const made = new RawSocket();
        const { hostname, port } = new URL(url);
        const key = randomBytes(16).toString('base64');
        made.bytes = Buffer.alloc(0);
        made.upgraded = signal();
        made.closed = signal(); // with the close code, or 1006 when the server just hung up
        made.socket = net.connect({ host: hostname, port: Number(port) });
        made.socket.on('data', (more) => made.#hear(more));
        made.socket.on('error', () => {});
        made.socket.on('close', () => made.closed.resolve(1006));
        made.socket.write(
            `GET /api/v1/socket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
                `Sec-WebSocket-Key: ${key}\r\n${extensions ? `Sec-WebSocket-Extensions: ${extensions}\r\n` : ''}Authorization: Bearer ${token}\r\n\r\n`,
        );
        const head = await within(made.upgraded.promise, 'the upgrade');
        const wanted = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
        if (!head.startsWith('HTTP/1.1 101') || !head.includes(wanted)) throw new Error(`no upgrade: ${head}`);
        return made;
    }

    #hear(more) {
        this.bytes = Buffer.concat([this.bytes, more]);
        if (!this.head) {
            const end = this.bytes.indexOf('\r\n\r\n');
            if (end < 0) return;
            this.head = this.bytes.subarray(0, end).toString();
            this.bytes = this.bytes.subarray(end + 4);
            this.upgraded.resolve(this.head);
        }
        while (this.bytes.length >= 2) {
            let length = this.bytes[1] & 0x7f;
            let at = 2;
            if (length === 126) [length, at] = [this.bytes.length >= 4 ? this.bytes.readUInt16BE(2) : Infinity, 4];
            else if (length === 127) [length, at] = [this.bytes.length >= 10 ? Number(this.bytes.readBigUInt64BE(2)) : Infinity, 10];
            if (this.bytes.length < at + length) return;
            const payload = this.bytes.subarray(at, at + length);
            if ((this.bytes[0] & 0x0f) === opcode.close) this.closed.resolve(length >= 2 ? payload.readUInt16BE(0) : 1005);
            this.bytes = this.bytes.subarray(at + length);
        }
    }

    // The code with which the server closes after these bytes.
    async closesAfter(...bytes) {
        for (const one of bytes) this.socket.write(one);
        try {
            return await within(this.closed.promise, 'the server to close the connection');
        } finally {
            this.socket.destroy();
        }
    }
}
