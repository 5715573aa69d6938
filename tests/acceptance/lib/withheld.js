// Messages that wait for a verdict or were refused. Nothing that is shipped holds any yet, so they are written into the
// database of a server that does not run, as copies of messages that are there.
import path from 'node:path';
import { psqlIn } from './postgres.js';
import { run } from './processes.js';

export const states = { held: 2, rejected: 3 };

const quoted = (text) => `'${text.replaceAll("'", "''")}'`;

// `copies`: [{of, id, state, text}], of the id of a published message, id a new one.
export async function withhold(server, copies) {
    const rows = copies.map((one) => `(${one.of}, ${one.id}, ${states[one.state]}, ${quoted(one.text)})`);
    const sql = `
        CREATE TEMP TABLE wanted (source BIGINT, new_id BIGINT, new_state INT, new_text TEXT);
        INSERT INTO wanted VALUES ${rows.join(',')};
        CREATE TEMP TABLE copies AS SELECT m.*, w.new_id, w.new_state, w.new_text FROM message m JOIN wanted w ON w.source = m.id;
        UPDATE copies SET id = new_id, seq = NULL, state = new_state, text = new_text, state_reason = 'Too loud', sender_key = NULL;
        ALTER TABLE copies DROP COLUMN new_id;
        ALTER TABLE copies DROP COLUMN new_state;
        ALTER TABLE copies DROP COLUMN new_text;
        INSERT INTO message SELECT * FROM copies;`;
    if (server.database === 'postgresql') return psqlIn(server.databaseUrl, sql);
    const program = 'import sqlite3, sys\nto = sqlite3.connect(sys.argv[1])\nto.executescript(sys.stdin.read())\nto.close()';
    return run('python3', ['-c', program, path.join(server.folder, 'var', 'parley.db')], { input: sql });
}
