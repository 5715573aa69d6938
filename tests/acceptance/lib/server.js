// A real parleyd with its own folder, configuration, database and port.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './deadline.js';
import { newPostgresDatabase } from './postgres.js';
import { plainEnvironment, run, RunningProgram, temporaryFolder } from './processes.js';
import { fetchAny } from './tls.js';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
export const environment = () => plainEnvironment({ PARLEY_MIGRATIONS: path.join(repository, 'migrations') });
export const program = (variable, name) => process.env[variable] ?? path.join(repository, 'build/debug/bin', name);

export const databases = ['sqlite', 'postgresql'];

export class Server {
    // `settings` as in parley.yaml; `tenants` by name, as in tenants/<tenant>.yaml.
    // `through`: words that stand before the program, as `prlimit --nofile=64`; they must become it, not start it.
    // `url`: of a database that is there already.
    static async prepare(database, { settings = {}, tenants = {}, through = [], more = {}, place, url: given, migrates = true } = {}) {
        const made = new Server();
        Object.assign(made, { through, more });
        made.database = database;
        made.speaks = settings.server?.tls ? 'https' : 'http';
        made.folder = temporaryFolder('server');
        const url = given ?? (database === 'postgresql' ? await newPostgresDatabase(place) : 'sqlite:parley.db');
        made.databaseUrl = url;
        // A URL with a password stands in a file of its own.
        if (database === 'postgresql') writeFileSync(path.join(made.folder, 'database.url'), url, { mode: 0o600 });
        const where = database === 'postgresql' ? { secret: { file: path.join(made.folder, 'database.url') } } : url;
        const whole = {
            ...settings,
            // The stories are told faster than people live; those about limits switch them on.
            server: { address: '127.0.0.1', port: 0, data_directory: 'var', threads: 2, drain_timeout_seconds: 5, limits: false, ...settings.server },
            database: { url: where, ...settings.database },
            log: { level: 'info', format: 'json', ...settings.log },
        };
        mkdirSync(path.join(made.folder, 'tenants'));
        // JSON is YAML.
        writeFileSync(path.join(made.folder, 'parley.yaml'), JSON.stringify(whole, null, 2));
        // A tenant that is alone has the names under which stories ask; of several, each says its own.
        const alone = Object.keys(tenants).length === 1 ? { hosts: ['127.0.0.1', 'x'] } : {};
        for (const [name, own] of Object.entries(tenants))
            writeFileSync(path.join(made.folder, 'tenants', `${name}.yaml`), JSON.stringify({ ...alone, ...own }, null, 2));
        made.logs = [];
        if (migrates) await made.cli('migrate', 'up');
        return made;
    }

    // Runs `parley` with this server's configuration; the last argument may be {input}.
    cli(...args) {
        const last = args.at(-1);
        const input = typeof last === 'object' ? args.pop().input : '';
        return run(program('PARLEY', 'parley'), ['--config', path.join(this.folder, 'parley.yaml'), ...args], { input, env: environment() });
    }

    async start() {
        this.toldToStop = false;
        const announced = path.join(this.folder, 'port');
        rmSync(announced, { force: true });
        const args = ['--config', path.join(this.folder, 'parley.yaml'), '--announce', announced];
        const [first, ...words] = [...this.through, program('PARLEYD', 'parleyd'), ...args];
        this.process = new RunningProgram(first, words, { env: { ...environment(), ...this.more } });
        this.process.onLine = (line) => this.#hear(line);
        this.port = Number(await eventually(() => {
            this.#stillRuns();
            const text = existsSync(announced) ? readFileSync(announced, 'utf8') : '';
            return text.endsWith('\n') || /^\d+$/.test(text) ? text : undefined;
        }, 'parleyd to announce its port'));
        this.url = `${this.speaks}://127.0.0.1:${this.port}`;
        await eventually(async () => {
            this.#stillRuns();
            const answer = await fetchAny(`${this.url}/ready`).catch(() => undefined);
            await answer?.arrayBuffer();
            return answer?.ok ? true : undefined;
        }, 'parleyd to be ready');
        return this;
    }

    #stillRuns() {
        const { exit, output } = this.process;
        if (exit) throw new Error(`parleyd ended with ${JSON.stringify(exit)}:\n${output.slice(-8000)}`);
    }

    #hear(line) {
        try {
            this.logs.push(JSON.parse(line));
        } catch {
            this.logs.push({ level: 'unreadable', message: line });
        }
    }

    // One without labels; NaN when it is not told.
    async metric(name) {
        const text = await (await fetchAny(`${this.url}/metrics`)).text();
        return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    }

    // As an operator would; a second time would mean "at once".
    tellToStop() {
        this.toldToStop = true;
        this.process.signal('SIGTERM');
    }

    // Ends it; anything but a clean end is a failure.
    async stop() {
        if (!this.process) return;
        const exit = await this.process.stop(this.toldToStop ? 0 : 'SIGTERM');
        this.toldToStop = false;
        assert.deepEqual(exit, { code: 0, killedBy: null }, `parleyd did not end cleanly:\n${this.process.output.slice(-8000)}`);
        this.assertNoErrors();
        this.process = undefined;
    }

    // As a crash would.
    async kill() {
        await this.process?.stop('SIGKILL');
        this.process = undefined;
    }

    assertNoErrors() {
        const bad = this.logs.filter((line) => ['error', 'critical', 'unreadable'].includes(line.level));
        assert.deepEqual(bad, [], 'the server logged errors');
    }
}
