// An OpenID provider on the loopback, the real `oidc-provider`, at which people sign in without being asked.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';
import { cookiesOf } from './http.js';

export const client = { client_id: 'parley', client_secret: randomBytes(24).toString('hex') };

export class IdentityProvider {
    // Who is at the browser there: {sub, ...claims}; null refuses to go on.
    person = null;
    requests = [];
    key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });

    static async open() {
        const made = new IdentityProvider();
        made.server = createServer((request, answer) => made.#answer(request, answer));
        made.server.listen(0, '127.0.0.1');
        await once(made.server, 'listening');
        made.issuer = `http://127.0.0.1:${made.server.address().port}`;
        return made;
    }

    // The addresses of its clients are known only when they run.
    serve(...redirectUris) {
        this.people = new Map();
        this.provider = new Provider(this.issuer, {
            clients: [{ ...client, redirect_uris: redirectUris, id_token_signed_response_alg: 'ES256', token_endpoint_auth_method: 'client_secret_basic' }],
            jwks: { keys: [{ ...this.key, kid: 'p1', use: 'sig', alg: 'ES256' }] },
            cookies: { keys: [randomBytes(16).toString('hex')] },
            claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email', 'email_verified'] },
            pkce: { methods: ['S256'], required: () => true },
            features: { devInteractions: { enabled: false } },
            interactions: { url: (_, { uid }) => `/interaction/${uid}` },
            findAccount: (_, id) => ({ accountId: id, claims: () => this.people.get(id) }),
        });
    }

    async #answer(request, answer) {
        this.requests.push(`${request.method} ${request.url}`);
        if (request.url.startsWith('/interaction/')) return this.#interact(request, answer);
        return this.provider.callback()(request, answer);
    }

    async #interact(request, answer) {
        const { provider, person } = this;
        const { prompt, params, session } = await provider.interactionDetails(request, answer);
        if (!person) return provider.interactionFinished(request, answer, { error: 'access_denied' });
        this.people.set(person.sub, person);
        if (prompt.name === 'login') return provider.interactionFinished(request, answer, { login: { accountId: person.sub, remember: false } });
        const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
        grant.addOIDCScope(params.scope);
        return provider.interactionFinished(request, answer, { consent: { grantId: await grant.save() } });
    }

    close() {
        this.server.closeAllConnections();
        this.server.close();
    }
}

// A browser without pages: cookies by host, and one redirect after the other until `until` is where it would go.
export class CookieBrowser {
    jars = new Map();

    cookies(url) {
        return this.jars.get(new URL(url).origin) ?? this.jars.set(new URL(url).origin, new Map()).get(new URL(url).origin);
    }

    header(url) {
        return [...this.cookies(url)].map(([name, value]) => `${name}=${value}`).join('; ');
    }

    take(url, headers) {
        for (const line of cookiesOf(headers)) {
            const [pair, ...attributes] = line.split('; ');
            const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
            const over = attributes.some((one) => /^(max-age=0|expires=Thu, 01 Jan 1970.*)$/i.test(one));
            over ? this.cookies(url).delete(name) : this.cookies(url).set(name, value);
        }
    }

    async go(url) {
        const answer = await fetch(url, { redirect: 'manual', headers: { cookie: this.header(url) } });
        this.take(url, answer.headers);
        const location = answer.headers.get('location');
        return { status: answer.status, location: location && new URL(location, url).href, text: await answer.text() };
    }

    async follow(url, until) {
        for (let steps = 0; steps < 20; ++steps) {
            const { status, location, text } = await this.go(url);
            if (!location) throw new Error(`${url} answered ${status} and leads nowhere: ${text.slice(0, 500)}`);
            if (until(location)) return location;
            url = location;
        }
        throw new Error(`too many redirects, now at ${url}`);
    }
}
