// A conversation of several thousand messages between several people in many languages. One of them is cut off in the
// middle and comes back; in the end all know the same, whether they never left, came back, just arrived, or look at it
// in a browser.
import assert from 'node:assert/strict';
import { assertSameState, ClientState } from './lib/client_state.js';
import { chatInPage, openBrowser } from './lib/browser.js';
import { Corpus, randomness } from './lib/corpus.js';
import { stories } from './lib/story.js';
import { makeWhole } from './lib/whole.js';

const acme = {
    people: { ann: 'admin', bob: 'member', carol: 'member', dilara: 'member', yuki: 'member', omar: 'member', tess: 'member' },
};
const seed = Number(process.env.PARLEY_TEST_SEED ?? 20240229);

// Says `count` things in a lane of one's own, one after another, so that each person's words have an order.
async function converses(person, name, count, shared) {
    const random = randomness(seed + Number(BigInt(person.id) % 1000n));
    const own = [];
    for (let i = 0; i < count; ++i) {
        const text = shared.corpus.text(person.name);
        const answers = shared.all.length > 0 && random.chance(0.15) ? random.oneOf(shared.all.slice(-50)) : undefined;
        const more = {};
        if (answers && random.chance(0.5)) more.reply_to = answers.id;
        else if (answers) more.thread_root = answers.id;
        // An answer to what somebody took back meanwhile is refused, as it should be.
        const way = random.chance(0.5) ? person.asks('message.send', { conversation: person.idOf(name), text, ...more }) : person.post(`${person.pathOf(name)}/messages`, { text, ...more });
        const { status, body } = await way;
        if (status === 400 && body.code === 'message_unknown') continue;
        assert.equal(status, 201, JSON.stringify(body));
        own.push(body);
        shared.all.push(body);
        if (random.chance(0.06)) await person.edits(random.oneOf(own.slice(-20)), shared.corpus.text(person.name)).catch(ignoreGone);
        if (random.chance(0.02)) await person.deletes(own.splice(random.below(own.length), 1)[0]);
        if (random.chance(0.05)) await person.hasRead(name, body.seq);
        shared.said(body.seq);
    }
}

// Only what is gone already may be refused.
function ignoreGone(why) {
    if (!/message_deleted|not_found/.test(why.message)) throw why;
}

stories('a long conversation', { tenants: { acme } }, (story) => {
    story('several thousand messages, and everybody knows the same in the end', async ({ world, ann, bob, carol, dilara, yuki, omar, tess, t }) => {
        const writers = [ann, bob, carol, dilara, yuki];
        const each = 640;
        await ann.creates('channel', 'world café', { members: [bob, carol, dilara, yuki, omar, tess] });
        for (const one of writers) await one.connects();
        const stays = omar;
        const staying = await stays.follows();
        const leaves = tess;
        const leaving = await leaves.follows();
        for (const one of [...writers, stays, leaves]) one.socket.keeps = false;

        const browser = await openBrowser();
        try {
            // A page of the server's own origin; what the server says for scripts in it does not hold for the test's own.
            const page = await browser.newPage({ bypassCSP: true });
            await page.goto(`${ann.url}/live`);
            await page.evaluate(chatInPage, yuki.token);
            const begun = await page.evaluate(() => window.chat.open({ command: 'snapshot', data: {} }));

            // The cuts happen when the conversation has come so far, not after so much time.
            const milestones = [];
            const shared = {
                corpus: new Corpus(seed, ['ann', 'bob', 'carol', 'dilara', 'yuki', 'omar', 'tess']),
                all: [],
                said: (seq) => milestones.filter((one) => seq >= one.seq).forEach((one) => one.reach()),
            };
            const reaching = (seq) => new Promise((reach) => milestones.push({ seq, reach }));
            const [third, half, nearEnd] = [1000, 1600, 2200].map(reaching);
            const talking = Promise.all(writers.map((one) => converses(one, 'world café', each, shared)));
            const cuts = async () => {
                await third;
                await leaves.isCutOff();
                await page.evaluate(() => window.chat.socket.close());
                await half;
                await leaves.followsAgain(leaving);
                leaves.socket.keeps = false;
                await page.evaluate(() => window.chat.open({ command: 'resume', data: { since: window.chat.position } }));
                // People in a browser write, too.
                const said = await page.evaluate((conversation) => window.chat.ask('message.send', { conversation, text: 'こんにちは from a browser 👋' }), ann.idOf('world café'));
                assert.equal(said.status, 201);
                await nearEnd;
                await leaves.isCutOff();
                await leaves.followsAgain(leaving);
                leaves.socket.keeps = false;
            };
            await Promise.all([talking, cuts()]);
            assert.ok(shared.all.length > 3000, `${shared.all.length} messages`);

            await Promise.all([stays.bringsUpToDate(staying), leaves.bringsUpToDate(leaving)]);
            const fresh = await stays.freshState();
            assertSameState(staying.state(), fresh.state(), 'who never left');
            assertSameState(leaving.state(), (await leaves.freshState()).state(), 'who came back');
            // Two people see the same conversation, though not the same unread counts.
            const seenBy = (state) => state.state().rooms.find((room) => room.conversation.name === 'world café').messages;
            assert.deepEqual(seenBy(leaving).map((one) => [one.id, one.text]), seenBy(staying).map((one) => [one.id, one.text]));

            // The browser's state is made of the browser's own frames, and compared with what its page fetches.
            await yuki.patch('/api/v1/users/me', { status_text: 'done' });
            await page.waitForFunction(() => window.chat.frames.at(-1).data.user?.status_text === 'done');
            const inBrowser = new ClientState((path) => page.evaluate(async ({ at, token }) => {
                const answer = await fetch(at, { headers: { authorization: `Bearer ${token}` } });
                return { status: answer.status, body: await answer.json() };
            }, { at: path, token: yuki.token }), yuki.id);
            await inBrowser.begin(begun);
            for (const frame of await page.evaluate(() => window.chat.frames)) {
                makeWhole(frame);
                await inBrowser.apply(frame);
            }
            const anew = new ClientState(inBrowser.get, yuki.id);
            await anew.begin();
            assertSameState(inBrowser.state(), anew.state(), 'the browser');
            t.diagnostic(`${shared.all.length} messages, ${staying.applied} events`);
        } finally {
            await browser.close();
        }
        world.server.assertNoErrors();
    });
});
