// Builds and runs latency.ts, with the workers of the last build: `npm run build && node test/bench/latency.mjs FILE`.
import { bundle } from '../support/bundle.mjs';

await import(await bundle('bench/latency'));
