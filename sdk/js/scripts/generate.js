// Makes src/api.ts and src/routes.ts of the documents in api/. With an address, takes the documents from that server
// first: node scripts/generate.js http://127.0.0.1:8080
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const generated = '// Made by scripts/generate.js from the documents in api/; a test compares. Do not change by hand.\n';

// As it is checked in: one member a line, so that changes can be read and merged.
export const asText = (document) => `${JSON.stringify(document, null, 1)}\n`;

const comment = (text, indent) => (text ? `${indent}/** ${text.replaceAll('*/', '* /')} */\n` : '');
const quoted = (name) => (/^[A-Za-z_]\w*$/.test(name) ? name : `'${name}'`);
const reference = (ref) => {
    const name = ref.replace('#/components/schemas/', '');
    if (name === 'Event') return 'Events[keyof Events]'; // browsers have an Event of their own
    if (name === 'EventMessage') return 'Message'; // the connection adds what was left out
    return name.startsWith('Event.') ? `Events['${name.slice(6)}']` : name;
};

// The TypeScript type of a JSON schema; whatever it does not know is an error, so that nothing becomes `any` unseen.
function typeOf(schema, indent = '') {
    if (schema.$ref) return reference(schema.$ref);
    // Said on purpose: whatever JSON can be.
    if (schema.title === 'Any') return 'unknown';
    if ('const' in schema) return JSON.stringify(schema.const);
    if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(' | ');
    const either = schema.oneOf ?? schema.anyOf;
    if (either) return either.map((one) => typeOf(one, indent)).join(' | ');
    if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type }, indent)).join(' | ');
    if (schema.type === 'array') return `readonly (${typeOf(schema.items, indent)})[]`;
    if (schema.type === 'object') return objectOf(schema, indent);
    const simple = { string: 'string', integer: 'number', number: 'number', boolean: 'boolean', null: 'null' }[schema.type];
    if (!simple) throw new Error(`no type for ${JSON.stringify(schema)}`);
    return simple;
}

function objectOf(schema, indent) {
    if (typeof schema.additionalProperties === 'object') return `{ readonly [name: string]: ${typeOf(schema.additionalProperties, indent)} }`;
    if (!schema.properties) return '{ readonly [name: string]: unknown }';
    const inner = `${indent}    `;
    const members = Object.entries(schema.properties).map(([name, one]) => {
        const needed = schema.required?.includes(name) ? '' : '?';
        return `${comment(one.description, inner)}${inner}readonly ${quoted(name)}${needed}: ${typeOf(one, inner)};\n`;
    });
    return members.length === 0 ? '{}' : `{\n${members.join('')}${indent}}`;
}

const byName = ([one], [other]) => (one < other ? -1 : 1);

function resolved(document, value) {
    return value?.$ref ? value.$ref.slice(2).split('/').reduce((at, key) => at[key], document) : value;
}

// Every operation with its route: commands of the WebSocket by the AsyncAPI document, the rest by the other.
function operationsOf(openapi, asyncapi) {
    const { messages } = asyncapi.channels.socket;
    const all = [];
    for (const [path, item] of Object.entries(openapi.paths))
        for (const [method, one] of Object.entries(item)) {
            if (!one.operationId) continue;
            const command = messages[one.operationId]?.payload;
            const answer = messages[`${one.operationId}.answer`]?.payload;
            all.push([one.operationId, { path, method: method.toUpperCase(), summary: one.summary, input: command?.properties.data, output: answer?.properties.data }]);
        }
    return all.sort(byName);
}

export function typesOf(openapi, asyncapi) {
    const schemas = Object.entries(asyncapi.components.schemas).filter(([name]) => name !== 'Event' && name !== 'EventMessage' && !name.startsWith('Event.'));
    const parts = [generated, '\n'];
    for (const [name, one] of schemas.sort(byName)) {
        const isObject = one.type === 'object' && one.properties && !one.oneOf;
        const head = comment(one.description, '');
        parts.push(isObject ? `${head}export interface ${name} ${objectOf(one, '')}\n\n` : `${head}export type ${name} = ${typeOf(one)};\n\n`);
    }
    const events = Object.entries(asyncapi.components.schemas).filter(([name]) => name.startsWith('Event.')).sort(byName);
    parts.push('/** What stands in the log, by its type. */\nexport interface Events {\n');
    for (const [name, one] of events) parts.push(`${comment(one.description, '    ')}    '${name.slice(6)}': ${typeOf(one, '    ')};\n`);
    parts.push('}\n\n/** What the server says over the WebSocket besides answers and the log. */\nexport interface Frames {\n');
    const { messages } = asyncapi.channels.socket;
    const sent = asyncapi.operations.frames.messages.map((one) => resolved(asyncapi, one));
    for (const one of sent.sort((a, b) => (a.name < b.name ? -1 : 1)))
        parts.push(`${comment(one.payload.description, '    ')}    ${quoted(one.name)}: ${typeOf(one.payload, '    ')};\n`);
    parts.push('}\n\n/** What can be asked for by `call`. */\nexport interface Operations {\n');
    for (const [name, { summary, input, output }] of operationsOf(openapi, asyncapi)) {
        if (!input) continue; // redirects are for browsers alone
        parts.push(`${comment(summary, '    ')}    '${name}': { input: ${typeOf(input, '    ')}; output: ${typeOf(output, '    ')} };\n`);
    }
    parts.push('}\n');
    if (!messages['message.send']) throw new Error('this is no document of Parley');
    return parts.join('');
}

export function routesOf(openapi, asyncapi) {
    const lines = operationsOf(openapi, asyncapi)
        .filter(([, one]) => one.input)
        .map(([name, { method, path }]) => `    '${name}': '${method} ${path.replace('/api/v1/', '')}',\n`);
    return `${generated}\n/** Method and path below /api/v1/ of each operation. */\nexport const routes: { readonly [operation: string]: string } = {\n${lines.join('')}};\n`;
}

export const files = { 'src/api.ts': typesOf, 'src/routes.ts': routesOf };
export const read = (name) => JSON.parse(readFileSync(here(`api/${name}.json`), 'utf8'));

export function writeAll({ openapi, asyncapi }) {
    writeFileSync(here('api/openapi.json'), asText(openapi));
    writeFileSync(here('api/asyncapi.json'), asText(asyncapi));
    for (const [name, make] of Object.entries(files)) writeFileSync(here(name), make(openapi, asyncapi));
}

async function served(url, name) {
    const answer = await fetch(`${url}/api/v1/${name}.json`);
    if (!answer.ok) throw new Error(`${url} answered ${answer.status} when it was asked for ${name}.json`);
    return answer.json();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const url = process.argv[2];
    writeAll(url ? { openapi: await served(url, 'openapi'), asyncapi: await served(url, 'asyncapi') } : { openapi: read('openapi'), asyncapi: read('asyncapi') });
}
