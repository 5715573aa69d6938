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

stories('a plugin that keeps things', { tenants: { acme }, settings: { plugins } }, (story) => {
    const times = (world, message) => world.server.logs.filter((line) => line.message === message).length;

    story('hears of each message after it was stored, and does later what it scheduled', async ({ ann, world, database }) => {
        await ann.creates('channel', 'lobby');
        for (const text of ['one', 'two', 'three']) await ann.sends('lobby', text);
        await eventually(() => times(world, 'the keeper heard') === 3, 'three messages to be heard');
        await eventually(() => times(world, 'the keeper worked') === 3, 'three jobs to be done');
        if (database === 'sqlite') assert.ok(existsSync(path.join(world.server.folder, 'var', 'plugins', 'keeper.db')));
    });

    story('goes round by itself', async ({ world }) => {
        await eventually(() => times(world, 'the keeper went round') >= 2, 'two rounds');
    });
});
