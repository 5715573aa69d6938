// What the documents print for the servers of other sites runs as printed, and what it signs is believed.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { ask } from './lib/http.js';
import { assertRefused } from './lib/person.js';
import { temporaryFolder } from './lib/processes.js';
import { stories } from './lib/story.js';

const secret = 'a-key-that-the-site-and-the-tenant-share';
const demo = { people: { ann: 'admin' }, settings: { hosts: ['127.0.0.1'], sessions: { guests: true, vouch_secret: secret } } };

const document = (name) => readFile(new URL(`../../docs/run/${name}.md`, import.meta.url), 'utf8');
async function printed(name, language, mark) {
    const blocks = [...(await document(name)).matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text]) => text);
    const found = blocks.filter((text) => text.includes(mark));
    assert.equal(found.length, 1, `one block of ${language} with ${mark} in docs/run/${name}.md`);
    return found[0];
}

async function runs(program, file, script) {
    const at = path.join(temporaryFolder('snippet'), file);
    await writeFile(at, script);
    const { stdout } = await promisify(execFile)(program, [at], { env: { ...process.env, PARLEY_VOUCH_SECRET: secret }, timeout: 60_000 });
    return stdout;
}

// Each prints the attributes for this visitor as JSON.
const languages = {
    js: (text) => runs(process.execPath, 'site.mjs', `${text}\nconsole.log(JSON.stringify(chatAttributes('shop-4711', 'Jürgen "Jo" Ünal')));`),
    python: (text) => runs('python3', 'site.py', `${text}\nimport json\nprint(json.dumps(chat_attributes("shop-4711", 'Jürgen "Jo" Ünal')))`),
    php: (text) => runs('php', 'site.php', `<?php\n${text}\necho json_encode(chat_attributes('shop-4711', 'Jürgen "Jo" Ünal'));`),
};

stories('vouching as the documents say', { tenants: { demo } }, (story) => {
    for (const [language, run] of Object.entries(languages))
        story(`in ${language}`, async ({ world }) => {
            const said = JSON.parse(await run(await printed('widget', language, 'parley-vouch-1')));
            const body = {
                user: said['data-user'],
                display_name: said['data-name'],
                expires: Number(said['data-expires']),
                nonce: said['data-nonce'],
                signature: said['data-signature'],
            };
            const vouch = (change) => ask(world.server.url, 'POST', '/api/v1/sessions/vouch', { body: { ...body, ...change } });
            assertRefused(await vouch({ user: 'shop-4712' }), 401);
            const made = await vouch();
            assert.equal(made.status, 201, made.text);
            assert.equal(made.body.user.display_name, 'Jürgen "Jo" Ünal');
            assertRefused(await vouch(), 401); // good once
        });

    story('in a shell', async ({ world }) => {
        const text = await printed('sign-in', 'sh', 'parley-vouch-1');
        const key = path.join(temporaryFolder('snippet'), 'vouch');
        await writeFile(key, secret);
        for (const replaced of ['/etc/parley/vouch-demo', 'https://chat.example.org']) assert.ok(text.includes(replaced));
        const answer = JSON.parse(await runs('bash', 'site.sh', text.replace('/etc/parley/vouch-demo', key).replace('https://chat.example.org', world.server.url)));
        assert.equal(answer.user?.display_name, 'Ann', JSON.stringify(answer));
    });
});
