// TLS in the server: people talk over it, certificates are renewed under them, and what is too old is refused.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { eventually } from './lib/deadline.js';
import { ask, askRaw } from './lib/http.js';
import { plainEnvironment } from './lib/processes.js';
import { Socket } from './lib/socket.js';
import { stories } from './lib/story.js';
import { Authority, handshake, trusted } from './lib/tls.js';

const authority = new Authority();
trusted.ca = authority.ca;

const acme = { people: { ann: 'admin', bob: 'member' } };
const settings = { server: { tls: authority.server } };

const generation = async (server) => (await ask(server.url, 'GET', '/ready')).body.configuration.generation;
const shown = async (server) => (await handshake(server.port)).fingerprint;
const shownTo = (person) => person.socket.ws._socket.getPeerCertificate().fingerprint256;

// Waits until the server has refused a reload, and forgives it the errors that it must log then; gives the problems.
async function refuses(server) {
    const about = (line, message) => line.message === message;
    await eventually(() => server.logs.find((line) => about(line, 'configuration not reloaded, nothing has changed')), 'the refusal in the log');
    const problems = server.logs.filter((line) => about(line, 'configuration is wrong')).map((line) => line.problem);
    server.logs = server.logs.filter((line) => !line.message?.startsWith('configuration is wrong') && !line.message?.startsWith('configuration not reloaded'));
    return problems;
}

stories('TLS', { tenants: { acme }, settings }, (story) => {
    story('people talk over HTTPS and wss, and a renewed certificate is for those who come later', async ({ ann, bob, world: { server } }) => {
        await ann.creates('channel', 'lobby', { members: [bob] });
        await ann.connects();
        await bob.connects();
        await ann.says('lobby', 'Nobody else reads this');
        await bob.receives('message.created', { text: 'Nobody else reads this' });
        const before = await shown(server);
        assert.equal(before, authority.fingerprint());
        assert.equal(shownTo(bob), before);

        const first = await generation(server);
        const after = authority.renew();
        server.process.signal('SIGHUP');
        await eventually(async () => ((await generation(server)) > first ? true : undefined), 'the reload');
        assert.equal(await shown(server), after);
        assert.notEqual(after, before);

        const again = ann.onAnotherDevice();
        await again.connects();
        assert.equal(shownTo(again), after);
        assert.equal(shownTo(bob), before);
        for (const [who, text] of [[ann, 'still here'], [again, 'here again']]) {
            await who.says('lobby', text);
            for (const each of [ann, bob, again]) await each.receives('message.created', { text });
        }
    });

    story('the tool tells of a renewed certificate', async ({ world: { server } }) => {
        const before = authority.fingerprint();
        const after = authority.renew();
        const said = await server.cli('config', 'reload');
        const short = (fingerprint) => fingerprint.replaceAll(':', '').toLowerCase().slice(0, 16);
        assert.match(said, new RegExp(`server\\.tls\\.certificate: .*${short(before)}.* -> .*${short(after)}.*\\(now;`));
        assert.equal(await shown(server), after);
        assert.match(await server.cli('config', 'reload'), /No changes\./);
    });

    story('a bad pair is refused whole, and the old certificate goes on', async ({ ann, bob, world: { server } }) => {
        await ann.creates('channel', 'office', { members: [bob] });
        await bob.connects();
        const [before, first] = [await shown(server), await generation(server)];
        const good = readFileSync(authority.server.key);
        try {
            for (const [bad, why] of [[readFileSync(authority.issue().key), /server\.tls\.key: .*server\.key does not belong/], ['', /server\.tls\.key: .*server\.key holds no private key/]]) {
                writeFileSync(authority.server.key, bad);
                server.process.signal('SIGHUP');
                assert.match((await refuses(server)).join('\n'), why);
                await assert.rejects(server.cli('config', 'check'), why);
                await assert.rejects(server.cli('config', 'reload'), why);
            }
            assert.equal(await generation(server), first);
            assert.equal(await shown(server), before);
            await ann.sends('office', 'as if nothing had happened');
            await bob.receives('message.created', { text: 'as if nothing had happened' });
        } finally {
            writeFileSync(authority.server.key, good);
        }
        assert.match(await server.cli('config', 'reload'), /No changes\./);
    });

    story('what is old or weak is refused, and plain HTTP is told why', async ({ ann, world: { server } }) => {
        const weak = { ciphers: 'DEFAULT@SECLEVEL=0', minVersion: 'TLSv1' };
        assert.equal((await handshake(server.port)).version, 'TLSv1.3');
        assert.equal((await handshake(server.port, { maxVersion: 'TLSv1.2' })).version, 'TLSv1.2');
        assert.equal((await handshake(server.port)).protocol, 'http/1.1');
        await assert.rejects(handshake(server.port, { ...weak, maxVersion: 'TLSv1.1' }));
        await assert.rejects(handshake(server.port, { ciphers: 'ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0', maxVersion: 'TLSv1.2' }));
        await assert.rejects(handshake(server.port, { ALPNProtocols: ['h2'] }));

        const plain = await askRaw(`http://127.0.0.1:${server.port}`, 'GET /api/v1/users/me HTTP/1.1\r\nHost: x\r\n\r\n');
        assert.equal(plain.status, 400);
        assert.equal(plain.body.code, 'tls_required');
        const answer = await ann.get('/api/v1/users/me');
        assert.match(answer.headers.get('strict-transport-security'), /^max-age=\d{8}/);
    });

    story('curl agrees', async ({ t, world: { server } }) => {
        if (spawnSync('curl', ['--version'], { env: plainEnvironment() }).status !== 0) return t.skip('there is no curl');
        const curl = (...more) => spawnSync('curl', ['--silent', '--show-error', '--max-time', '20', '--noproxy', '*', '--cacert', authority.file, ...more, `${server.url}/live`], { env: plainEnvironment() });
        assert.equal(curl().status, 0, curl().stderr.toString());
        assert.equal(curl('--tls-max', '1.2').status, 0);
        assert.equal(curl('--tls-max', '1.1', '--ciphers', 'DEFAULT@SECLEVEL=0').status, 35);
    });

    story('pages that came without TLS open no WebSocket over it', async ({ ann, world: { server } }) => {
        const from = (origin) => Socket.open(ann.url, { token: ann.token, headers: { origin } });
        await assert.rejects(from(`http://127.0.0.1:${server.port}`), /403/);
        const own = await from(`https://127.0.0.1:${server.port}`);
        await own.close();
    });
});
