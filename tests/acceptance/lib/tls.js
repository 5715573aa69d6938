// HTTPS for the tests: an authority of this process's own, and requests that trust it and nobody else.
import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import tls from 'node:tls';
import { within } from './deadline.js';
import { plainEnvironment, temporaryFolder } from './processes.js';

const openssl = (...args) => execFileSync('openssl', args, { env: plainEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

export class Authority {
    constructor() {
        this.folder = temporaryFolder('authority');
        openssl('req', '-x509', ...newKey, '-days', '2', '-subj', '/CN=Authority of a test', '-keyout', this.#file('ca.key'), '-out', this.file);
        this.ca = readFileSync(this.file, 'utf8');
        this.server = { certificate: this.#file('server.pem'), key: this.#file('server.key') };
        this.renew();
    }

    #file(name) {
        return path.join(this.folder, name);
    }
    // The authority's own certificate, for programs that want a file.
    get file() {
        return this.#file('ca.pem');
    }

    // The server's files get another certificate and another key; gives its fingerprint.
    renew() {
        const made = this.issue();
        renameSync(made.certificate, this.server.certificate);
        renameSync(made.key, this.server.key);
        return this.fingerprint();
    }

    // A certificate for the loopback and its key, in files beside the server's.
    issue() {
        const made = { certificate: this.#file('next.pem'), key: this.#file('next.key') };
        writeFileSync(this.#file('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
        openssl('req', ...newKey, '-subj', '/CN=localhost', '-keyout', made.key, '-out', this.#file('request'));
        openssl('x509', '-req', '-in', this.#file('request'), '-CA', this.file, '-CAkey', this.#file('ca.key'), '-CAcreateserial', '-days', '2', '-extfile', this.#file('names'), '-out', made.certificate);
        return made;
    }

    // Of the certificate in the server's file.
    fingerprint() {
        const [, text] = openssl('x509', '-in', this.server.certificate, '-noout', '-fingerprint', '-sha256').toString().split('=');
        return text.trim();
    }
}

// Whom clients of this process trust beside nobody.
export const trusted = { ca: undefined };

// A connection of TLS alone: {fingerprint, version, protocol}; rejects when there is no understanding.
export async function handshake(port, options = {}) {
    const socket = tls.connect({ host: '127.0.0.1', port, ca: trusted.ca, ALPNProtocols: ['http/1.1'], ...options });
    try {
        await within(new Promise((resolve, reject) => socket.on('secureConnect', resolve).on('error', reject)), 'a TLS handshake');
        return { fingerprint: socket.getPeerCertificate().fingerprint256, version: socket.getProtocol(), protocol: socket.alpnProtocol };
    } finally {
        socket.destroy();
    }
}

// As fetch, as far as the tests use it; fetch itself would trust no authority of ours.
export function fetchAny(url, options = {}) {
    if (!url.startsWith('https:')) return fetch(url, options);
    return new Promise((resolve, reject) => {
        const { method = 'GET', headers = {}, body } = options;
        const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
        const asked = https.request(url, { method, headers: { ...headers, ...length }, ca: trusted.ca, agent: false }, (answer) => {
            const pieces = [];
            answer.on('data', (one) => pieces.push(one)).on('error', reject);
            answer.on('end', () => {
                const status = answer.statusCode;
                const whole = [204, 304].includes(status) ? null : Buffer.concat(pieces);
                const fields = new Headers();
                for (let i = 0; i < answer.rawHeaders.length; i += 2) fields.append(answer.rawHeaders[i], answer.rawHeaders[i + 1]);
                resolve(new Response(whole, { status, headers: fields }));
            });
        });
        asked.on('error', reject);
        asked.end(body);
    });
}
