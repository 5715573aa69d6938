// A ceiling over what a running process takes of memory from now on: by a control group of its own where that is allowed
// (whoever goes over it is killed), or by its data segment, which works everywhere (whoever asks for more gets nothing).
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { run } from '../../acceptance/lib/processes.js';

const root = '/sys/fs/cgroup';

// The folder of a new group and the name of its limit, in version 1 or 2 of the interface; undefined where there is none.
function newGroup() {
    const [base, limit] = existsSync(path.join(root, 'cgroup.controllers')) ? [root, 'memory.max'] : [path.join(root, 'memory'), 'memory.limit_in_bytes'];
    const folder = path.join(base, `parley-test-${process.pid}-${++newGroup.count}`);
    try {
        mkdirSync(folder);
    } catch {
        return undefined;
    }
    process.on('exit', () => end(folder));
    if (existsSync(path.join(folder, limit)) && existsSync(path.join(folder, 'cgroup.procs'))) return { folder, limit };
    return undefined;
}
newGroup.count = 0;

function end(folder) {
    try {
        rmdirSync(folder);
    } catch {
        // It is gone, or its last process has only just ended; an empty group costs nothing.
    }
}

// What tests say when they are not played.
const tried = newGroup();
export const noGroups = tried ? false : 'this machine lets these tests make no control group';

const statusOf = (pid, name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;

// What a process had before stays with the group in which it was, in both versions.
export class GroupCeiling {
    static async over(pid, bytes) {
        const made = Object.assign(new GroupCeiling(), newGroup());
        const isFirst = made.limit !== 'memory.max';
        writeFileSync(path.join(made.folder, made.limit), String(bytes));
        const swap = path.join(made.folder, isFirst ? 'memory.memsw.limit_in_bytes' : 'memory.swap.max');
        if (existsSync(swap)) writeFileSync(swap, isFirst ? String(bytes) : '0');
        writeFileSync(path.join(made.folder, 'cgroup.procs'), String(pid));
        return made;
    }
    // Whether the process came up to it.
    isMet() {
        if (this.limit !== 'memory.max') return Number(readFileSync(path.join(this.folder, 'memory.failcnt'), 'utf8')) > 0;
        return Number(/^max (\d+)/m.exec(readFileSync(path.join(this.folder, 'memory.events'), 'utf8'))[1]) > 0;
    }
    async lift() {
        writeFileSync(path.join(this.folder, this.limit), this.limit === 'memory.max' ? 'max' : String(2 ** 40));
    }
}

export class DataCeiling {
    static async over(pid, bytes) {
        const made = Object.assign(new DataCeiling(), { pid, bytes: statusOf(pid, 'VmData') + bytes });
        await run('prlimit', [`--pid=${pid}`, `--data=${made.bytes}:`]);
        return made;
    }
    isMet() {
        return statusOf(this.pid, 'VmData') > this.bytes - (1 << 20);
    }
    async lift() {
        await run('prlimit', [`--pid=${this.pid}`, '--data=unlimited:']);
    }
}

// A sanitizer takes all of the address space for its shadow, and ends the process at the first refusal.
export const isSanitized = (pid) => statusOf(pid, 'VmSize') > 2 ** 40;
