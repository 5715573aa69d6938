// The server's own API documents, and everything it says held against them.
import assert from 'node:assert/strict';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { fetchAny } from './tls.js';

const known = new Map(); // by server address and token
const shared = new Map(); // by their text: most people of most servers read the same

class Contract {
    constructor(openapi, asyncapi) {
        this.openapi = openapi;
        this.asyncapi = asyncapi;
        this.ajv = new Ajv2020.default({ strict: false, allErrors: true, validateSchema: false });
        addFormats.default(this.ajv);
        this.ajv.addSchema(openapi, 'openapi');
        this.ajv.addSchema(asyncapi, 'asyncapi');
        this.checks = new Map();
        this.seen = new Set();
        this.routes = Object.keys(openapi.paths).map((path) => ({
            path,
            literals: path.split('/').filter((part) => part !== '' && !part.startsWith('{')).length,
            pattern: new RegExp(`^${path.split('/').map((part) => (part.startsWith('{') ? '[^/]+' : part.replaceAll('.', '\\.'))).join('/')}$`),
        }));
        this.routes.sort((one, other) => other.literals - one.literals);
        this.messages = findMessages(asyncapi);
    }

    route(method, target) {
        const path = target.split('?')[0];
        const found = this.routes.find((one) => one.pattern.test(path));
        const operation = found && this.openapi.paths[found.path][method === 'HEAD' ? 'get' : method.toLowerCase()];
        return operation && { path: found.path, operation };
    }

    // The errors of `value` against the schema at a JSON pointer of one of the documents.
    errors(document, pointer, value) {
        const ref = `${document}#${pointer}`;
        if (!this.checks.has(ref)) this.checks.set(ref, this.ajv.compile({ $ref: ref }));
        const check = this.checks.get(ref);
        return check(value) ? [] : check.errors;
    }
}

const escaped = (name) => name.replaceAll('~', '~0').replaceAll('/', '~1');

function resolve(document, value) {
    while (value?.$ref) value = value.$ref.slice(2).split('/').reduce((in_, key) => in_[key.replaceAll('~1', '/').replaceAll('~0', '~')], document);
    return value;
}

// The pointer of each message's payload schema: events and frames by their type, answers by their command.
function findMessages({ channels }) {
    const found = new Map();
    for (const [channel, { messages }] of Object.entries(channels))
        for (const name of Object.keys(messages)) found.set(name, `/channels/${escaped(channel)}/messages/${escaped(name)}/payload`);
    return found;
}

// What a server says to somebody; `anew`: what was read before may be old, because a plugin was switched.
export async function contractOf(url, token = 'anybody', anew = false) {
    const key = `${url} ${token}`;
    if (anew || !known.has(key)) {
        known.set(key, (async () => {
            const [openapi, asyncapi] = await Promise.all(['openapi', 'asyncapi'].map(async (name) => {
                // Somebody: a server of several tenants has nothing to say to nobody from nowhere.
                const response = await fetchAny(`${url}/api/v1/${name}.json`, { headers: { authorization: `Bearer ${token}` } });
                assert.equal(response.status, 200, `${name}.json is served`);
                return response.text();
            }));
            const text = openapi + asyncapi;
            if (!shared.has(text)) shared.set(text, new Contract(JSON.parse(openapi), JSON.parse(asyncapi)));
            return shared.get(text);
        })());
    }
    return known.get(key);
}

const isOperation = (target) => target.startsWith('/api/') && !/^\/api\/v1\/(openapi|asyncapi)\.json$/.test(target);
const show = (value) => JSON.stringify(value, null, 1)?.slice(0, 3000);

// Gives the answer back, or fails when it is not what the document promises.
export async function checkAnswer(url, method, target, answer, token) {
    let contract = await contractOf(url);
    // Perhaps a plugin's, which is on where this somebody is.
    if (token && answer.status < 400 && isOperation(target) && !contract.route(method, target)) contract = await contractOf(url, token, true);
    const said = `${method} ${target} answered ${answer.status} ${answer.text.slice(0, 2000)}`;
    assert.ok(answer.status < 500 || [503, 507].includes(answer.status), said);
    assert.ok(answer.headers.get('x-request-id'), `an answer has a request id: ${said}`);
    const route = contract.route(method, target);
    if (answer.status >= 400) checkProblem(answer, said);
    if (!route) {
        if (isOperation(target)) assert.ok(answer.status >= 400, `no document knows this address: ${said}`);
        return answer;
    }
    const { operation, path } = route;
    contract.seen.add(`${operation.operationId} ${answer.status}`);
    const status = [String(answer.status), 'default'].find((one) => one in operation.responses);
    assert.ok(status, `${operation.operationId} has no such status in the document: ${said}`);
    if (method === 'HEAD' || answer.status === 304) return answer;
    const response = resolve(contract.openapi, operation.responses[status]);
    if (response.content?.['*/*']) return answer; // a transfer's, which no schema describes
    const content = response.content?.[answer.type.split(';')[0]];
    assert.ok(content || answer.text === '', `${operation.operationId} has no such content type in the document: ${said}`);
    if (content) {
        const here = operation.responses[status].$ref?.slice(1) ?? `/paths/${escaped(path)}/${method.toLowerCase()}/responses/${status}`;
        const pointer = `${here}/content/${escaped(answer.type.split(';')[0])}/schema`;
        const errors = contract.errors('openapi', encodeURI(pointer), answer.body);
        assert.deepEqual(errors, [], `not what the document says: ${said}\n${show(errors)}`);
    }
    return answer;
}

function checkProblem(answer, said) {
    assert.match(answer.type, /^application\/problem\+json/, said);
    if (answer.body === undefined) return; // HEAD
    assert.equal(answer.body.status, answer.status, said);
    for (const member of ['type', 'title', 'code', 'detail', 'request_id'])
        assert.equal(typeof answer.body[member], 'string', `a problem has a ${member}: ${said}`);
}

const messageOf = (frame, command) => (frame.type === 'answer' ? `${command}.answer` : frame.type);

// Whether the document has such frames at all.
export function knowsFrame(contract, frame, command) {
    return contract.messages.has(messageOf(frame, command));
}

// Fails when a frame from the WebSocket is not what the AsyncAPI document promises; `command` is what it answers.
export function checkFrame(contract, frame, command) {
    const message = messageOf(frame, command);
    const pointer = contract.messages.get(message);
    assert.ok(pointer, `no document knows this frame: ${show(frame)}`);
    contract.seen.add(`frame ${message}`);
    const errors = contract.errors('asyncapi', encodeURI(pointer), frame);
    assert.deepEqual(errors, [], `not what the document says of ${message}: ${show(frame)}\n${show(errors)}`);
}
