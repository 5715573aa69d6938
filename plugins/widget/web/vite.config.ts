// How the frame and the demo page are built; build.mjs adds the script that pages name.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export default defineConfig({
    base: '/widget/',
    publicDir: false,
    resolve: { alias: { '@parley/client': here('../../../sdk/js/src/index.ts') } },
    esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
    build: {
        target: 'es2022',
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        reportCompressedSize: false,
        emptyOutDir: true,
        rollupOptions: { input: { frame: here('frame.html'), demo: here('demo.html') }, output: { entryFileNames: 'assets/[name]-[hash].js' } },
    },
});
