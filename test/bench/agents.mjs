// Builds and runs agents.ts: `node esbuild.mjs && node test/bench/agents.mjs 5000`.
import { bundle } from '../support/bundle.mjs';

await import(await bundle('bench/agents'));
