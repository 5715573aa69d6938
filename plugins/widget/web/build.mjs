// Builds what the widget serves into a folder, with compressed copies.
//   node build.mjs <folder>      without one: dist/
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';

const here = path.dirname(fileURLToPath(import.meta.url));
const output = path.resolve(process.argv[2] ?? path.join(here, 'dist'));
// Several build folders may build at the same time.
const work = mkdtempSync(path.join(tmpdir(), 'parley-widget-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

// The script that pages name: one file, no module, at an address that stays.
async function buildLoader() {
    await build({
        root: here,
        configFile: false,
        logLevel: 'warn',
        publicDir: false,
        build: {
            outDir: work,
            emptyOutDir: false,
            target: 'es2020',
            minify: true,
            reportCompressedSize: false,
            lib: { entry: path.join(here, 'src/loader/loader.ts'), formats: ['iife'], name: 'parleyWidget', fileName: () => 'v1.js' },
        },
    });
}

// Of every file there are both copies, so that the server need not look which there are.
function compress(folder) {
    for (const one of readdirSync(folder, { withFileTypes: true })) {
        const file = path.join(folder, one.name);
        if (one.isDirectory()) {
            compress(file);
            continue;
        }
        const bytes = readFileSync(file);
        writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
        writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
    }
}

await build({ root: here, configFile: path.join(here, 'vite.config.ts'), logLevel: 'warn', build: { outDir: work } });
await buildLoader();
compress(work);
rmSync(output, { recursive: true, force: true });
mkdirSync(path.dirname(output), { recursive: true });
cpSync(work, output, { recursive: true });
