// `npm test`: everything, from a fresh clone on. Ends with the sum of all suites.
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPackages, main, node, npm } from './project.mjs';

const home = await mkdtemp(join(tmpdir(), 'rowriver-test-'));
try {
  await main(async () => {
    await installPackages();
    await node('esbuild.mjs', ['--tests']);

    const failed = [];
    const sum = { passed: 0, failed: 0 };
    await attempt('check', () => npm(['run', '--silent', 'check']));
    for (const suite of ['unit', 'page', 'integration', 'ui']) {
      const tally = join(home, suite);
      await attempt(suite, () => node(`test/vscode/${suite}.mjs`, [], { ROWRIVER_TALLY: tally }));
      const counts = existsSync(tally) ? JSON.parse(readFileSync(tally, 'utf8')) : { passed: 0, failed: 0 };
      sum.passed += counts.passed;
      sum.failed += counts.failed;
      if (counts.passed + counts.failed === 0) failed.push(`${suite} ran no test`);
    }
    if (failed.length > 0) {
      console.error(`Failed: ${failed.join(', ')}`);
      process.exitCode = 1;
    }
    console.log(`${sum.passed} passed, ${sum.failed} failed`);

    /** The other steps still run, so that one run tells all. */
    async function attempt(step, work) {
      const start = performance.now();
      console.log(`\n${step}`);
      try {
        await work();
      } catch (error) {
        console.error(error instanceof Error ? error.message : error);
        failed.push(step);
      }
      console.log(`${step}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
    }
  });
} finally {
  await rm(home, { recursive: true, force: true });
}
