// Whatever happens in whatever order, with cables that are cut and pages that are asked for in between: old state +
// events = fresh state. PARLEY_TEST_SEED repeats a run.
import { stories } from '../../../tests/acceptance/lib/story.js';
import { lay } from './lib/cable.js';
import { assertAsFresh, clientOf, roomOf, until } from './lib/clients.js';

const seed = Number(process.env.PARLEY_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const steps = Number(process.env.PARLEY_TEST_STEPS ?? 250);
const acme = { people: { ann: 'admin', bob: 'manager', carol: 'member' } };

// mulberry32
function chance(state) {
    const next = () => {
        state = (state + 0x6d2b79f5) | 0;
        let t = Math.imul(state ^ (state >>> 15), 1 | state);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    };
    return { next, below: (n) => Math.floor(next() * n), of: (all) => all[Math.floor(next() * all.length)] };
}

stories(`chance (PARLEY_TEST_SEED=${seed})`, { tenants: { acme } }, (story) => {
    story('three people do anything', async ({ ann, bob, carol, world, t }) => {
        const dice = chance(seed);
        const people = [ann, bob, carol];
        const rooms = ['one', 'two', 'three'];
        for (const name of rooms) await ann.creates('channel', name, { members: [bob, carol] });
        const cable = await lay(world.server.port);
        t.after(cable.remove);
        const clients = await Promise.all(people.map((one) => clientOf(one, { url: cable.url, pageSize: 5 })));
        const done = new Map(rooms.map((name) => [name, []])); // messages by conversation
        const sending = [];

        const some = (name) => dice.of(done.get(name))?.id;
        const own = (client) => [...client.store.get().conversations.keys()].filter((id) => rooms.some((name) => ann.idOf(name) === id));
        const actions = [
            // Refusals are part of it: who has left cannot send, and what was purged cannot be edited.
            async (who, name) => {
                const more = dice.next() < 0.3 ? { reply_to: some(name) } : dice.next() < 0.3 ? { thread_root: some(name) } : {};
                const made = await who.post(`${who.pathOf(name)}/messages`, { text: `${dice.below(1000)} for @${dice.of(people).name}`, ...more });
                if (made.status === 201) done.get(name).push(made.body);
            },
            async (who, name) => {
                const client = clients[people.indexOf(who)];
                if (client.store.get().conversations.has(who.idOf(name))) sending.push(client.send(who.idOf(name), `by the SDK ${dice.below(1000)}`));
            },
            (who, name) => some(name) && who.patch(`/api/v1/messages/${some(name)}`, { text: `edited for @${dice.of(people).name}` }),
            (who, name) => some(name) && who.delete(`/api/v1/messages/${some(name)}`),
            (who, name) => some(name) && dice.next() < 0.5 && who.delete(`/api/v1/messages/${some(name)}?hard=true`),
            (who, name) => who.post(`${who.pathOf(name)}/read`, { seq: dice.below(10) }),
            (who, name) => who.post(`${who.pathOf(name)}/unread`, { seq: 1 + dice.below(5) }),
            (who, name) => who.post(`${who.pathOf(name)}/join`),
            (who, name) => dice.next() < 0.3 && who.post(`${who.pathOf(name)}/leave`),
            (who, name) => who.post(`${who.pathOf(name)}/members`, { user: dice.of(people).id }),
            (who, name) => who.patch(`${who.pathOf(name)}/membership`, { pinned: dice.next() < 0.5 }),
            (who, name) => who.patch(who.pathOf(name), { topic: `about ${dice.below(100)}` }),
            (who) => who.patch('/api/v1/users/me', { display_name: `Somebody ${dice.below(100)}` }),
            (who, name) => who.patch(`${who.pathOf(name)}/members/${dice.of(people).id}`, { role: dice.of(['member', 'admin']) }),
            () => dice.next() < 0.2 && ann.patch(`/api/v1/users/${carol.id}`, { role: dice.of(['member', 'staff', 'manager']) }),
            () => dice.next() < 0.5 && cable.cut(),
        ];
        const looks = [(id) => [id], (id) => [id, 'before'], (id) => [id, 'after'], (id) => [id, { around: 1 + dice.below(20) }]];
        for (let i = 0; i < steps; ++i) {
            const act = Promise.resolve(dice.of(actions)(dice.of(people), dice.of(rooms)));
            const client = dice.of(clients);
            const id = dice.of(own(client));
            // A cable may be cut and a conversation left while it is asked for; whoever looks asks again.
            if (id) client.load(...dice.of(looks)(id)).catch(() => {});
            if (id && dice.next() < 0.1) client.loadMembers(id).catch(() => {});
            if (dice.next() < 0.7) await act;
            else act.catch(() => {});
        }
        for (const [i, client] of clients.entries()) {
            await until(client, ({ status, conversations }) => status === 'live' && [...conversations.values()].every((one) => one.local.every((each) => each.state === 'failed')), 'everything to be sent');
            await assertAsFresh(client, people[i]);
            // Nothing that was sent is there twice.
            for (const id of client.store.get().conversations.keys()) {
                const keys = roomOf(client, id).messages.filter((one) => one.client_key).map((one) => one.client_key);
                if (new Set(keys).size !== keys.length) throw new Error(`a message is there twice in ${id}`);
            }
        }
    });
});
