// Small disks that can be filled, in a mount namespace of this test's own: whatever happens, nothing stays mounted.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from '../../acceptance/lib/processes.js';
import { playAgainIn } from './namespace.js';

// What these tests say when they are not played: only root may mount, and in many containers not even root.
const tried = spawnSync('unshare', ['--mount', '--propagation', 'private', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()]);
export const noMounts = tried.status === 0 ? false : 'this machine lets these tests mount nothing';

// To be called first: plays the whole file once more in a namespace, and ends with what came of it.
export function inOwnNamespace() {
    if (!noMounts) playAgainIn('--mount', '--propagation', 'private');
}

export class SmallDisk {
    static async mount(megabytes, uid = 0, gid = 0) {
        const made = new SmallDisk();
        made.folder = mkdtempSync(path.join(tmpdir(), 'parley-disk-'));
        // After the programs, which processes.js ends in its own turn at the exit.
        process.on('exit', () => {
            spawnSync('umount', ['--lazy', made.folder]);
            rmdirSync(made.folder);
        });
        await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700,uid=${uid},gid=${gid}`, 'tmpfs', made.folder]);
        return made;
    }

    // Until nothing more can be written.
    fill() {
        const file = openSync(path.join(this.folder, 'ballast'), 'a');
        for (let size = 1 << 20; size >= 512; size >>= 1)
            try {
                for (;;) writeSync(file, Buffer.alloc(size));
            } catch (why) {
                if (why.code !== 'ENOSPC') throw why;
            }
        closeSync(file);
    }
    free() {
        rmSync(path.join(this.folder, 'ballast'));
    }
}
