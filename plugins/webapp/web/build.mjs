// Builds the page and the pieces of plugins into folders beside the plugins' libraries, with compressed copies.
//   node build.mjs <folder of the plugins> [<name of a plugin>...]
// Without arguments: dist/, for looking at it with `npx vite preview`.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';

const here = path.dirname(fileURLToPath(import.meta.url));
const plugins = path.resolve(here, '../..');
const [output, ...asked] = process.argv.slice(2);
// Several build folders may build at the same time.
const work = output ? mkdtempSync(path.join(tmpdir(), 'parley-web-')) : here;
process.on('exit', () => output && rmSync(work, { recursive: true, force: true }));

const textual = /\.(js|css|html|svg|json|webmanifest)$/;
function* files(folder) {
    for (const one of readdirSync(folder, { withFileTypes: true })) {
        const full = path.join(folder, one.name);
        if (one.isDirectory()) yield* files(full);
        else yield full;
    }
}
// Every file that is text has both copies, so that the server need not look which there are.
function compress(folder) {
    for (const file of [...files(folder)]) {
        if (!textual.test(file)) continue;
        const bytes = readFileSync(file);
        writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
        writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
    }
}
function put(from, to) {
    rmSync(to, { recursive: true, force: true });
    mkdirSync(path.dirname(to), { recursive: true });
    cpSync(from, to, { recursive: true });
}

// The service worker keeps what the page needs to begin; its version is what that is.
function writeWorker(folder) {
    const page = readFileSync(path.join(folder, 'index.html'), 'utf8');
    const assets = [...new Set(page.match(/\/webapp\/[\w./-]+/g)), '/webapp/runtime.js'];
    const source = readFileSync(path.join(here, 'src/service_worker.js'), 'utf8');
    const version = [...assets].sort().join(' ').split('').reduce((sum, one) => (Math.imul(sum, 31) + one.charCodeAt(0)) >>> 0, 7).toString(36);
    writeFileSync(path.join(folder, 'service_worker.js'), source.replace('/*SHELL*/ []', JSON.stringify(['/webapp/', ...assets])).replace('/*VERSION*/', version));
}

async function buildPage() {
    const folder = path.join(work, 'dist');
    await build({ root: here, configFile: path.join(here, 'vite.config.ts'), logLevel: 'warn', build: { outDir: folder } });
    writeWorker(folder);
    if (!output) return;
    compress(folder);
    put(folder, path.join(output, 'webapp.share'));
}

async function buildPiece(name) {
    const folder = path.join(plugins, name, 'web');
    const made = path.join(work, 'pieces', name);
    await build({
        root: folder,
        configFile: false,
        logLevel: 'warn',
        publicDir: false,
        resolve: { alias: {} },
        esbuild: { jsx: 'automatic', jsxImportSource: '@parley/web' },
        build: {
            outDir: made,
            emptyOutDir: true,
            target: 'es2022',
            minify: true,
            reportCompressedSize: false,
            lib: { entry: ['piece.tsx', 'piece.ts'].map((one) => path.join(folder, one)).find((one) => existsSync(one)), formats: ['es'], fileName: () => 'piece.js' },
            rollupOptions: { external: [/^@parley\/web/], output: { paths: (id) => (id.startsWith('@parley/web') ? '/webapp/runtime.js' : id) } },
        },
    });
    const style = path.join(folder, 'piece.css');
    if (existsSync(style)) cpSync(style, path.join(made, 'piece.css'));
    compress(made);
    put(made, path.join(output, `${name}.share/web`));
}

const withPieces = readdirSync(plugins).filter((name) => ['piece.tsx', 'piece.ts'].some((one) => existsSync(path.join(plugins, name, 'web', one))));
if (asked.length === 0 || asked.includes('webapp')) await buildPage();
for (const name of withPieces) if (output && (asked.length === 0 || asked.includes(name))) await buildPiece(name);
