// Something between client and server lets no WebSocket through: everything works as with one, and it is one again when it can be.
import assert from 'node:assert/strict';
import { eventually } from '../../../tests/acceptance/lib/deadline.js';
import { stories } from '../../../tests/acceptance/lib/story.js';
import { layWithoutUpgrade } from './lib/cable.js';
import { assertAsFresh, clientOf, loadAll, roomOf, textsIn, until } from './lib/clients.js';

const brief = { people: { dora: 'admin', emil: 'member' }, settings: { events: { retention_count: 10 } } };
const acme = { people: { ann: 'admin', bob: 'member', carol: 'member' }, settings: { presence: { typing_seconds: 30 } } };

async function behindProxy(t, person, options) {
    const proxy = await layWithoutUpgrade(person.world.server.port);
    t.after(proxy.remove);
    return [proxy, await clientOf(person, { url: proxy.url, ...options })];
}
const numbered = (count, what) => Array.from({ length: count }, (_, i) => `${what} ${i}`);

stories('polling', { tenants: { acme } }, (story) => {
    story('two people talk through a proxy that refuses WebSockets', async ({ ann, bob, t }) => {
        await ann.creates('channel', 'lobby', { members: [bob] });
        const id = ann.idOf('lobby');
        const [proxy, hers] = await behindProxy(t, ann);
        const [, his] = await behindProxy(t, bob);
        assert.deepEqual([hers.transport, his.transport, hers.status], ['polling', 'polling', 'live']);
        assert.ok(proxy.refused >= 2);
        await Promise.all([hers.load(id), his.load(id)]);
        await Promise.all([...numbered(20, 'ann').map((text) => hers.send(id, text)), ...numbered(20, 'bob').map((text) => his.send(id, text))].map((one) => one.stored));
        for (const each of [hers, his]) await until(each, () => roomOf(each, id).local.length === 0 && roomOf(each, id).messages.length === 40);
        for (const each of [hers, his])
            for (const who of ['ann', 'bob']) assert.deepEqual(textsIn(each, id).filter((text) => text.startsWith(who)), numbered(20, who));
        his.markRead(id);
        await until(his, () => roomOf(his, id).membership.unread === 0);
        await hers.loadPresence([bob.id]);
        await until(hers, (state) => state.presence.get(bob.id)?.presence === 'online');
        await loadAll(hers);
        await assertAsFresh(hers, ann);
        await assertAsFresh(his, bob);
    });

    story('it is a WebSocket again when one is let through, and requests again when not', async ({ ann, bob, t }) => {
        await ann.creates('channel', 'hotel', { members: [bob] });
        const id = ann.idOf('hotel');
        const [proxy, client] = await behindProxy(t, bob, { timing: { webSocketAgain: 200 } });
        await client.load(id);
        assert.equal(client.transport, 'polling');
        proxy.refuses = false;
        await until(client, () => client.transport === 'websocket' && client.status === 'live');
        const [first] = [await ann.sends('hotel', 'by socket')];
        await until(client, () => textsIn(client, id).includes('by socket'));
        proxy.refuses = true;
        proxy.cut();
        await until(client, () => client.transport === 'polling' && client.status === 'live');
        await ann.sends('hotel', 'by post');
        await until(client, () => textsIn(client, id).includes('by post'));
        assert.equal(textsIn(client, id).filter((text) => text === first.text).length, 1);
        await assertAsFresh(client, bob);
    });

    story('a network that goes and comes, and a session that ends', async ({ ann, bob, t }) => {
        await ann.creates('channel', 'train', { members: [bob] });
        const id = ann.idOf('train');
        const [proxy, client] = await behindProxy(t, bob);
        await client.load(id);
        proxy.isDown = true;
        proxy.cut();
        await until(client, ({ status }) => status === 'waiting');
        const { stored } = client.send(id, 'from the tunnel');
        await ann.sends('train', 'into the tunnel');
        proxy.isDown = false;
        await stored;
        await until(client, ({ status }) => status === 'live' && textsIn(client, id).length === 2);
        assert.equal(client.transport, 'polling');
        await assertAsFresh(client, bob);
        const { id: session, token } = (await bob.post('/api/v1/tokens', { name: 'short' })).body;
        const [, other] = await behindProxy(t, bob.onAnotherDevice(token));
        assert.equal((await bob.delete(`/api/v1/tokens/${session}`)).status, 200);
        await until(other, ({ status }) => status === 'signed_out');
        assert.equal(other.session, null);
    });

    story('who comes and who writes between two requests is seen afterwards', async ({ ann, bob, carol, t }) => {
        await ann.creates('channel', 'ferry', { members: [bob, carol] });
        const id = ann.idOf('ferry');
        const [proxy, client] = await behindProxy(t, bob);
        proxy.isDown = true;
        proxy.cut();
        await until(client, ({ status }) => status === 'waiting');
        await ann.connects();
        await carol.connects();
        await ann.receives('presence.changed', { user: carol.id, presence: 'online' });
        await ann.asks('typing.start', { conversation: id });
        await carol.receives('typing.started', { user: ann.id });
        proxy.isDown = false;
        await until(client, ({ presence }) => roomOf(client, id).typing.includes(ann.id) && presence.get(carol.id)?.presence === 'online');
    });
});

stories('polling after a long time', { tenants: { brief } }, (story) => {
    story('where the log does not reach back, it begins with a snapshot', async ({ dora, emil, world, t }) => {
        await dora.creates('channel', 'archive', { members: [emil] });
        const id = dora.idOf('archive');
        const [proxy, client] = await behindProxy(t, emil);
        await client.load(id);
        proxy.isDown = true;
        proxy.cut();
        await until(client, ({ status }) => status === 'waiting');
        for (let i = 1; i <= 30; ++i) await dora.sends('archive', `day ${i}`);
        await world.server.stop();
        await world.server.start();
        proxy.to = world.server.port;
        await eventually(async () => ((await emil.get('/api/v1/events?since=0')).status === 410 ? true : undefined), 'the log to be trimmed');
        let snapshots = 0;
        client.on('snapshot', () => ++snapshots);
        proxy.isDown = false;
        await until(client, ({ status }) => status === 'live' && roomOf(client, id).conversation.last_seq === 30);
        assert.ok(snapshots > 0);
    });
});
