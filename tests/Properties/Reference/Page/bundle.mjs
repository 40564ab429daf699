// Bundles the page with the engine into one script for a browser: node bundle.mjs OUT
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const [outfile] = process.argv.slice(2);
await build({
  entryPoints: [fileURLToPath(new URL('page.mjs', import.meta.url))],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  minify: true,
  logLevel: 'error',
});
