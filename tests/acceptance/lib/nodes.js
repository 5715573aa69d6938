// Several servers on one PostgreSQL, each with a cable of its own to one NATS, or to each of a cluster.
import { chmodSync } from 'node:fs';
import path from 'node:path';
import { Cable } from './cable.js';
import { Nats } from './nats.js';
import { temporaryFolder } from './processes.js';
import { Server } from './server.js';
import { World } from './story.js';

const key = 'what-the-servers-of-these-tests-share';

export class Nodes {
    // `tenants` as World.open takes them; `bus: false`: they have nothing but the database between them.
    // `databaseCables: true`: all but the first reach PostgreSQL by cables too. `url`: of a database that is there already.
    static async open({ tenants, settings = {}, count = 2, bus = true, databaseCables = false, url: given, startNats = () => Nats.start() }) {
        const made = new Nodes();
        made.cables = [];
        made.databaseCables = [];
        made.servers = [];
        try {
            if (bus) made.nats = await startNats();
            const settingsOf = async (node) => {
                const own = { ...settings, server: { ...settings.server, node } };
                if (!bus) return own;
                made.cables.push(await made.nats.cable());
                return { ...own, bus: { ...made.cables.at(-1).bus, key } };
            };
            made.world = await World.open('postgresql', { tenants, settings: await settingsOf(0), run: { url: given } });
            made.servers.push(made.world.server);
            const files = Object.fromEntries(Object.entries(tenants).map(([name, one]) => [name, one.settings ?? {}]));
            for (let node = 1; node < count; ++node) {
                const url = databaseCables ? await made.#cableTo(made.world.server.databaseUrl) : made.world.server.databaseUrl;
                const next = await Server.prepare('postgresql', { settings: await settingsOf(node), tenants: files, url });
                made.servers.push(next);
                await next.start();
            }
        } catch (why) {
            await made.kill();
            throw why;
        }
        return made;
    }

    // The URL of the same database at the near end of a cable.
    async #cableTo(url) {
        const real = decodeURIComponent(/host=(.*)$/.exec(url)[1]);
        const folder = temporaryFolder('cable');
        chmodSync(folder, 0o755);
        const name = '.s.PGSQL.5432';
        this.databaseCables.push(await Cable.lay(() => ({ path: path.join(real, name) }), { path: path.join(folder, name) }));
        return url.replace(/host=.*$/, `host=${encodeURIComponent(folder)}`);
    }

    get people() {
        return this.world.people;
    }

    // This person's device at that server.
    at(node, person) {
        const { servers } = this;
        return Object.defineProperty(person.onAnotherDevice(), 'url', { get: () => servers[node].url });
    }

    async kill() {
        for (const one of this.servers) await one.kill();
        await this.#rest();
    }
    async close() {
        await this.world.settleDown();
        for (const one of this.servers) await one.stop();
        await this.#rest();
    }
    async #rest() {
        for (const one of [...this.cables, ...this.databaseCables]) one.remove();
        await this.nats?.kill();
    }
}
