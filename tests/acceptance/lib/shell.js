// One bash that commands are typed into, one block after the other, as somebody at a terminal does.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { within } from './deadline.js';
import { temporaryFolder } from './processes.js';

const shells = new Set();
process.on('exit', () => {
    for (const one of shells) one.end();
});

export class Shell {
    constructor(folder, env) {
        // A group of its own: with it ends what it left in the background.
        this.child = spawn('setpriv', ['--pdeathsig', 'KILL', 'bash', '--noprofile', '--norc'], { cwd: folder, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
        this.script = path.join(temporaryFolder('shell'), 'block.sh');
        this.said = '';
        this.asked = 0;
        shells.add(this);
        for (const stream of [this.child.stdout, this.child.stderr]) {
            stream.setEncoding('utf8');
            stream.on('data', (text) => {
                this.said += text;
                this.heard?.();
            });
        }
        this.child.stdin.on('error', () => {});
        this.child.on('close', () => this.heard?.());
    }

    // What the block said, when each of its commands went well; `where` is told when one did not.
    async run(block, where, milliseconds = 300_000) {
        const mark = `end-of-block-${++this.asked}`;
        this.said = '';
        writeFileSync(this.script, block);
        // Not -e: the shell has to live on to say what failed.
        this.child.stdin.write(`failed=; set -o pipefail; trap 'failed=$BASH_COMMAND' ERR; . ${this.script} </dev/null; trap - ERR; printf '\\n%s %s\\n' ${mark} "$failed"\n`);
        const end = new RegExp(`\\n?${mark} (.*)\\n`);
        const done = new Promise((resolve, reject) => {
            this.heard = () => {
                const found = end.exec(this.said);
                if (found) resolve(found);
                else if (this.child.exitCode !== null) reject(new Error(`${where}: the shell ended:\n${this.said}`));
            };
            this.heard();
        });
        const found = await within(done, () => `${where}: ${block}\n${this.said}`, milliseconds);
        const said = this.said.slice(0, found.index);
        assert.equal(found[1], '', `${where}: "${found[1]}" failed:\n${said}`);
        return said;
    }

    end() {
        shells.delete(this);
        try {
            process.kill(-this.child.pid, 'SIGKILL');
        } catch {
            // it has ended
        }
    }
}
