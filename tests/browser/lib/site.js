// Somebody else's site with the widget in its pages, and its visitors.
import { createHmac, randomUUID } from 'node:crypto';
import http from 'node:http';
import { lay } from '../../../sdk/js/tests/lib/cable.js';
import { openProfile } from '../../acceptance/lib/browser.js';
import { patience } from '../../acceptance/lib/deadline.js';
import { openHouse } from './people.js';

export const secret = 'the secret that this site shares with the tenant';

const escaped = (text) => String(text).replace(/[&<>"]/g, (one) => `&#${one.codePointAt(0)};`);

/** What the site says of its user, as docs/run/widget.md has it. */
export function vouch(user, display_name, { key = secret, tenant = 'acme' } = {}) {
    const expires = Math.floor(Date.now() / 1000) + 300;
    const nonce = randomUUID();
    const signature = createHmac('sha256', key).update(['parley-vouch-1', tenant, user, display_name, expires, nonce].join('\n')).digest('hex');
    return { user, display_name, expires, nonce, signature };
}

// Styles that are as far from ours as can be.
const loud = `* { all: unset; font: 40px/3 serif !important; color: red !important; display: block !important; box-sizing: content-box; }
body * { transform: rotate(9deg); }
parley-widget { display: none !important; position: static !important; opacity: 0.1 !important; }
button, iframe { width: 3px !important; height: 3px !important; }`;

/**
 * Pages at any path of a host of its own. `attributes` of the script tag are in the query; `loud` gives the page styles
 * of its own. Nothing may be loaded but the widget's origin, and styles where it is loud.
 */
export async function openSite() {
    const site = { chat: '' };
    const server = http.createServer((request, response) => {
        const { pathname, searchParams } = new URL(request.url, 'http://site');
        if (pathname === '/loud.css') return response.writeHead(200, { 'content-type': 'text/css' }).end(loud);
        const attributes = [...searchParams].filter(([name]) => name.startsWith('data-')).map(([name, value]) => ` ${name}="${escaped(value)}"`).join('');
        const isLoud = searchParams.has('loud');
        response.writeHead(200, {
            'content-type': 'text/html; charset=utf-8',
            'content-security-policy': `default-src 'none'; script-src ${site.chat}; frame-src ${site.chat}${isLoud ? "; style-src 'self'" : ''}; require-trusted-types-for 'script'; trusted-types 'none'`,
        });
        response.end(`<!doctype html><html lang="${escaped(searchParams.get('lang') ?? 'en')}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>A shop</title>
${isLoud ? '<link rel="stylesheet" href="/loud.css">' : ''}<script src="${site.chat}/widget/v1.js"${attributes} async></script></head>
<body><main><h1>A shop</h1><p>Page ${escaped(pathname)}</p></main></body></html>`);
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    // Another site than 127.0.0.1, as browsers count.
    site.url = `http://localhost:${server.address().port}`;
    site.close = () => (server.close(), server.closeAllConnections());
    return site;
}

const attributesOf = (who) => ({ 'data-user': who.user, 'data-name': who.display_name, 'data-expires': who.expires, 'data-nonce': who.nonce, 'data-signature': who.signature });

export class Visitor {
    /** In a private window; not so where `profile` is true. */
    static async open(house, site, { profile = false, ...options } = {}) {
        const all = { viewport: { width: 1100, height: 760 }, locale: 'en', ...options };
        const context = profile ? await openProfile(all) : await house.browser.newContext(all);
        context.setDefaultTimeout(patience);
        const page = await context.newPage();
        const made = Object.assign(new Visitor(), { house, site, page, asked: [], hasTouch: options.hasTouch ?? false });
        page.on('pageerror', (why) => house.faults.push(`visitor: ${why.stack}`));
        page.on('console', (said) => {
            if (said.type() === 'error' && !/Failed to load resource|net::ERR|WebSocket connection/.test(said.text())) house.faults.push(`visitor: ${said.text()}`);
        });
        page.on('request', (asked) => made.asked.push(asked.url()));
        return made;
    }
    /** A page of the site; `who`: what the site vouches for; the other attributes of the tag, without data-. */
    async visits(path = '/', { who, loud: isLoud, lang, ...attributes } = {}) {
        const query = new URLSearchParams({ ...(isLoud ? { loud: '' } : {}), ...(lang ? { lang } : {}), ...(who ? attributesOf(who) : {}), ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`data-${name}`, value])) });
        await this.page.goto(`${this.site.url}${path}?${query}`);
        await this.page.waitForFunction(() => window.Parley);
    }
    get button() {
        return this.page.locator('parley-widget button');
    }
    get badge() {
        return this.page.locator('parley-widget .badge');
    }
    get chat() {
        return this.page.frameLocator('parley-widget iframe');
    }
    get frame() {
        return this.page.frames().find((one) => one.url().includes('/widget/frame'));
    }
    get field() {
        return this.chat.locator('.composer textarea');
    }
    async opens() {
        await this.button.click();
        await this.field.waitFor();
    }
    async says(text) {
        await this.field.fill(text);
        // Where there are no keys, Enter is the next line.
        if (this.hasTouch) await this.chat.locator('.composer .send').click();
        else await this.field.press('Enter');
    }
    message(text) {
        return this.chat.locator('.message', { hasText: text });
    }
    sees(text) {
        return this.message(text).first().waitFor();
    }
    /** The server has it. */
    async hasSent(text) {
        await this.chat.locator('.message:not(.local)', { hasText: text }).first().waitFor();
    }
    async close() {
        await this.page.context().close();
    }
}

/** A tenant with the widget, whom ann answers in the web client; a site that may show it, and `other`, which may not. `lays`: what lies between. */
export async function openWidget(lays = lay) {
    const [site, other] = [await openSite(), await openSite()];
    const house = await openHouse(
        ['ann'],
        { sessions: { guests: true, vouch_secret: secret }, presence: { typing_seconds: 30 }, widget: { sites: [site.url], staff: ['ann'], greeting: 'Good day! What can we do for you?', demo: true } },
        { folders: [], load: ['widget', 'attachments'] },
    );
    // The server's address stays when it begins anew at another port.
    const cable = await lays(house.world.server.port);
    site.chat = other.chat = cable.url;
    const ann = await house.enters('ann');
    ann.page.context().setDefaultTimeout(patience);
    const close = async () => {
        cable.remove();
        await house.close();
        site.close();
        other.close();
    };
    return { house, site, other, cable, ann, close };
}
