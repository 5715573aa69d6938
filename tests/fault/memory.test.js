// There is no memory left, while people write and strangers ask for more than the server can hold. It may refuse, or die;
// what was acknowledged is there, and when there is memory again, or after its next start, all goes on.
import assert from 'node:assert/strict';
import http from 'node:http';
import { eventually, within } from '../acceptance/lib/deadline.js';
import { DataCeiling, GroupCeiling, isSanitized, noGroups } from './lib/ceiling.js';
import { scenes, usage } from './lib/scene.js';

const megabyte = 1 << 20;

// Asks for long answers and reads none of them.
class Hoarders {
    constructor(scene) {
        this.scene = scene;
        this.agent = new http.Agent({ keepAlive: false, maxSockets: Infinity });
        this.all = [];
    }
    more(count) {
        const { server, ann, rooms } = this.scene;
        for (let i = 0; i < count; ++i) {
            const headers = { authorization: `Bearer ${ann.token}` };
            const asked = http.get(`${server.url}/api/v1/conversations/${rooms[i % rooms.length]}/messages?limit=200`, { agent: this.agent, headers });
            asked.on('response', (response) => response.pause().on('error', () => {}));
            asked.on('error', () => {});
            this.all.push(asked);
        }
    }
    leave() {
        for (const one of this.all) one.destroy();
        this.agent.destroy();
    }
}

// Brings it to the ceiling, and keeps it there for a while; until it is dead.
async function press(scene, ceiling, hoarders) {
    const { process: server } = scene.server;
    const began = performance.now();
    const lasts = () => performance.now() - began;
    let isMet = false;
    while (!server.exit && (isMet ? lasts() < 3000 : lasts() < 60_000)) {
        hoarders.more(10);
        await new Promise((resolve) => setTimeout(resolve, 100));
        try {
            isMet ||= ceiling.isMet();
        } catch {
            await within(server.ended.promise, 'it to be dead, if it cannot be looked at'); // it died meanwhile
        }
    }
    hoarders.leave();
    assert.ok(server.exit || isMet, 'it came to the ceiling');
    return server.exit;
}

const filler = 'x'.repeat(4000);
const expects = [/failed|memory|terminate|bad_alloc|could not be told/i];

function playUnder(Ceiling, room) {
    return async ({ scene, t, database }) => {
        const { server } = scene;
        await scene.more(400); // so that answers are long
        if (isSanitized(server.process.pid)) return t.diagnostic('not played with sanitizers'), void (await scene.verdict(t));
        const before = usage(server).kib;
        scene.begins('ceiling');
        const ceiling = await Ceiling.over(server.process.pid, room);
        const exit = await press(scene, ceiling, new Hoarders(scene));
        t.diagnostic(`${database}: ${before} KiB before; ${exit ? `it ended with ${exit.killedBy ?? exit.code}` : `${usage(server).kib} KiB, it lives`}`);
        if (exit) {
            assert.ok(exit.killedBy, 'it did not end by itself as if all were well');
            server.process = undefined;
            await server.start();
        } else {
            await ceiling.lift();
        }
        scene.heals('ceiling');
        await scene.becomes(200);
        await eventually(() => (scene.load.listeners.every((one) => one.isLive) ? true : undefined), 'all to be back', 120_000);
        await scene.more(40);
        // What cannot even be said for want of memory may be 500.
        await scene.verdict(t, { tolerates: [500] });
    };
}

const load = { lanes: 2, filler };
scenes('no memory is given any more', { clients: 4, load, expects }, playUnder(DataCeiling, 12 * megabyte));
scenes('a control group is full', { skip: noGroups, clients: 4, load, expects }, playUnder(GroupCeiling, 12 * megabyte));
