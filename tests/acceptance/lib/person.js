// Somebody who uses Parley: what they do reads like a sentence.
import assert from 'node:assert/strict';
import { ClientState } from './client_state.js';
import { eventually } from './deadline.js';
import { ask } from './http.js';
import { Socket } from './socket.js';

export class Person {
    constructor(world, name, { tenant, role, token, password }) {
        Object.assign(this, { world, name, tenant, role, token, password });
    }

    // The same person with another device; with a token of its own when one is given.
    onAnotherDevice(token = this.token) {
        const { tenant, role, password, id } = this;
        return Object.assign(new Person(this.world, this.name, { tenant, role, token, password }), { id });
    }

    get url() {
        return this.world.server.url;
    }

    // --- requests

    request(method, target, body, options = {}) {
        return ask(this.url, method, target, { token: this.token, body, ...options });
    }
    get(target) {
        return this.request('GET', target);
    }
    post(target, body) {
        return this.request('POST', target, body);
    }
    patch(target, body) {
        return this.request('PATCH', target, body);
    }
    put(target, body) {
        return this.request('PUT', target, body);
    }
    delete(target) {
        return this.request('DELETE', target);
    }

    // The id of a conversation by the name that the story gave it.
    idOf(conversation) {
        const id = this.world.conversations.get(`${this.tenant}/${conversation}`);
        assert.ok(id, `no conversation of this story is called ${conversation}`);
        return id;
    }
    pathOf(conversation) {
        return `/api/v1/conversations/${this.idOf(conversation)}`;
    }

    // --- what people do; everything here must work, and gives what the server answered

