// PgBouncer in a folder of its own, in front of a database of the tests' PostgreSQL; each client keeps a connection (session pooling).
import { chownSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { eventually } from './deadline.js';
import { newPostgresDatabase, otherAccount, ownPostgres } from './postgres.js';
import { RunningProgram, temporaryFolder } from './processes.js';

const program = '/usr/sbin/pgbouncer';

export class PgBouncer {
    static async start() {
        if (!existsSync(program)) throw new Error(`there is no ${program}; scripts/setup --test installs it`);
        const made = new PgBouncer();
        made.folder = temporaryFolder('pgbouncer');
        const direct = await newPostgresDatabase();
        made.url = direct.replace(/host=.*$/, `host=${encodeURIComponent(made.folder)}`);
        writeFileSync(path.join(made.folder, 'users'), '"parley" ""\n');
        const cluster = await ownPostgres();
        const settings = { listen_port: 5432, unix_socket_dir: made.folder, auth_type: 'trust', auth_file: path.join(made.folder, 'users'), pool_mode: 'session', default_pool_size: 40 };
        const lines = ['[databases]', `* = host=${cluster.folder}`, '[pgbouncer]', ...Object.entries(settings).map(([name, value]) => `${name} = ${value}`)];
        writeFileSync(path.join(made.folder, 'pgbouncer.ini'), `${lines.join('\n')}\n`);
        // It refuses to run as root, as PostgreSQL does.
        made.account = await otherAccount();
        if (made.account.uid !== undefined) chownSync(made.folder, made.account.uid, made.account.gid);
        await made.begin();
        return made;
    }

    async begin() {
        rmSync(path.join(this.folder, '.s.PGSQL.5432'), { force: true }); // one that was killed leaves it
        this.process = new RunningProgram(program, [path.join(this.folder, 'pgbouncer.ini')], { as: this.account.as, cwd: this.folder });
        await eventually(() => {
            if (this.process.exit) throw new Error(`pgbouncer ended:\n${this.process.output}`);
            return this.process.output.includes('process up') ? true : undefined;
        }, 'PgBouncer to be up');
    }

    async kill() {
        await this.process.stop('SIGKILL');
    }
}
