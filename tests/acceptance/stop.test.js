// A server that is told to stop lets go of nobody without a word, and finishes what it has begun.
import assert from 'node:assert/strict';
import net from 'node:net';
import { signal, within } from './lib/deadline.js';
import { stories } from './lib/story.js';

const acme = { people: { ann: 'admin', bob: 'member' } };

// A request whose body is not all sent yet; the server has begun to read it.
async function beginRequest(url, target, token, body) {
    const { hostname, port } = new URL(url);
    const socket = net.connect({ host: hostname, port: Number(port) });
    const [goOn, answered] = [signal(), signal()];
    let text = '';
    socket.setEncoding('utf8');
    socket.on('error', answered.reject);
    socket.on('data', (more) => {
        text += more;
        if (text.startsWith('HTTP/1.1 100')) goOn.resolve();
    });
    socket.on('close', () => answered.resolve(text.slice(text.indexOf('\r\n\r\n') + 4)));
    answered.promise.catch(() => {});
    socket.write(`POST ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`);
    await within(goOn.promise, '100 Continue');
    return {
        async finish() {
            socket.write(body);
            return within(answered.promise, 'the answer to the request under way');
        },
    };
}

stories('a graceful stop', { tenants: { acme } }, (story) => {
    story('everybody is told, what is under way is answered, and nothing acknowledged is lost', async ({ ann, bob, world }) => {
        await ann.creates('channel', 'evening', { members: [bob] });
        const state = await bob.follows();
        await ann.connects();
        const target = `${ann.pathOf('evening')}/messages`;
        const late = await beginRequest(ann.url, target, ann.token, JSON.stringify({ text: 'The last word', client_key: 'last' }));
        const sends = Array.from({ length: 40 }, (_, i) =>
            ann.asks('message.send', { conversation: ann.idOf('evening'), text: `hurry ${i}`, client_key: `h${i}` }).then((one) => one.status, () => 'unanswered'),
        );
        await Promise.any(sends);

        world.server.tellToStop();
        const hint = await bob.receives('server.draining', {});
        assert.ok(hint.data.reconnect_in_ms > 0);
        assert.match(await late.finish(), /^HTTP\/1\.1 201 /);
        assert.equal((await bob.socket.ends()).code, 1012);
        assert.equal((await ann.socket.ends()).code, 1012);
        await world.server.stop(); // exit code 0, no errors in the log

        const answers = await Promise.all(sends);
        assert.ok(answers.every((one) => one === 201 || one === 'unanswered'), answers.join());
        await world.server.start();
        const kept = new Set((await ann.reads('evening', '?limit=200')).map((one) => one.client_key));
        assert.ok(kept.has('last'));
        answers.forEach((one, i) => assert.ok(one !== 201 || kept.has(`h${i}`), `h${i} was acknowledged and is lost`));
        // Who was not answered asks again with the same key, and nothing is there twice.
        for (let i = 0; i < 40; ++i) assert.ok([200, 201].includes((await ann.post(target, { text: `hurry ${i}`, client_key: `h${i}` })).status));
        assert.equal((await ann.reads('evening', '?limit=200')).length, 41);
        await bob.followsAgain(state);
        await state.settled();
        assert.equal(state.rooms.get(bob.idOf('evening')).messages.size, 41);
    });

    story('a server that nobody uses stops at once', async ({ world }) => {
        const began = Date.now();
        await world.server.stop();
        assert.ok(Date.now() - began < 5000, 'it did not wait for its drain timeout');
        await world.server.start();
    });
});
