// A clamd of our own in a folder of our own, with the small signatures of the repository, on a socket in that folder.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { eventually, within } from './deadline.js';
import { RunningProgram, temporaryFolder } from './processes.js';

const program = '/usr/sbin/clamd';
const signatures = fileURLToPath(new URL('../../../plugins/virus_scan/tests/signatures', import.meta.url));

// A tar archive of small files.
function tar(files) {
    const octal = (number, width) => number.toString(8).padStart(width - 1, '0') + '\0';
    const blocks = Object.entries(files).flatMap(([name, text]) => {
        const bytes = Buffer.from(text);
        const head = Buffer.alloc(512);
        head.write(name);
        head.write(octal(0o644, 8) + octal(0, 8) + octal(0, 8) + octal(bytes.length, 12) + octal(0, 12) + ' '.repeat(8) + '0', 100);
        head.write('ustar\0' + '00', 257);
        head.write(octal(head.reduce((sum, one) => sum + one, 0), 7) + ' ', 148);
        return [head, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
    });
    return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

// As the official signatures of a day, which are what clamd's version tells of, but signed by nobody.
function daily(number, lines) {
    const head = (sum) => `ClamAV-VDB:20 Nov 2025 08-00 +0000:${number}:1:90:${sum}:x:parley:1763625600`;
    const text = lines.map((one) => `${one}\n`).join('');
    const sha = createHash('sha256').update(text).digest('hex');
    const packed = gzipSync(tar({ COPYING: 'x', 'daily.info': `${head('X')}\ndaily.ndb:${text.length}:${sha}\n`, 'daily.ndb': text }));
    return Buffer.concat([Buffer.from(head(createHash('md5').update(packed).digest('hex')).padEnd(512)), packed]);
}

export class Clamd {
    #number = 27_800;
    #lines = ['Parley.Test.Daily:0:*:00112233445566778899aabb'];

    // `settings` as in clamd.conf.
    static async start(settings = {}) {
        if (!existsSync(program)) throw new Error(`there is no ${program}; scripts/setup --test installs it`);
        const made = new Clamd();
        made.folder = temporaryFolder('clamd');
        made.socket = path.join(made.folder, 'socket');
        made.scratch = path.join(made.folder, 'scratch');
        made.signatures = path.join(made.folder, 'signatures');
        mkdirSync(made.signatures);
        for (const one of readdirSync(signatures)) copyFileSync(path.join(signatures, one), path.join(made.signatures, one));
        // Where Debian's is, AppArmor may confine it to Debian's folders.
        copyFileSync(program, path.join(made.folder, 'clamd'));
        const whole = { Foreground: 'yes', LocalSocket: made.socket, DatabaseDirectory: made.signatures, TemporaryDirectory: made.scratch, SelfCheck: 600, AlertExceedsMax: 'yes', AlertEncrypted: 'yes', ...settings };
        writeFileSync(path.join(made.folder, 'clamd.conf'), Object.entries(whole).map(([name, value]) => `${name} ${value}\n`).join(''));
        made.#write();
        await made.start();
        return made;
    }

    // Also after it was killed, whose socket lies there still.
    async start() {
        rmSync(this.scratch, { recursive: true, force: true });
        mkdirSync(this.scratch);
        this.process = new RunningProgram(path.join(this.folder, 'clamd'), ['--config-file', path.join(this.folder, 'clamd.conf')], { cwd: this.folder });
        await eventually(async () => {
            if (this.process.exit) throw new Error(`clamd ended:\n${this.process.output}`);
            return (await this.asks('PING').catch(() => '')) === 'PONG' ? true : undefined;
        }, 'clamd to be ready');
    }

    asks(command) {
        const answer = new Promise((resolve, reject) => {
            const to = net.connect(this.socket, () => to.write(`z${command}\0`));
            let text = '';
            to.setEncoding('utf8').on('data', (more) => { text += more; });
            to.on('end', () => resolve(text.replace(/\0$/, ''))).on('error', reject);
        });
        return within(answer, `clamd to answer ${command}`);
    }

    #write() {
        const half = path.join(this.folder, 'half');
        writeFileSync(half, daily(++this.#number, this.#lines));
        renameSync(half, path.join(this.signatures, 'daily.cud'));
    }

    // The signatures of the next day find this text as well, and are loaded when this ends.
    async learns(name, text) {
        this.#lines.push(`${name}:0:*:${Buffer.from(text).toString('hex')}`);
        this.#write();
        await this.asks('RELOAD');
        await eventually(async () => ((await this.asks('VERSION')).includes(`/${this.#number}/`) ? true : undefined), 'clamd to load its signatures');
    }

    isScanning() {
        return readdirSync(this.scratch).length > 0;
    }
}
