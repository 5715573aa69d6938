// Two things that a stranger must not be able to tell apart: not by what is answered, and not by how long it takes.
import assert from 'node:assert/strict';
import http from 'node:http';
import { within } from './deadline.js';

const own = new Set(['x-request-id', 'date']);

// All of an answer that could differ, without what belongs to the one request.
export function shownOf({ status, headers, body }) {
    const { request_id, ...rest } = body ?? {};
    return { status, headers: [...headers].filter(([name]) => !own.has(name)), body: rest };
}

// A request from an address of one's own on loopback, under a host's name: {status, headers, body, milliseconds}.
export function knock(url, method, target, { host, from = '127.0.0.1', body, headers = {}, agent } = {}) {
    const { port } = new URL(url);
    const text = body === undefined ? '' : JSON.stringify(body);
    const sent = { host, ...(text ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } : {}), ...headers };
    const answer = new Promise((resolve, reject) => {
        const began = process.hrtime.bigint();
        const request = http.request({ host: '127.0.0.1', port, localAddress: from, method, path: target, headers: sent, agent }, (got) => {
            const parts = [];
            got.on('data', (part) => parts.push(part));
            got.on('end', () => {
                const milliseconds = Number(process.hrtime.bigint() - began) / 1e6;
                const said = Buffer.concat(parts).toString();
                resolve({ status: got.statusCode, headers: new Headers(got.headers), text: said, body: said ? JSON.parse(said) : undefined, milliseconds });
            });
        });
        request.on('error', reject);
        request.end(text);
    });
    return within(answer, `${method} ${target}`);
}

// The quick ones tell how long a thing takes, the slow ones how busy the machine is.
const quick = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 5)];

// `pairs` pairs of tries, one of each in turn, the first of a pair in turn as well: what disturbs the one disturbs the
// other. A busy machine can make one round differ; only what differs in every round differs. Gives the ratios.
export async function assertAsQuick(one, other, { pairs, ratio, rounds = 6, what }) {
    const ratios = [];
    for (let round = 0; round < rounds; ++round) {
        const times = [[], []];
        for (let i = 0; i < pairs; ++i)
            for (const which of i % 2 ? [0, 1] : [1, 0]) times[which].push((await [one, other][which](round * pairs + i)).milliseconds);
        ratios.push(quick(times[0]) / quick(times[1]));
        if (ratios.at(-1) < ratio && ratios.at(-1) > 1 / ratio) return ratios;
    }
    assert.fail(`${what}: one takes ${ratios.map((each) => each.toFixed(2))} times as long as the other`);
}
