// Builds the browser's part into dist/web. Every page is a chunk of its own; nothing is inlined, because the
// Content-Security-Policy allows no inline script or style.
import { join } from 'node:path'
import { defineConfig } from 'vite'
import { compress } from './compress.ts'

const outDir = join(import.meta.dirname, '../../dist/web')

/** What most pages use, in one file: a file for each of these small parts costs more than it saves. */
const sharedParts =
  /node_modules|src\/web\/(ui|ci|live|shell|(?!main)[a-z-]+\.tsx?$)|src\/web\/api\/(client|reach|resource|api-error|keep-same|projects)\.ts|src\/server\/live/

export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2024',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      checks: { pluginTimings: false },
      output: { codeSplitting: { groups: [{ name: 'shared', test: sharedParts }] } },
    },
  },
  worker: { format: 'es' },
  plugins: [compress(outDir)],
})
