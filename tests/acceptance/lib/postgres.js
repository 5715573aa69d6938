// A PostgreSQL of our own in a folder of our own, reached through a socket in that folder; one for each test process.
import { chownSync, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { eventually } from './deadline.js';
import { plainEnvironment, run, RunningProgram, temporaryFolder } from './processes.js';

let cluster;
let databases = 0;

export function findPrograms() {
    const root = '/usr/lib/postgresql';
    const versions = existsSync(root) ? readdirSync(root).map(Number).filter(Boolean) : [];
    if (versions.length === 0) throw new Error(`there is no PostgreSQL in ${root}; scripts/setup --test installs it`);
    return path.join(root, String(Math.max(...versions)), 'bin');
}

// PostgreSQL refuses to run as root.
export async function otherAccount() {
    if (process.getuid() !== 0) return { as: [], uid: undefined };
    const uid = Number(await run('id', ['-u', 'postgres']));
    const gid = Number(await run('id', ['-g', 'postgres']));
    return { as: [`--reuid=${uid}`, `--regid=${gid}`, '--init-groups'], uid, gid };
}

async function start() {
    const programs = findPrograms();
    const folder = temporaryFolder('postgresql');
    const account = await otherAccount();
    if (account.uid !== undefined) chownSync(folder, account.uid, account.gid);
    const data = path.join(folder, 'data');
    const init = ['-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'];
    const initdb = new RunningProgram(path.join(programs, 'initdb'), init, { as: account.as, cwd: folder });
    if ((await initdb.ended.promise).code !== 0) throw new Error(`initdb failed:\n${initdb.output}`);
    // These tests kill the server, never PostgreSQL or the machine, so its waiting for the disk would prove nothing.
    const settings = { listen_addresses: '', unix_socket_directories: folder, fsync: 'off', max_connections: 60, shared_buffers: '32MB' };
    const args = ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
    const begin = async () => {
        const program = new RunningProgram(path.join(programs, 'postgres'), args, { as: account.as, dies: 'QUIT', cwd: folder });
        await eventually(async () => {
            if (program.exit) throw new Error(`postgres ended:\n${program.output}`);
            return program.output.includes('ready to accept connections') ? true : undefined;
        }, 'PostgreSQL to be ready');
        return program;
    };
    const psql = (sql) =>
        run(path.join(programs, 'psql'), ['-X', '-q', '-h', folder, '-U', 'postgres', '-d', 'postgres', '-c', sql], {
            env: plainEnvironment({ PGCONNECT_TIMEOUT: '5' }),
        });
    const program = await begin();
    // As docs/run tells operators to: a superuser would see through row security.
    await psql('CREATE ROLE parley LOGIN NOSUPERUSER NOBYPASSRLS');
    return { folder, program, psql, begin, account };
}

// The URL of a new, empty database.
export const databasePassword = 'sesame-of-the-database'; // that nobody checks here, so that a story can look where it comes out
export async function newPostgresDatabase({ tablespace } = {}) {
    cluster ??= start();
    const { folder, psql } = await cluster;
    const name = `parley_${++databases}`;
    await psql(`CREATE DATABASE ${name} OWNER parley${tablespace ? ` TABLESPACE ${tablespace}` : ''}`);
    return `postgresql://parley:${databasePassword}@/${name}?host=${encodeURIComponent(folder)}`;
}

// What only a superuser may: for tests that look behind the server's back.
export async function psqlIn(url, sql) {
    const { folder, program } = await cluster;
    const database = /@\/(\w+)\?/.exec(url)[1];
    return run(path.join(path.dirname(program.path), 'psql'), ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', folder, '-U', 'postgres', '-d', database], {
        input: sql,
        env: plainEnvironment({ PGCONNECT_TIMEOUT: '5' }),
    });
}

// The cluster itself, for tests of what becomes of Parley when it is stopped, starved or silent.
export async function ownPostgres() {
    cluster ??= start();
    return cluster;
}

export async function stopPostgres() {
    if (!cluster) return;
    const { program } = await cluster;
    cluster = undefined;
    // At once: nothing in it will be read again.
    await program.stop('SIGQUIT');
}
