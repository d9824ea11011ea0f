// Property tests draw the same cases every time, so that a failing run can be run again and a passing one means the same
// tomorrow; the long run draws new ones, and says on failure from which seed.
import fc from 'fast-check';
import { long } from './long.mjs';

if (!long) fc.configureGlobal({ seed: 1 });

/** Longer than any test takes that draws ten times as many cases as it usually does. */
const longMs = 20 * 60_000;

export const mochaHooks = {
  beforeEach() {
    if (long) this.currentTest.timeout(longMs);
  },
};
