// In CI property tests draw the same cases every time, so that a failing run can be run again and a passing one means
// the same tomorrow; everywhere else each run draws new ones.
import fc from 'fast-check';

if (process.env.CI) fc.configureGlobal({ seed: 1 });
