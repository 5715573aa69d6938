// OpenStack Swift with its S3 interface, from Debian's packages: a store that we did not write and that checks every
// signature. One of its own for each file of stories, in a folder of its own, on ports of its own.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { eventually } from './deadline.js';
import { plainEnvironment, RunningProgram, temporaryFolder } from './processes.js';

export const accessKey = 'parley:tester';
export const secretKey = 'testing-secret';

// Ports that nobody has now. Swift takes no port 0; should somebody be quicker, it is tried again with others.
const freePorts = async (count) => {
    const servers = await Promise.all(
        Array.from({ length: count }, () => new Promise((resolve) => {
            const one = net.createServer().listen(0, '127.0.0.1', () => resolve(one));
        })),
    );
    const ports = servers.map((one) => one.address().port);
    await Promise.all(servers.map((one) => new Promise((resolve) => one.close(resolve))));
    return ports;
};

const storage = ['account', 'container', 'object'];
const filters = {
    catch_errors: '',
    gatekeeper: '',
    cache: 'memcache_servers = 127.0.0.1:1',
    listing_formats: '',
    s3api: 'location = us-east-1\ns3_acl = false\nmin_segment_size = 5242880',
    tempauth: `user_parley_tester = ${secretKey} .admin`,
    slo: '',
    dlo: '',
    'proxy-logging': '',
};
const eggs = { cache: 'memcache', 'proxy-logging': 'proxy_logging' };

export class Swift {
    static async start() {
        for (let tries = 1; ; tries += 1) {
            const made = new Swift();
            try {
                await made.#begin(await freePorts(4));
                return made;
            } catch (why) {
                await made.stop();
                if (tries === 3) throw why;
            }
        }
    }

    async #begin(ports) {
        this.folder = temporaryFolder('swift');
        this.programs = [];
        const [proxy, ...others] = ports;
        for (const one of ['etc', 'devices/d1', 'run']) mkdirSync(path.join(this.folder, one), { recursive: true });
        const etc = path.join(this.folder, 'etc');
        const common = (port) => `[DEFAULT]\nswift_dir = ${etc}\ndevices = ${this.folder}/devices\nmount_check = false\nbind_ip = 127.0.0.1\nbind_port = ${port}\nworkers = 0\nuser = ${os.userInfo().username}\nlog_address = ${this.folder}/run/none\n`;
        writeFileSync(path.join(etc, 'swift.conf'), '[swift-hash]\nswift_hash_path_suffix = a\nswift_hash_path_prefix = b\n[storage-policy:0]\nname = zero\ndefault = yes\n');
        storage.forEach((name, at) => {
            const ring = (...args) => execFileSync('swift-ring-builder', [`${name}.builder`, ...args], { cwd: etc, env: plainEnvironment({ HOME: this.folder }), stdio: 'ignore' });
            ring('create', '2', '1', '1');
            ring('add', `r1z1-127.0.0.1:${others[at]}/d1`, '1');
            ring('rebalance');
            writeFileSync(path.join(etc, `${name}.conf`), `${common(others[at])}[pipeline:main]\npipeline = ${name}-server\n[app:${name}-server]\nuse = egg:swift#${name}\n`);
        });
        const pipeline = `[pipeline:main]\npipeline = ${Object.keys(filters).join(' ')} proxy-server\n`;
        const sections = Object.entries(filters).map(([name, lines]) => `[filter:${name}]\nuse = egg:swift#${eggs[name] ?? name}\n${lines}\n`);
        writeFileSync(path.join(etc, 'proxy.conf'), `${common(proxy)}${pipeline}${sections.join('')}[app:proxy-server]\nuse = egg:swift#proxy\nallow_account_management = true\naccount_autocreate = true\n`);
        const env = plainEnvironment({ HOME: this.folder });
        for (const name of [...storage, 'proxy']) this.programs.push(new RunningProgram(`/usr/bin/swift-${name}-server`, [path.join(etc, `${name}.conf`)], { env }));
        this.endpoint = `http://127.0.0.1:${proxy}`;
        this.bucket = 'files';
        await eventually(async () => {
            const dead = this.programs.find((one) => one.exit);
            if (dead) throw new Error(`${dead.name} ended: ${dead.output.slice(-3000)}`);
            const made = await this.ask('PUT', `/${this.bucket}`).catch(() => undefined);
            return made?.status === 200 || made?.status === 409 ? true : undefined;
        }, 'Swift to take a bucket', 120_000);
    }

    async stop() {
        for (const one of this.programs ?? []) await one.stop('SIGKILL');
    }

    // Signed by code that is not the server's: what a stranger with the keys would ask.
    async ask(method, target, { body = '', query = '' } = {}) {
        const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
        const hash = createHash('sha256').update(body).digest('hex');
        const host = new URL(this.endpoint).host;
        const canonical = [method, target, query, `host:${host}`, `x-amz-content-sha256:${hash}`, `x-amz-date:${date}`, '', 'host;x-amz-content-sha256;x-amz-date', hash].join('\n');
        const scope = `${date.slice(0, 8)}/us-east-1/s3/aws4_request`;
        const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
        const key = [date.slice(0, 8), 'us-east-1', 's3', 'aws4_request'].reduce(hmac, `AWS4${secretKey}`);
        const signed = ['AWS4-HMAC-SHA256', date, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
        const authorization = `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope}, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=${hmac(key, signed).toString('hex')}`;
        const answer = await fetch(`${this.endpoint}${target}${query ? `?${query}` : ''}`, {
            method,
            headers: { authorization, 'x-amz-content-sha256': hash, 'x-amz-date': date },
            body: ['GET', 'HEAD'].includes(method) ? undefined : body,
        });
        return { status: answer.status, text: await answer.text() };
    }

    // The keys of all objects.
    async keys() {
        const said = await this.ask('GET', `/${this.bucket}`);
        assert.equal(said.status, 200, said.text);
        return [...said.text.matchAll(/<Key>([^<]*)<\/Key>/g)].map((one) => one[1]);
    }
    async put(key, body) {
        const said = await this.ask('PUT', `/${this.bucket}/${key}`, { body });
        assert.equal(said.status, 200, said.text);
    }
    async remove(key) {
        const said = await this.ask('DELETE', `/${this.bucket}/${key}`);
        assert.equal(said.status, 204, said.text);
    }
}
