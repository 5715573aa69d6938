// Stories: scripts that are played on each database by people of one tenant, with a server for each file.
import { after, before, describe, it } from 'node:test';
import { Person } from './person.js';
import { stopPostgres } from './postgres.js';
import { databases, Server } from './server.js';

export class World {
    // `tenants`: {acme: {people: {ann: 'admin'}, settings: {hosts: [...]}}}; who has a password signs in by it.
    // `run`: how the server is run, as Server.prepare takes it.
    static async open(database, { tenants, settings, run } = {}) {
        const made = new World();
        made.conversations = new Map();
        made.sockets = new Set();
        made.people = {};
        made.marks = 0;
        const files = Object.fromEntries(Object.entries(tenants).map(([name, one]) => [name, one.settings ?? {}]));
        made.server = await Server.prepare(database, { settings, tenants: files, ...run });
        try {
            await made.#begin(tenants);
        } catch (why) {
            await made.server.kill();
            throw why;
        }
        return made;
    }

    async #begin(tenants) {
        for (const [name, { people }] of Object.entries(tenants)) {
            await this.server.cli('tenant', 'create', name);
            for (const [person, role] of Object.entries(people)) await this.#settle(name, person, role);
        }
        await this.server.start();
        for (const one of Object.values(this.people)) one.id = (await one.get('/api/v1/users/me')).body.id;
    }

    // `role` is a role, or {role, password}.
    async #settle(tenant, name, role) {
        const { role: given = role, password } = Object(role);
        const { server } = this;
        const secret = password ? ['--password-stdin', { input: `${password}\n` }] : ['--no-password'];
        await server.cli('user', 'create', '--tenant', tenant, '--role', given, name, ...secret);
        const token = (await server.cli('token', 'create', '--tenant', tenant, '--user', name, '--name', 'test')).trim();
        this.people[name] = new Person(this, name, { tenant, role: given, token, password });
    }

    // Everybody goes home, so that a story begins as the one before it did.
    async settleDown() {
        for (const one of this.sockets) one.ws.terminate();
        await Promise.all([...this.sockets].map((one) => one.closed.promise));
        const fault = [...this.sockets].map((one) => one.fault).find(Boolean);
        this.sockets.clear();
        if (fault) throw fault;
    }

    async close() {
        await this.settleDown();
        await this.server.stop();
    }
}

// play({story}) tells the stories: story('Ann sends ...', async ({ann, bob, world}) => {...}).
export function stories(title, given, play) {
    for (const database of databases) {
        describe(`${title}, on ${database}`, () => {
            let world;
            before(async () => {
                world = await World.open(database, given);
            });
            after(async () => {
                // Without the server's own words a failure to begin could not be understood.
                await world?.close();
            });
            play((name, tell) =>
                it(name, async (t) => {
                    try {
                        await tell({ ...world.people, world, t, database });
                    } finally {
                        await world.settleDown();
                    }
                }),
            );
        });
    }
    after(stopPostgres);
}
