// Programs started by the tests: their output is kept, and each is ended by its own process id, whatever happens.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { signal, within } from './deadline.js';

const running = new Set();
const folders = new Set();

process.on('exit', () => {
    for (const one of running) one.signal('SIGKILL');
    for (const one of folders) rmSync(one, { recursive: true, force: true });
});
// Before whoever started this process loses patience and kills it, which would leave no word and perhaps a child.
const lifetime = Number(process.env.PARLEY_TEST_LIFETIME_MS ?? 580_000);
setTimeout(() => {
    console.error(`these tests did not end within ${lifetime} ms`);
    process.exit(1);
}, lifetime).unref();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => process.exit(1));

// A folder of one's own that goes with this process.
export function temporaryFolder(purpose) {
    const made = mkdtempSync(path.join(tmpdir(), `parley-${purpose}-`));
    folders.add(made);
    return made;
}

// Nothing of this machine's settings may reach the programs, but the sanitizers' own.
export function plainEnvironment(more = {}) {
    const kept = ['PATH', 'HOME', 'LANG', 'TZ', 'LD_LIBRARY_PATH', 'ASAN_OPTIONS', 'UBSAN_OPTIONS', 'TSAN_OPTIONS'];
    const made = {};
    for (const name of kept) if (process.env[name] !== undefined) made[name] = process.env[name];
    return { ...made, ...more };
}

export class RunningProgram {
    // `dies` is the signal that the program gets when this process is killed before it can clean up.
    constructor(program, args, { dies = 'KILL', as = [], env = plainEnvironment(), cwd } = {}) {
        this.path = program;
        this.name = path.basename(program);
        this.output = '';
        this.ended = signal();
        this.onLine = () => {};
        const wrapped = [...as, '--pdeathsig', dies, '--', program, ...args];
        this.child = spawn('setpriv', wrapped, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
        running.add(this);
        for (const stream of [this.child.stdout, this.child.stderr]) this.#read(stream);
        this.child.on('error', (why) => this.ended.reject(why));
        // `close` and not `exit`: only then has all of the output been read.
        this.child.on('close', (code, killedBy) => {
            running.delete(this);
            this.exit = { code, killedBy };
            this.ended.resolve(this.exit);
        });
        this.ended.promise.catch(() => {});
    }

    get pid() {
        return this.child.pid;
    }

    #read(stream) {
        let rest = '';
        stream.setEncoding('utf8');
        stream.on('data', (text) => {
            this.output += text;
            const lines = (rest + text).split('\n');
            rest = lines.pop();
            for (const line of lines) this.onLine(line);
        });
    }

    signal(name) {
        if (!this.exit) this.child.kill(name);
    }

    // How it ended: {code, killedBy}. Signal 0 only waits.
    async stop(name = 'SIGTERM') {
        this.signal(name);
        return within(this.ended.promise, () => `${this.name} to end after ${name}; it said:\n${this.output.slice(-4000)}`);
    }
}

// Runs a program to its end and gives what it wrote to standard output; any other exit code than 0 is an error.
export function run(program, args, { input = '', env = plainEnvironment() } = {}) {
    return new Promise((resolve, reject) => {
        const child = execFile(program, args, { env, timeout: 60_000, maxBuffer: 1 << 26 }, (why, out, err) => {
            if (why) reject(new Error(`${path.basename(program)} ${args.join(' ')}: ${why.message}\n${out}${err}`));
            else resolve(out);
        });
        child.stdin.on('error', () => {}); // a program need not read what it is given
        child.stdin.end(input);
    });
}

// What the kernel says of a process after its name: [state, parent, ...]; undefined when there is none.
function statOf(pid) {
    try {
        return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
    } catch {
        return undefined;
    }
}
export const isStopped = (pid) => statOf(pid)?.[0] === 'T';

// The process and its children.
export const familyOf = (pid) => [pid, ...childrenOf(pid)];

// Of a server they are its plugins' processes. One that has ended and was not waited for is none.
export const childrenOf = (pid) =>
    readdirSync('/proc').filter((one) => /^\d+$/.test(one)).filter((one) => {
        const stat = statOf(one);
        return stat?.[1] === String(pid) && stat[0] !== 'Z';
    }).map(Number);
