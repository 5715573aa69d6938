// How the page is built, and how it is served while somebody works on it.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { emoji } from './build/emoji.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const api = { '/api': { target: process.env.PARLEY_URL ?? 'http://127.0.0.1:8080', ws: true, changeOrigin: false } };

export default defineConfig({
    base: '/webapp/',
    plugins: [emoji()],
    resolve: { alias: { '@parley/client': here('../../../sdk/js/src/index.ts') } },
    esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
    build: {
        target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false, emptyOutDir: true,
        rollupOptions: {
            input: { index: here('index.html'), runtime: here('src/runtime.ts') },
            // Pieces of plugins import it by this name, and all that it exports.
            preserveEntrySignatures: 'exports-only',
            output: { entryFileNames: ({ name }) => (name === 'runtime' ? 'runtime.js' : 'assets/[name]-[hash].js') },
        },
    },
    server: { proxy: api, strictPort: true },
    preview: { proxy: api },
});
