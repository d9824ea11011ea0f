// `npm test`: everything, from a fresh clone on, as many steps at a time as there are cores. Ends with the sum of all
// suites, after what failed: the output of a long run is often seen from its end alone.
//   npm test -- check unit     these steps
//   npm test -- unit quote     the tests of these suites whose names match the pattern
//   npm test -- quote          those of unit and page, which need no VS Code
//   npm run test:long          all of what is drawn at random, in numbers that take their time, from new seeds
import { appendFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { install } from './install.mjs';
import { collected, installPackages, main, node, npm, npmCommand, tallied } from './project.mjs';

/** Those that take longest begin first. */
const steps = ['ui', 'unit', 'check', 'page', 'integration'];
const words = process.argv.slice(2).filter((word) => word !== '--long');
const pattern = words.filter((word) => !steps.includes(word)).join(' ');
const named = steps.filter((step) => words.includes(step));
const chosen = named.length > 0 ? named : pattern === '' ? steps : ['unit', 'page'];
/** How much of what a failed check has said is said again at the end, in characters. */
const lastOfCheck = 2000;
const long = process.argv.includes('--long') ? { ROWRIVER_LONG: '1' } : {};

const home = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
try {
  await main(async () => {
    await installPackages();
    // What the steps share is made before they begin. The pack first: it leaves the build for production in dist/.
    if (chosen.includes('ui')) await npm(['run', '--silent', '--loglevel=error', 'package']);
    if (chosen.some((step) => step !== 'check')) await node('esbuild.mjs', ['--tests']);
    if (chosen.some((step) => step !== 'check' && step !== 'unit')) await install();

    const failed = [];
    const sum = { passed: 0, failed: 0, reasons: [] };
    if (process.env.CI) {
      // The unit tests take every core by themselves, and a workbench is to have them to itself.
      for (const together of [['ui'], ['unit'], ['page', 'check'], ['integration']])
        await Promise.all(together.filter((step) => chosen.includes(step)).map(attempt));
    } else {
      const waiting = [...chosen];
      const lanes = Array.from({ length: availableParallelism() }, async () => {
        for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) await attempt(step);
      });
      await Promise.all(lanes);
    }
    if (pattern !== '' && sum.passed + sum.failed === 0) failed.push(`no test matches ${pattern}`);
    if (failed.length > 0) {
      console.error(
        `\nFailed: ${failed.join(', ')}\n${sum.reasons.map((reason) => `\n${reason}\n`).join('')}`,
      );
      process.exitCode = 1;
    }
    if (process.env.ROWRIVER_TALLY) appendFileSync(process.env.ROWRIVER_TALLY, `${JSON.stringify(sum)}\n`);
    console.log(`\n${sum.passed} passed, ${sum.failed} failed`);

    /** Runs a step and says all that it says when it has ended; the other steps still run, so that one run tells all. */
    async function attempt(step) {
      const start = performance.now();
      console.log(`${step} begins`);
      const tally = join(home, step);
      const { text, failure } =
        step === 'check'
          ? await collected(npmCommand(['run', '--silent', 'check']))
          : await collected(
              [process.execPath, `test/vscode/${step}.mjs`, ...(pattern === '' ? [] : ['-g', pattern])],
              { ROWRIVER_TALLY: tally, ROWRIVER_PACKED: '1', ...long },
            );
      console.log(`\n${text.trimEnd()}\n${step}: ${((performance.now() - start) / 1000).toFixed(0)} s\n`);
      if (failure) console.error(failure);
      if (failure) failed.push(step);
      if (step === 'check') {
        if (failure) sum.reasons.push(text.slice(-lastOfCheck));
        return;
      }
      const counts = tallied(tally);
      sum.passed += counts.passed;
      sum.failed += counts.failed;
      sum.reasons.push(...counts.reasons.map((reason) => `${step}: ${reason}`));
      if (pattern === '' && counts.passed + counts.failed === 0) failed.push(`${step} ran no test`);
    }
  });
} finally {
  await rm(home, { recursive: true, force: true });
}
