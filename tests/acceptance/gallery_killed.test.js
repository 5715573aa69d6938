// A gallery whose process is killed while it works: it goes on where it was.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { eventually } from './lib/deadline.js';
import { brings, fetches, sendsFiles } from './lib/files.js';
import { isSilent, photo, thumbnail } from './lib/photos.js';
import { childrenOf } from './lib/processes.js';
import { stories } from './lib/story.js';

const own = process.env.PARLEY_PLUGIN_FILES ?? fileURLToPath(new URL('../../build/debug/plugins', import.meta.url));
const tenants = { acme: { people: { ann: 'admin', bob: 'member' }, settings: { hosts: ['acme.test'], plugins: { enable: ['attachments', 'gallery'] } } } };
const settings = { plugins: { folders: [own], load: ['attachments', 'gallery'] } };

// Answers how many there were.
function killChildren(of) {
    const all = childrenOf(of.process.pid);
    for (const one of all) {
        try {
            process.kill(one, 'SIGKILL');
        } catch {
            // It has ended by itself.
        }
    }
    return all.length;
}

stories('a gallery that is killed', { tenants, settings: { ...settings, attachments: { isolation: 'in_process' }, gallery: { isolation: 'process' } } }, (story) => {
    story('goes on where it was', async ({ ann, bob, world }) => {
        await ann.creates('channel', 'killed');
        await bob.joins('killed');
        const files = [];
        for (let i = 0; i < 12; ++i) {
            files.push(await brings(bob, 'killed', `${i}.jpg`, photo()));
            if (i === 5) assert.equal(killChildren(world.server), 1, 'the process of the gallery');
        }
        await sendsFiles(bob, 'killed', files);
        killChildren(world.server);
        for (const file of files) await eventually(async () => ((await thumbnail(ann, file)).status === 200 ? true : undefined), `a thumbnail of ${file.file}`, 150_000);
        for (const file of files) isSilent((await fetches(ann, file)).bytes.subarray(0, 24));
        world.server.logs = world.server.logs.filter((line) => !['warning', 'error'].includes(line.level));
    });
});
