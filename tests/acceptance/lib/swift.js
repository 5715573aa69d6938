// OpenStack Swift with its S3 interface, from Debian's package: a store that we did not write and that checks every
// signature. One of its own for each file of stories.
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { within } from './deadline.js';
import { plainEnvironment, RunningProgram, temporaryFolder } from './processes.js';

export const accessKey = 'parley:tester';
export const secretKey = 'testing-secret';

// The system's own Python, which Debian's packages are for.
const python = '/usr/bin/python3';
const program = fileURLToPath(new URL('swift_server.py', import.meta.url));

export class Swift {
    static async start() {
        const made = new Swift();
        await made.#begin();
        return made;
    }

    async #begin() {
        const folder = temporaryFolder('swift');
        this.program = new RunningProgram(python, [program, folder, accessKey, secretKey], { env: plainEnvironment({ HOME: folder }) });
        const listens = new Promise((resolve) => {
            this.program.onLine = (line) => {
                const port = /^listens on (\d+)$/.exec(line)?.[1];
                if (port) resolve(port);
            };
        });
        const ends = this.program.ended.promise.then(() => {
            throw new Error(`Swift ended: ${this.program.output.slice(-3000)}`);
        });
        ends.catch(() => {});
        const port = await within(Promise.race([listens, ends]), () => `Swift to listen; it said: ${this.program.output.slice(-3000)}`, 120_000);
        this.endpoint = `http://127.0.0.1:${port}`;
        this.bucket = 'files';
        const made = await this.ask('PUT', `/${this.bucket}`);
        assert.equal(made.status, 200, made.text);
    }

    async stop() {
        await this.program.stop('SIGKILL');
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
            body: body || undefined,
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
