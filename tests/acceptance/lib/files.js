// Files as people bring, send and fetch them, and what lies on the server's disk.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { eventually } from './deadline.js';
import { fetchAny } from './tls.js';

export const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
export const pdf = Buffer.from('%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n', 'latin1');

// In two halves: whole it would be taken away from a developer's machine.
export const eicar = 'X5O!P%@AP[4\\PZX54(P^)7CC)7}$' + 'EICAR-STANDARD-' + 'ANTIVIRUS-TEST-FILE!$H+H*';

// A ZIP of deflated files, [name, text] each, without their checksums. What is the same text is deflated once.
export function zipOf(entries) {
    const packedOf = new Map();
    const files = [];
    const directory = [];
    let at = 0;
    for (const [name, text] of entries) {
        const plain = Buffer.from(text);
        const packed = packedOf.get(text) ?? deflateRawSync(plain);
        packedOf.set(text, packed);
        const same = Buffer.alloc(26);
        same.writeUInt16LE(20, 0);
        same.writeUInt16LE(8, 4);
        same.writeUInt32LE(packed.length, 14);
        same.writeUInt32LE(plain.length, 18);
        same.writeUInt16LE(name.length, 22);
        const file = Buffer.concat([Buffer.from('PK\x03\x04'), same, Buffer.from(name), packed]);
        const rest = Buffer.alloc(14);
        rest.writeUInt32LE(at, 10);
        files.push(file);
        directory.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), same, rest, Buffer.from(name));
        at += file.length;
    }
    const list = Buffer.concat(directory);
    const end = Buffer.alloc(22);
    end.write('PK\x05\x06', 'latin1');
    end.writeUInt16LE(entries.length, 8);
    end.writeUInt16LE(entries.length, 10);
    end.writeUInt32LE(list.length, 12);
    end.writeUInt32LE(at, 16);
    return Buffer.concat([...files, list, end]);
}
export const zip = (name, text) => zipOf([[name, text]]);

// A form by hand, so that a name may be whatever a name may be; `name` is written as it is.
export function form(files, boundary = 'xyz') {
    const parts = files.flatMap(({ name, bytes, type = 'application/octet-stream', field = 'file' }) => [
        Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${field}"; filename="${name}"\r\nContent-Type: ${type}\r\n\r\n`),
        Buffer.from(bytes),
        Buffer.from('\r\n'),
    ]);
    return Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
}

// The whole answer of an upload.
export const uploads = (who, conversation, files, query = '') =>
    who.request('POST', `${who.pathOf(conversation)}/files${query}`, form(files), { headers: { 'content-type': 'multipart/form-data; boundary=xyz' } });

// One file that must be taken.
export async function brings(who, conversation, name, bytes, query = '') {
    const answer = await uploads(who, conversation, [{ name, bytes }], query);
    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.body.files.length, 1, answer.text);
    return answer.body.files[0];
}

export const sendsFiles = (who, conversation, files, more = {}) =>
    who.sends(conversation, '', { type: 'file', data: { files: files.map((one) => ({ file: one.file })) }, ...more });

// Bytes, not text: {status, headers, bytes}.
export async function fetches(who, file, { method = 'GET', headers = {}, query = '' } = {}) {
    const response = await fetchAny(`${who.url}/api/v1/files/${file.file ?? file}/content${query}`, {
        method,
        headers: { authorization: `Bearer ${who.token}`, ...headers },
        redirect: 'manual',
    });
    return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
}

export const knows = async (who, file) => {
    const answer = await who.get(`/api/v1/files/${file.file ?? file}`);
    return answer.status === 200 ? answer.body : undefined;
};
export const isIn = (who, file, state, patience) =>
    eventually(async () => ((await knows(who, file))?.state === state ? true : undefined), `the file to be ${state}`, patience);

// Of a message, which files may hold.
export const stateOf = async (who, message) => (await who.get(`/api/v1/messages/${message.id}`)).body?.state;
export const becomes = (who, message, state) =>
    eventually(async () => ((await stateOf(who, message)) === state ? true : undefined), `the message to be ${state}`);

export const listed = async (who, conversation, query = '') => {
    const answer = await who.get(`${who.pathOf(conversation)}/files${query}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.body.files;
};

// Every file below the folders of plugins that keep files. What goes while this looks is not there.
const orNothing = (look, instead) => {
    try {
        return look();
    } catch (why) {
        if (why.code !== 'ENOENT') throw why;
        return instead;
    }
};
export function onDisk(server, plugin = 'attachments') {
    const all = [];
    const walk = (folder) => {
        for (const one of orNothing(() => readdirSync(folder, { withFileTypes: true }), [])) {
            const at = path.join(folder, one.name);
            if (one.isDirectory()) walk(at);
            else all.push(at);
        }
    };
    walk(path.join(server.folder, 'var'));
    return all.filter((one) => one.includes(`/${plugin}/`) && !/\.db(-wal|-shm)?$/.test(one));
}
export const bytesOf = (files) => files.reduce((sum, one) => sum + orNothing(() => statSync(one).size, 0), 0);

// curl as anybody has it: {code, status, text}.
export function curl(...args) {
    return new Promise((resolve) => {
        execFile('curl', ['-sS', '-o', '-', '-w', '\n%{http_code}', ...args], { timeout: 100_000 }, (why, text, problems) => {
            const at = text.lastIndexOf('\n');
            resolve({ code: why?.code ?? 0, status: Number(text.slice(at + 1)), text: text.slice(0, at), problems });
        });
    });
}
