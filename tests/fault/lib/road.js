// A way to the server that is as bad as a scene wants it: it swallows what is on it without a word, resets, or is narrow.
import net from 'node:net';

export class Road {
    static async open(server) {
        const made = new Road();
        made.server = server;
        made.pairs = new Set();
        made.bytesPerSecond = Infinity; // of each connection in each direction
        made.listener = net.createServer((near) => made.#carry(near));
        await new Promise((resolve) => made.listener.listen(0, '127.0.0.1', resolve));
        made.url = `http://127.0.0.1:${made.listener.address().port}`;
        return made;
    }

    #carry(near) {
        const far = net.connect(this.server.port, '127.0.0.1');
        const pair = { near, far, swallows: false, carried: 0 };
        this.pairs.add(pair);
        this.#copy(pair, near, far);
        this.#copy(pair, far, near);
    }

    #copy(pair, from, to) {
        from.setNoDelay(true);
        from.on('error', () => {});
        from.on('data', (bytes) => {
            if (pair.swallows) return;
            if (this.bytesPerSecond === Infinity) this.#give(pair, to, bytes);
            else this.#trickle(pair, from, to, bytes);
        });
        from.on('end', () => pair.swallows || to.end());
        from.on('close', () => {
            if (pair.swallows) return;
            this.pairs.delete(pair);
            to.destroy();
        });
    }

    #give(pair, to, bytes) {
        if (to === pair.near) pair.carried += bytes.length;
        to.write(bytes);
    }
    #trickle(pair, from, to, bytes) {
        from.pause();
        const [now, rest] = [bytes.subarray(0, this.bytesPerSecond / 20), bytes.subarray(this.bytesPerSecond / 20)];
        this.#give(pair, to, now);
        setTimeout(() => (rest.length > 0 ? this.#trickle(pair, from, to, rest) : from.resume()), (now.length / this.bytesPerSecond) * 1000);
    }

    // Half-open: what is on the way now, and later, in both directions, never arrives, and neither side is told. Who comes
    // afterwards is carried.
    swallow() {
        for (const pair of this.pairs) pair.swallows = true;
    }
    // RST to both sides; how many there were.
    reset() {
        const all = [...this.pairs];
        for (const { near, far } of all) {
            near.resetAndDestroy();
            far.resetAndDestroy();
        }
        return all.length;
    }
    // The most that one connection was sent.
    get most() {
        return Math.max(0, ...[...this.pairs].map((one) => one.carried));
    }

    close() {
        this.listener.close();
        for (const { near, far } of this.pairs) {
            near.destroy();
            far.destroy();
        }
    }
}
