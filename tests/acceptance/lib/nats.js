// A nats-server of our own in a folder of our own, which keeps its port when it is started again.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Cable } from './cable.js';
import { eventually } from './deadline.js';
import { RunningProgram, temporaryFolder } from './processes.js';

const places = ['/usr/sbin/nats-server', '/usr/bin/nats-server', '/usr/local/bin/nats-server'];

export class Nats {
    static async start() {
        const made = new Nats();
        made.folder = temporaryFolder('nats');
        made.program = places.find((one) => existsSync(one));
        if (!made.program) throw new Error('there is no nats-server; scripts/setup --test installs it');
        await made.begin();
        return made;
    }

    // Whoever is to reach it goes through a cable, so that it may come back on any port.
    async begin() {
        for (const one of readdirSync(this.folder)) rmSync(path.join(this.folder, one));
        const who = ['--user', 'parley', '--pass', 'sesame-of-the-bus'];
        this.process = new RunningProgram(this.program, ['-a', '127.0.0.1', '-p', '-1', '--ports_file_dir', this.folder, ...who], { cwd: this.folder });
        this.port = await eventually(() => {
            if (this.process.exit) throw new Error(`nats-server ended:\n${this.process.output}`);
            const file = readdirSync(this.folder).find((one) => one.endsWith('.ports'));
            const text = file ? readFileSync(path.join(this.folder, file), 'utf8') : '';
            const [url] = text.endsWith('}') || text.endsWith('}\n') ? JSON.parse(text).nats : [];
            return url ? Number(new URL(url).port) : undefined;
        }, 'nats-server to name its port');
    }

    // A new cable to it, and the URL at its near end.
    async cable() {
        const made = await Cable.lay(() => (this.port === undefined ? undefined : { port: this.port }));
        return Object.assign(made, { url: `nats://parley:sesame-of-the-bus@127.0.0.1:${made.port}` });
    }

    async kill() {
        this.port = undefined;
        await this.process.stop('SIGKILL');
    }
}
