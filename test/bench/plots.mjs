// Builds and runs plots.ts, with the workers of the last build: `npm run build && node test/bench/plots.mjs FILE`.
import { bundle } from '../support/bundle.mjs';

await import(await bundle('bench/plots'));
