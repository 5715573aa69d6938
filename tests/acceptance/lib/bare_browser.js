// A browser that nobody looks into: one page, of which only expressions are asked, so that no memory is taken by the
// asking. Of what tools for tests ask a browser to keep (answers, frames, messages of the console), it keeps nothing.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { WebSocket } from 'ws';
import { programAndArguments } from './browser.js';
import { eventually } from './deadline.js';
import { RunningProgram, temporaryFolder } from './processes.js';

export class BareBrowser {
    // `args`: more of Chromium's own.
    static async open(args = []) {
        const made = new BareBrowser();
        const home = temporaryFolder('bare');
        const usual = programAndArguments();
        const all = [...usual.args, '--headless=new', '--remote-debugging-port=0', '--window-size=1280,800', '--enable-precise-memory-info', `--user-data-dir=${home}`, ...args, 'about:blank'];
        made.program = new RunningProgram(usual.executablePath, all, { env: { ...usual.env, HOME: home } });
        const told = path.join(home, 'DevToolsActivePort');
        const port = await eventually(async () => (existsSync(told) && readFileSync(told, 'utf8').split('\n')[0]) || undefined, 'the browser to listen');
        const pages = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
        await made.#attach(pages.find(({ type }) => type === 'page').webSocketDebuggerUrl);
        return made;
    }

    async #attach(url) {
        this.socket = new WebSocket(url, { perMessageDeflate: false });
        await new Promise((resolve, reject) => this.socket.once('open', resolve).once('error', reject));
        this.asked = new Map();
        this.next = 0;
        this.socket.on('message', (text) => {
            const { id, result, error } = JSON.parse(text);
            const one = this.asked.get(id);
            this.asked.delete(id);
            if (error) one?.reject(new Error(error.message));
            else one?.resolve(result);
        });
        this.socket.on('close', () => this.asked.forEach((one) => one.reject(new Error('the browser is gone'))));
    }

    sends(method, params = {}) {
        const id = ++this.next;
        this.socket.send(JSON.stringify({ id, method, params }));
        return new Promise((resolve, reject) => this.asked.set(id, { resolve, reject }));
    }

    // What an expression is in the page, or comes to be.
    async evaluates(expression) {
        const { result, exceptionDetails } = await this.sends('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true, userGesture: true });
        if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
        return result.value;
    }
    calls = (work, ...given) => this.evaluates(`(${work})(...${JSON.stringify(given)})`);
    until = (expression) => eventually(async () => (await this.evaluates(expression)) || undefined, expression);

    async goes(url) {
        await this.sends('Page.navigate', { url });
        await this.until(`location.href.startsWith(${JSON.stringify(url)}) && document.readyState === 'complete'`);
    }

    // Private memory of the page's own process in bytes: its heap, what was drawn, its share of the program that it changed.
    get memory() {
        const sizes = this.#renderers().map((id) => {
            try {
                const text = readFileSync(`/proc/${id}/smaps_rollup`, 'utf8');
                return 1024 * [...text.matchAll(/^Private_\w+:\s+(\d+)/gm)].reduce((sum, [, kilobytes]) => sum + Number(kilobytes), 0);
            } catch {
                return 0; // it has ended
            }
        });
        return Math.max(0, ...sizes);
    }
    #renderers() {
        const parents = new Map();
        const found = [];
        for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
            try {
                const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
                parents.set(Number(id), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
                if (readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('--type=renderer')) found.push(Number(id));
            } catch {
                // it has ended
            }
        }
        const isOurs = (id) => id === this.program.pid || (parents.has(id) && isOurs(parents.get(id)));
        return found.filter(isOurs);
    }

    async close() {
        this.socket?.terminate();
        await this.program.stop();
    }
}
