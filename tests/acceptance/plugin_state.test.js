// What plugins keep and wait for, in a running server: their databases, events after the commit, jobs.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './lib/deadline.js';
import { stories } from './lib/story.js';

const zoo = process.env.PARLEY_ZOO ?? fileURLToPath(new URL('../../build/debug/zoo', import.meta.url));
const acme = { people: { ann: 'admin' }, settings: { hosts: ['127.0.0.1'] } };
const plugins = { folders: [zoo], load: ['keeper'], enable: ['keeper'] };

for (const isolation of ['in_process', 'process'])
stories(`a plugin that keeps things, ${isolation}`, { tenants: { acme }, settings: { plugins, keeper: { isolation } } }, (story) => {
    const times = (world, message) => world.server.logs.filter((line) => line.message === message).length;

    story('hears of each message after it was stored, and does later what it scheduled', async ({ ann, world, database }) => {
        await ann.creates('channel', 'lobby');
        for (const text of ['one', 'two', 'three']) await ann.sends('lobby', text);
        await eventually(() => times(world, 'the keeper heard') === 3 || undefined, 'three messages to be heard');
        await eventually(() => times(world, 'the keeper worked') === 3 || undefined, 'three jobs to be done');
        if (database === 'sqlite') assert.ok(existsSync(path.join(world.server.folder, 'var', 'plugins', 'keeper', 'keeper.db')));
    });

    story('goes round by itself', async ({ world }) => {
        await eventually(() => times(world, 'the keeper went round') >= 2 || undefined, 'two rounds');
    });
});

// Made beside the zoo.
const shipped = path.join(zoo, '..', 'plugins');

for (const isolation of ['in_process', 'process'])
stories(`reactions, ${isolation}`, {
    tenants: { acme: { people: { ann: 'admin', bob: 'member' }, settings: { hosts: ['127.0.0.1'] } } },
    settings: { plugins: { folders: [shipped], load: ['reactions'], enable: ['reactions'] }, reactions: { isolation } },
}, (story) => {
    const reactionsTo = (who, message) => who.get(`/api/v1/messages/${message.id}/reactions`);

    story('are heard by everybody there, once and in order, and go with the message', async ({ ann, bob }) => {
        await ann.creates('channel', 'lobby');
        await bob.joins('lobby');
        await bob.connects();
        const message = await ann.sends('lobby', 'Lunch?');
        const other = await ann.sends('lobby', 'Dinner?');
        for (const one of [message, other]) {
            const added = await ann.put(`/api/v1/messages/${one.id}/reactions/${encodeURIComponent('👍')}`);
            assert.equal(added.status, 200, added.text);
        }
        await bob.receives('reaction.added', { message: message.id, count: 1 });
        await bob.receives('reaction.added', { message: other.id, count: 1 });
        assert.equal((await reactionsTo(bob, message)).body.reactions.length, 1);

        await ann.deletes(message);
        await eventually(async () => {
            const { body } = await reactionsTo(ann, message);
            return body.reactions?.length === 0 || undefined;
        }, 'the reactions to be forgotten');
    });
});
