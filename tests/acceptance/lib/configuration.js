// The files of a server's configuration, changed while it runs.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

// Changes one file, which need not be there, and tells the server.
export async function changes(server, name, change) {
    const file = path.join(server.folder, name);
    const whole = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
    change(whole);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(whole, null, 2));
    return server.cli('config', 'reload');
}
