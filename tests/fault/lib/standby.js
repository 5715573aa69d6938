// Two PostgreSQL of our own: a primary that answers a commit when its standby has it on disk, and that standby.
import { chownSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { eventually } from '../../acceptance/lib/deadline.js';
import { findPrograms, otherAccount } from '../../acceptance/lib/postgres.js';
import { plainEnvironment, run, RunningProgram, temporaryFolder } from '../../acceptance/lib/processes.js';

// One of the two: its folder has its data and its socket.
class Cluster {
    constructor(programs, account, folder) {
        Object.assign(this, { programs, account, folder, data: path.join(folder, 'data') });
        mkdirSync(folder);
        if (account.uid !== undefined) chownSync(folder, account.uid, account.gid);
    }

    async #plays(name, ...args) {
        const program = new RunningProgram(path.join(this.programs, name), args, { as: this.account.as, cwd: this.folder });
        if ((await program.ended.promise).code !== 0) throw new Error(`${name} failed:\n${program.output}`);
    }
    initialize() {
        return this.#plays('initdb', '-D', this.data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync');
    }
    copy(primary) {
        const source = `host=${primary.folder} user=postgres application_name=standby`;
        return this.#plays('pg_basebackup', '-D', this.data, '-d', source, '-X', 'stream', '-R', '--checkpoint=fast', '--no-sync');
    }
    promote() {
        return this.#plays('pg_ctl', 'promote', '-D', this.data, '--wait', '--timeout=60');
    }

    async start(settings = {}) {
        const all = { listen_addresses: '', unix_socket_directories: this.folder, fsync: 'off', max_connections: 60, shared_buffers: '32MB', ...settings };
        const args = ['-D', this.data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
        this.program = new RunningProgram(path.join(this.programs, 'postgres'), args, { as: this.account.as, dies: 'QUIT', cwd: this.folder });
        await eventually(() => {
            if (this.program.exit) throw new Error(`postgres ended:\n${this.program.output}`);
            return /ready to accept (read-only )?connections/.test(this.program.output) ? true : undefined;
        }, 'PostgreSQL to be ready');
    }

    psql(sql, database = 'postgres') {
        return run(path.join(this.programs, 'psql'), ['-X', '-q', '-t', '-A', '-v', 'ON_ERROR_STOP=1', '-h', this.folder, '-U', 'postgres', '-d', database], {
            input: sql,
            env: plainEnvironment({ PGCONNECT_TIMEOUT: '5' }),
        });
    }
}

export class Pair {
    static async start() {
        const made = new Pair();
        const [programs, account, folder] = [findPrograms(), await otherAccount(), temporaryFolder('standby')];
        if (account.uid !== undefined) chownSync(folder, account.uid, account.gid);
        made.primary = new Cluster(programs, account, path.join(folder, 'a'));
        await made.primary.initialize();
        await made.primary.start({ wal_level: 'replica', max_wal_senders: 4, synchronous_standby_names: 'standby' });
        // Nobody is there yet who could confirm.
        await made.primary.psql('SET synchronous_commit = local; CREATE ROLE parley LOGIN NOSUPERUSER NOBYPASSRLS;');
        await made.primary.psql("SET synchronous_commit = local; CREATE DATABASE parley OWNER parley");
        made.standby = new Cluster(programs, account, path.join(folder, 'b'));
        await made.standby.copy(made.primary);
        await made.standby.start();
        await eventually(async () => ((await made.primary.psql("SELECT sync_state FROM pg_stat_replication")).trim() === 'sync' ? true : undefined), 'the standby to follow');
        return made;
    }

    // As docs/run/postgresql.md says; `second`: where the standby's socket is looked for.
    url(second = this.standby.folder) {
        const hosts = [this.primary.folder, second].map(encodeURIComponent).join(',');
        return `postgresql://parley@/parley?host=${hosts}&target_session_attrs=read-write`;
    }

    async stop() {
        for (const one of [this.primary, this.standby]) if (one.program && !one.program.exit) await one.program.stop('SIGQUIT');
    }
}
