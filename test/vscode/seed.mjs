// Property tests draw the same cases every time, so that a failing run can be run again and a passing one means the same
// tomorrow; the long run draws new ones, and says on failure from which seed.
import fc from 'fast-check';
import { long } from './long.mjs';

if (!long) fc.configureGlobal({ seed: 1 });

/** Three times as long as the slowest test took on two busy cores (1,150 s): for a test that hangs, not for a slow machine. */
const longMs = 60 * 60_000;

export const mochaHooks = {
  beforeEach() {
    if (long) this.currentTest.timeout(longMs);
  },
};
