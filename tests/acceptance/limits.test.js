// Whoever asks too often waits, whichever way they ask; the others do not notice.
import assert from 'node:assert/strict';
import { eventually } from './lib/deadline.js';
import { askRaw } from './lib/http.js';
import { assertRefused } from './lib/person.js';
import { stories } from './lib/story.js';

const given = {
    settings: { server: { limits: true }, websocket: { max_per_user: 3 } },
    tenants: {
        acme: {
            people: { ann: 'manager', bob: 'member', carl: 'member' },
            settings: { hosts: ['127.0.0.1'], limits: { messages_per_minute: 60, messages_burst: 5 }, allowed_origins: ['https://www.example.org'] },
        },
        globex: { people: { eve: 'admin' }, settings: { hosts: ['globex.test'] } },
    },
};

const wait = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

stories('limits', given, (story) => {
    story('HTTP and WebSocket have one bucket, and waiting as long as told is enough', async ({ ann, bob }) => {
        await ann.creates('channel', 'flood', { members: [bob] });
        const say = (who, text) => who.post(`${who.pathOf('flood')}/messages`, { text });
        const flood = await Promise.all(Array.from({ length: 40 }, (_, i) => say(ann, `${i}`)));
        const taken = flood.filter(({ status }) => status === 201);
        const refused = flood.filter(({ status }) => status === 429);
        assert.equal(taken.length + refused.length, 40);
        assert.ok(taken.length >= 5 && taken.length <= 8, `${taken.length} passed`);
        assertRefused(refused[0], 429, 'rate_limited');

        await ann.connects();
        const over = await ann.asks('message.send', { conversation: ann.idOf('flood'), text: 'by the other way' });
        if (over.status !== 201) assertRefused(over, 429, 'rate_limited');
        const again = await say(ann, 'and again');
        const last = again.status === 429 ? again : await say(ann, 'once more');
        assertRefused(last, 429, 'rate_limited');
        assert.equal(Number(last.headers.get('retry-after')), last.body.retry_after);

        await bob.sends('flood', 'I notice nothing');
        await wait(last.body.retry_after);
        await ann.sends('flood', 'later');
    });

    story('a fourth WebSocket of one user is refused', async ({ ann, bob }) => {
        for (let i = 0; i < 3; ++i) await ann.connects();
        await assert.rejects(ann.connects(), /429/);
        await bob.connects();
    });

    story('only so many requests wait at once, WebSockets among them, and others do not notice', async ({ ann, bob, carl }) => {
        // Who shares no conversation with anybody hears nothing before its time.
        const since = (await carl.get('/api/v1/snapshot')).body.position;
        const waits = (more = '') => carl.get(`/api/v1/events/wait?since=${since}${more}`);
        await carl.connects();
        const holds = async () => {
            for (let answer = await waits(); ; answer = await waits()) {
                if (answer.status !== 429) return answer;
                await wait(0.05); // the question below was faster
            }
        };
        const open = [holds(), holds()];
        const refused = await eventually(async () => {
            const answer = await waits('&seconds=0');
            return answer.status === 429 ? answer : undefined;
        }, 'the seats to be taken');
        assertRefused(refused, 429, 'too_many_connections');
        assert.equal(Number(refused.headers.get('retry-after')), refused.body.retry_after);
        await assert.rejects(carl.onAnotherDevice().connects(), /429/);
        assert.equal((await carl.get('/api/v1/users/me')).status, 200);
        assert.equal((await bob.get(`/api/v1/events/wait?since=${since}&seconds=0`)).status, 200);
        await ann.creates('channel', 'release', { members: [carl] });
        for (const one of open) assert.ok((await one).body.events.some(({ type }) => type === 'conversation.joined'));
        assert.equal((await waits('&seconds=0')).status, 200, 'and then there is room again');
    });

    story('pages of other sites connect only where they are listed', async ({ ann }) => {
        await assert.rejects(ann.connects({ headers: { origin: 'https://evil.example' } }), /403/);
        await ann.connects({ headers: { origin: 'https://www.example.org' } });
        await ann.connects({ headers: { origin: ann.url } });
    });

    story('a token is nothing under the name of another tenant', async ({ eve }) => {
        assertRefused(await eve.get('/api/v1/users/me'), 401, 'token_invalid');
        const under = (host) =>
            askRaw(eve.url, `GET /api/v1/users/me HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${eve.token}\r\nConnection: close\r\n\r\n`);
        assert.equal((await under('globex.test')).status, 200);
        assert.equal((await under('127.0.0.1')).status, 401);
    });
});
