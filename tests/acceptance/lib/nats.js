// A nats-server of our own in a folder of our own, and a cluster of three that speak TLS and ask who is there.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Cable } from './cable.js';
import { eventually } from './deadline.js';
import { RunningProgram, temporaryFolder } from './processes.js';
import { Authority } from './tls.js';

const places = ['/usr/sbin/nats-server', '/usr/bin/nats-server', '/usr/local/bin/nats-server'];
const who = 'parley:sesame-of-the-bus';

export class Nats {
    // `settings`: more of nats-server's configuration.
    static async start(settings = {}) {
        const made = new Nats();
        made.folder = temporaryFolder('nats');
        made.program = places.find((one) => existsSync(one));
        if (!made.program) throw new Error('there is no nats-server; scripts/setup --test installs it');
        const [user, password] = who.split(':');
        const all = { host: '127.0.0.1', port: -1, ports_file_dir: made.folder, authorization: { user, password }, ...settings };
        made.configuration = path.join(made.folder, 'nats.conf');
        writeFileSync(made.configuration, JSON.stringify(all, null, 2)); // JSON is such a configuration
        await made.begin();
        return made;
    }

    // Whoever is to reach it goes through a cable, so that it may come back on any port.
    async begin() {
        for (const one of readdirSync(this.folder)) if (one.endsWith('.ports')) rmSync(path.join(this.folder, one));
        this.process = new RunningProgram(this.program, ['-c', this.configuration], { cwd: this.folder });
        const ports = await eventually(() => {
            if (this.process.exit) throw new Error(`nats-server ended:\n${this.process.output}`);
            const file = readdirSync(this.folder).find((one) => one.endsWith('.ports'));
            const text = file ? readFileSync(path.join(this.folder, file), 'utf8') : '';
            return text.trimEnd().endsWith('}') ? JSON.parse(text) : undefined;
        }, 'nats-server to name its ports');
        const portOf = ([url] = []) => (url ? Number(new URL(url).port) : undefined);
        this.port = portOf(ports.nats);
        this.clusterPort = portOf(ports.cluster);
    }

    // A new cable to it, and what `bus` in parley.yaml needs to use it.
    async cable() {
        const made = await Cable.lay(() => (this.port === undefined ? undefined : { port: this.port }));
        return Object.assign(made, { bus: { url: `nats://${who}@127.0.0.1:${made.port}` } });
    }

    async kill() {
        this.port = undefined;
        this.clusterPort = undefined;
        await this.process.stop('SIGKILL');
    }
}

export class NatsCluster {
    // Each is known to the others by a cable, because its port is another one whenever it is started.
    static async start() {
        const made = new NatsCluster();
        made.authority = new Authority();
        const { certificate: cert_file, key: key_file } = made.authority.server;
        const tls = { cert_file, key_file, ca_file: made.authority.file, verify: true };
        made.members = [];
        made.routes = [];
        const toMember = (i) => () => (made.members[i]?.clusterPort ? { port: made.members[i].clusterPort } : undefined);
        for (let i = 0; i < 3; ++i) made.routes.push(await Cable.lay(toMember(i)));
        const routes = made.routes.map((one) => `nats://127.0.0.1:${one.port}`);
        for (let i = 0; i < 3; ++i)
            made.members.push(await Nats.start({
                server_name: `n${i}`, tls,
                cluster: { name: 'parley', listen: '127.0.0.1:-1', no_advertise: true, tls, routes: routes.filter((_, other) => other !== i) },
            }));
        return made;
    }

    async cable() {
        const ends = [];
        for (const one of this.members) ends.push(await one.cable());
        const { file, server } = this.authority;
        const bus = {
            url: ends.map(({ port }) => `tls://${who}@127.0.0.1:${port}`).join(','),
            authorities: file, certificate: server.certificate, certificate_key: server.key,
        };
        return { bus, ends, remove: () => ends.forEach((one) => one.remove()) };
    }

    async kill() {
        for (const one of this.members) await one.kill();
        for (const one of this.routes) one.remove();
    }
}
