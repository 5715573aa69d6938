// A real browser with a page of the server's own origin, which has nothing but fetch and WebSocket.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { temporaryFolder } from './processes.js';

const programs = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export function programAndArguments() {
    const executablePath = process.env.PARLEY_TEST_BROWSER ?? programs.find((one) => existsSync(one));
    if (!executablePath) throw new Error('there is no Chromium; scripts/setup --test installs it');
    const home = temporaryFolder('browser');
    return {
        executablePath,
        // Root has no sandbox, and small machines a small /dev/shm; nothing is to be asked of the network.
        args: [...(process.getuid() === 0 ? ['--no-sandbox'] : []), '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update', '--no-first-run'],
        env: { PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8' },
    };
}

export async function openBrowser({ args = [] } = {}) {
    const usual = programAndArguments();
    return chromium.launch({ ...usual, args: [...usual.args, ...args] });
}

// One context that is not private and lets frames of other sites keep something, as most browsers do.
export async function openProfile(options) {
    const home = temporaryFolder('profile');
    mkdirSync(path.join(home, 'Default'));
    writeFileSync(path.join(home, 'Default/Preferences'), JSON.stringify({ profile: { cookie_controls_mode: 0 } }));
    return chromium.launchPersistentContext(home, { ...programAndArguments(), ...options });
}

// One context that another program may look into as well, at a port of the loopback.
export async function openDebugged() {
    const home = temporaryFolder('debugged');
    const usual = programAndArguments();
    const context = await chromium.launchPersistentContext(home, { ...usual, args: [...usual.args, '--remote-debugging-port=0'] });
    const port = Number(readFileSync(path.join(home, 'DevToolsActivePort'), 'utf8').split('\n')[0]);
    return { context, port };
}

// In the page: keeps every frame and answers commands; written with nothing but what every browser has.
export function chatInPage(token) {
    const chat = { frames: [], position: 0, answers: new Map(), closed: false };
    chat.open = (begin) =>
        new Promise((resolve, reject) => {
            const socket = new WebSocket(`ws://${location.host}/api/v1/socket`, 'parley.v1');
            chat.socket = socket;
            chat.closed = false;
            const ask = (command, data) => {
                const id = crypto.getRandomValues(new Uint32Array(2)).join('-');
                socket.send(JSON.stringify({ id, command, data }));
                return new Promise((answered) => chat.answers.set(id, answered));
            };
            chat.ask = ask;
            socket.onopen = () => ask('authenticate', { token });
            socket.onclose = () => (chat.closed = true);
            socket.onerror = () => reject(new Error('the WebSocket failed'));
            socket.onmessage = ({ data }) => {
                const frame = JSON.parse(data);
                if (frame.type === 'hello') ask(begin.command, begin.data).then((answer) => (chat.begun = answer));
                if (frame.type === 'resumed') resolve(chat.begun.data);
                if ('at' in frame) chat.position = frame.position;
                if ('at' in frame) chat.frames.push(frame);
                chat.answers.get(frame.id)?.(frame);
                chat.answers.delete(frame.id);
            };
        });
    window.chat = chat;
}
