// People with a browser each: what they do and see in the web client, in words.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { mkdirSync } from 'node:fs';
import { openBrowser } from '../../acceptance/lib/browser.js';
import { World } from '../../acceptance/lib/story.js';

export const password = 'correct horse battery staple';
export const plugins = process.env.PARLEY_PLUGIN_FILES ?? fileURLToPath(new URL('../../../build/debug/plugins', import.meta.url));
export const patience = 30_000;

// ann is an admin, everybody else a member; all have the password.
// `more`: further plugins, {folders, load}, who has another role, {roles: {max: 'manager'}}, the `host` under which the
// browser knows this machine, and settings of the `server`.
export async function openHouse(names, settings = {}, more = { folders: [], load: [] }) {
    const world = await openWorld(names, settings, more);
    const browser = await openBrowser({ args: more.host ? [`--host-resolver-rules=MAP ${more.host} 127.0.0.1`] : [] });
    return new House(world, browser, more.host);
}

// The same without a browser.
export function openWorld(names, settings = {}, more = { folders: [], load: [] }) {
    const people = Object.fromEntries(names.map((name) => [name, { role: more.roles?.[name] ?? (name === 'ann' ? 'admin' : 'member'), password }]));
    return World.open('sqlite', {
        tenants: { acme: { people, settings: { hosts: ['127.0.0.1', ...(more.host ? [more.host] : [])], display_name: 'Acme', sessions: { guests: true }, plugins: { enable: ['webapp', 'reactions', ...more.load] }, ...settings } } },
        settings: { ...(more.server ? { server: more.server } : {}), plugins: { folders: [plugins, ...more.folders], load: ['webapp', 'reactions', ...more.load] } },
    });
}

class House {
    constructor(world, browser, host) {
        this.world = world;
        this.browser = browser;
        this.host = host;
        this.proxy = undefined; // what browsers go through instead of straight to the server
        this.faults = [];
    }
    get url() {
        const { url } = this.proxy ?? this.world.server;
        return this.host ? url.replace('127.0.0.1', this.host) : url;
    }
    person(name) {
        return this.world.people[name];
    }
    // A browser of one's own, not signed in.
    async visitor(name, options = {}) {
        const context = await this.browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en', ...options });
        context.setDefaultTimeout(patience);
        const page = await context.newPage();
        page.on('pageerror', (why) => this.faults.push(`${name}: ${why.stack}`));
        page.on('console', (said) => {
            // A refused request is told in the console by the browser itself; whoever is not signed in is refused.
            // So is what is sent in the moment in which the server closes, as when a session is ended.
            if (said.type() === 'error' && !/Failed to load resource|net::ERR|WebSocket connection|WebSocket is already in CLOSING/.test(said.text())) this.faults.push(`${name}: ${said.text()}`);
        });
        const made = new Someone(this, name, page);
        // Being offline is nothing to a WebSocket that is open already, so it goes through here.
        if (!this.proxy) await page.routeWebSocket(/\/api\/v1\/socket/, (socket) => made.connects(socket));
        await page.goto(`${this.url}/`);
        return made;
    }
    async enters(name, options) {
        const one = await this.visitor(name, options);
        await one.signsIn();
        return one;
    }
    assertNoFaults() {
        const faults = this.faults.splice(0);
        assert.deepEqual(faults, [], 'the page had errors');
    }
    async close() {
        await this.browser.close();
        this.proxy?.remove();
        await this.world.close();
    }
}

class Someone {
    constructor(house, name, page) {
        Object.assign(this, { house, name, page, sockets: new Set(), isOffline: false });
    }
    connects(socket) {
        if (this.isOffline) return void socket.close({ code: 1001 });
        socket.connectToServer();
        this.sockets.add(socket);
    }
    async signsIn() {
        await this.page.getByLabel('Username').fill(this.name);
        await this.page.getByLabel('Password').fill(password);
        await this.page.getByRole('button', { name: 'Sign in' }).click();
        await this.isConnected();
    }
    async isConnected() {
        await this.page.locator('[data-status="live"]').waitFor();
        await this.page.locator('html[data-pieces]').waitFor({ state: 'attached' });
    }
    entry(room) {
        return this.page.locator('.side_entry', { hasText: room });
    }
    async opens(room) {
        await this.entry(room).click();
        await this.page.locator('.room .part_title', { hasText: room }).waitFor();
        await this.field.waitFor();
    }
    get field() {
        return this.page.locator('.room textarea');
    }
    async says(text, field = this.field) {
        await field.fill(text);
        await field.press('Enter');
    }
    message(text) {
        return this.page.locator('.room .message', { hasText: text });
    }
    inPanel(text) {
        return this.page.locator('.panel .message', { hasText: text });
    }
    sees(text, options) {
        return this.message(text).first().waitFor(options);
    }
    // A button of a message, which shows when it is pointed at.
    async does(label, text, where = this.message(text)) {
        const message = where.first();
        await message.hover();
        const button = message.getByRole('button', { name: label, exact: true });
        if (await button.count()) return button.click();
        await message.getByRole('button', { name: 'More', exact: true }).click();
        await this.page.getByRole('menuitem', { name: label }).click();
    }
    async scrollsToTheEnd() {
        await this.page.locator('.room .log').evaluate((box) => (box.scrollTop = box.scrollHeight));
    }
    button(name) {
        return this.page.getByRole('button', { name });
    }
    // As when the network goes: sockets die, requests fail.
    async losesNetwork() {
        this.isOffline = true;
        await this.page.context().setOffline(true);
        for (const one of this.sockets) await one.close({ code: 1001 });
        this.sockets.clear();
    }
    async getsNetworkBack() {
        this.isOffline = false;
        await this.page.context().setOffline(false);
    }
    async keepsPicture(name) {
        const folder = process.env.PARLEY_TEST_PICTURES;
        if (!folder) return;
        mkdirSync(folder, { recursive: true });
        await this.page.screenshot({ path: `${folder}/${name}.png` });
    }
    async assertAccessible(what) {
        const source = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
        if (!(await this.page.evaluate(() => 'axe' in window))) await this.page.evaluate((await import('node:fs')).readFileSync(source, 'utf8'));
        const found = await this.page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
        const told = found.violations.map((one) => `${one.id}: ${one.help}\n${one.nodes.map((node) => `    ${node.html.slice(0, 200)}\n      ${node.failureSummary}`).join('\n')}`);
        assert.deepEqual(told, [], `${what} is not accessible`);
    }
}