    async #done(answer, ...statuses) {
        const { status, body, text } = await answer;
        assert.ok(statuses.includes(status), `${this.name} was answered ${status}: ${text ?? JSON.stringify(body)}`);
        return body;
    }

    async creates(kind, name, more = {}) {
        const members = (more.members ?? []).map((one) => one.id);
        const named = kind === 'group_direct' ? {} : { name };
        const visibility = kind === 'channel' ? { visibility: 'public' } : {};
        const made = await this.#done(this.post('/api/v1/conversations', { kind, ...named, ...visibility, ...more, members }), 201);
        this.world.conversations.set(`${this.tenant}/${name}`, made.conversation.id);
        return made;
    }
    async opensDirect(other, name = `${this.name} and ${other.name}`) {
        const made = await this.#done(this.post('/api/v1/direct', { user: other.id }), 200, 201);
        this.world.conversations.set(`${this.tenant}/${name}`, made.conversation.id);
        return made;
    }
    joins(name) {
        return this.#done(this.post(`${this.pathOf(name)}/join`), 200);
    }
    leaves(name) {
        return this.#done(this.post(`${this.pathOf(name)}/leave`), 200);
    }
    adds(name, other) {
        return this.#done(this.post(`${this.pathOf(name)}/members`, { user: other.id }), 200);
    }
    removes(name, other) {
        return this.#done(this.delete(`${this.pathOf(name)}/members/${other.id}`), 200);
    }
    makes(name, other, role) {
        return this.#done(this.patch(`${this.pathOf(name)}/members/${other.id}`, { role }), 200);
    }
    // Over HTTP.
    sends(name, text, more = {}) {
        return this.#done(this.post(`${this.pathOf(name)}/messages`, { text, ...more }), 201);
    }
    // Over the WebSocket.
    says(name, text, more = {}) {
        return this.#done(this.asks('message.send', { conversation: this.idOf(name), text, ...more }), 201);
    }
    edits(message, text) {
        return this.#done(this.patch(`/api/v1/messages/${message.id}`, { text }), 200);
    }
    deletes(message) {
        return this.#done(this.delete(`/api/v1/messages/${message.id}`), 200);
    }
    purges(message) {
        return this.#done(this.delete(`/api/v1/messages/${message.id}?hard=true`), 200);
    }
    hasRead(name, seq) {
        return this.#done(this.post(`${this.pathOf(name)}/read`, { seq }), 200);
    }
    marksUnread(name, seq) {
        return this.#done(this.post(`${this.pathOf(name)}/unread`, { seq }), 200);
    }
    async reads(name, query = '') {
        return (await this.#done(this.get(`${this.pathOf(name)}/messages${query}`), 200)).messages;
    }
    async sees(name) {
        return this.#done(this.get(this.pathOf(name)), 200);
    }
    asks(command, data) {
        return this.socket.ask(command, data);
    }

    // A token that has ended is good for nothing, by then.
    isSignedOut(token, milliseconds = undefined) {
        const ask = async () => {
            const answer = await this.request('GET', '/api/v1/users/me', undefined, { token });
            return answer.status === 200 ? undefined : assertRefused(answer, 401, 'token_invalid') ?? true;
        };
        return eventually(ask, 'the token to be good for nothing', milliseconds);
    }

    // --- what people hear

    // Connects with a fresh snapshot and follows from there; gives the snapshot.
    async connects(options = {}) {
        this.socket = await Socket.open(this.url, { token: this.token, ...options });
        this.world.sockets.add(this.socket);
        const hello = await this.socket.receives('hello', {});
        assert.equal(hello.data.user.id, this.id);
        const snapshot = await this.#done(this.socket.ask('snapshot', {}), 200);
        await this.socket.receives('resumed', {});
        return snapshot;
    }
    // Connects again and hears what came since, up to now.
    async resumes(since = this.socket.position, options = {}) {
        this.socket = await Socket.open(this.url, { token: this.token, ...options });
        this.world.sockets.add(this.socket);
        await this.socket.receives('hello', {});
        const answer = await this.socket.ask('resume', { since });
        if (answer.status === 200) await this.socket.receives('resumed', {});
        return answer;
    }
    // Connects and keeps a whole client's state by what it hears.
    async follows(options = {}) {
        this.socket = await Socket.open(this.url, { token: this.token, ...options });
        this.world.sockets.add(this.socket);
        await this.socket.receives('hello', {});
        const state = new ClientState((path) => this.get(path), this.id);
        let begin;
        const began = new Promise((resolve) => (begin = resolve));
        state.queue = began; // what comes before the history is loaded waits
        this.socket.hear = (frame) => state.hear(frame);
        const snapshot = await this.#done(this.socket.ask('snapshot', {}), 200);
        this.socket.position = snapshot.position;
        await state.begin(snapshot);
        begin();
        await this.socket.receives('resumed', {});
        return state;
    }
    // The same client as before on a new connection.
    async followsAgain(state, options = {}) {
        this.socket = await Socket.open(this.url, { token: this.token, ...options });
        this.world.sockets.add(this.socket);
        this.socket.hear = (frame) => state.hear(frame);
        await this.socket.receives('hello', {});
        const answer = await this.socket.ask('resume', { since: state.position });
        assert.equal(answer.status, 200, JSON.stringify(answer));
        await this.socket.receives('resumed', {});
    }
    // What a client that starts now knows.
    async freshState() {
        const state = new ClientState((path) => this.get(path), this.id);
        await state.begin();
        return state;
    }

    receives(type, wanted, milliseconds) {
        return this.socket.receives(type, wanted, milliseconds);
    }
    // Nothing of this kind came until now: an own change is heard after everything that was committed before it.
    async hearsNothingOf(type, wanted) {
        await this.catchesUp();
        assert.deepEqual(this.socket.heard(type, wanted), [], `${this.name} should not have heard this`);
    }
    // An own change that is heard after everything that was committed before it.
    async #leavesAMark() {
        const status_text = `mark ${++this.world.marks}`;
        await this.#done(this.patch('/api/v1/users/me', { status_text }), 200);
        return status_text;
    }
    // Everything that was committed before this has been heard after it.
    async catchesUp() {
        const status_text = await this.#leavesAMark();
        await this.receives('user.updated', { user: { id: this.id, status_text } });
    }
    // The same for a client's state, wherever it hears from.
    async bringsUpToDate(state) {
        const status_text = await this.#leavesAMark();
        await state.until(() => state.self.status_text === status_text);
    }
    async disconnects() {
        await this.socket.close();
    }
    async isCutOff() {
        await this.socket.cutOff();
    }
}

// The refusal of a request: its status, its code, and the member of the request that it names.
export function assertRefused(answer, status, code, field) {
    assert.equal(answer.status, status, `answered ${answer.status} ${answer.text ?? JSON.stringify(answer.body)}`);
    if (code !== undefined) assert.equal(answer.body.code, code, JSON.stringify(answer.body));
    if (field !== undefined) assert.equal(answer.body.field, field, JSON.stringify(answer.body));
}
