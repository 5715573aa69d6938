// A cable from a port, or a socket's path, that stays to a program that may move: it can be cut, and mended.
import net from 'node:net';

export class Cable {
    // `far()` is where the program listens now, {port} or {path}; `near`: where this end is, a free port unless it is said.
    static async lay(far, near = { port: 0, host: '127.0.0.1' }) {
        const made = new Cable();
        made.isCut = false;
        made.ends = new Set();
        made.server = net.createServer((near) => made.#connect(near, far()));
        await new Promise((resolve) => made.server.listen(near, resolve));
        made.port = made.server.address().port;
        return made;
    }

    #connect(near, far) {
        near.on('error', () => {});
        if (this.isCut || far === undefined) return near.destroy();
        const to = net.connect({ host: '127.0.0.1', ...far });
        const end = () => {
            near.destroy();
            to.destroy();
            this.ends.delete(end);
        };
        this.ends.add(end);
        for (const one of [near, to]) {
            one.on('error', end);
            one.on('close', end);
        }
        near.pipe(to);
        to.pipe(near);
    }

    cut() {
        this.isCut = true;
        for (const end of [...this.ends]) end();
    }
    mend() {
        this.isCut = false;
    }
    remove() {
        this.cut();
        this.server.close();
    }
}
