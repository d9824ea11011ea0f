// Builds and runs scan.ts: `node test/bench/scan.mjs`.
import { bundle } from '../support/bundle.mjs';

await import(await bundle('bench/scan'));
