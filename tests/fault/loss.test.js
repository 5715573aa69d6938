// Every fifth packet is lost, in both directions: all is slow, and nobody misses anything.
import assert from 'node:assert/strict';
import { inOwnNetwork, lose, lossyAddress, noNetwork } from './lib/lossy.js';
import { scenes } from './lib/scene.js';

inOwnNetwork();
const on = process.env.PARLEY_TEST_DATABASE ? undefined : ['sqlite'];
const messages = Number(process.env.PARLEY_TEST_MESSAGES ?? 30);
const settings = { server: { address: '0.0.0.0' } };
const tenant = { hosts: ['127.0.0.1', lossyAddress] };

let network;
async function overTheNetwork({ server }) {
    network = await lose(0.2);
    return () => `http://${lossyAddress}:${server.port}`;
}

scenes('20 % of all packets are lost', { on, skip: noNetwork, clients: 4, settings, tenant, by: overTheNetwork, load: { lanes: 2, filler: 'x'.repeat(500) } }, async ({ scene, t }) => {
    await scene.more(messages);
    await scene.verdict(t);
    t.diagnostic(network.counts());
    const [, lost, carried] = /lost (\d+) carried (\d+)/.exec(network.counts());
    assert.ok(Number(lost) > Number(carried) / 10, 'packets were lost');
    await network.program.stop();
});
