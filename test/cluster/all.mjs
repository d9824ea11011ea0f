// `npm run test:cluster`: starts engines that speak Spark Connect, and compares their answers with Rowriver's; each must also live
// through faults. Ends with `N passed, M failed`. Where an engine cannot be had, that is said, and it is not asked.
//   npm run test:cluster -- sail                     one of them: sail, spark
//   npm run test:cluster -- --at 127.0.0.1:15002     a server that is running, which sees this computer's files
//   npm run test:cluster -- --times                  how long they take, beside Rowriver (--size 2000, --rounds 3)
import { appendFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { main, say } from '../vscode/project.mjs';
import { answers } from './answers.mjs';
import { startSail, startSpark } from './engines.mjs';
import { faults } from './faults.mjs';
import { times } from './times.mjs';

const options = {
  at: { type: 'string' },
  times: { type: 'boolean' },
  size: { type: 'string', default: '2000' },
  rounds: { type: 'string', default: '3' },
};
const { values, positionals } = parseArgs({ options, allowPositionals: true });
/** Longer than any of them takes on the slowest machine: one that hangs has failed. */
const testLimitMs = 5 * 60_000;

const known = { sail: startSail, spark: startSpark };
const chosen = positionals.length > 0 ? positionals : Object.keys(known);

await main(async () => {
  if (values.times) {
    const starts = chosen.map((name) => known[name]);
    await inFolder((folder) => times(Number(values.size), Number(values.rounds), starts, folder));
    return;
  }
  const reasons = [];
  let passed = 0;
  if (values.at === undefined) {
    for (const name of chosen) {
      await inFolder(async (folder) => {
        const engine = await known[name](folder);
        if (engine) await examine(engine, folder, name === 'spark', true);
      });
    }
  } else {
    const engine = { name: values.at, address: values.at, close: () => undefined };
    await inFolder((folder) => examine(engine, folder, true, false));
  }
  const failed = reasons.length;
  if (process.env.ROWRIVER_TALLY)
    appendFileSync(process.env.ROWRIVER_TALLY, `${JSON.stringify({ passed, failed, reasons })}\n`);
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;

  /** @param isOurs it may be killed */
  async function examine(engine, folder, isSpark, isOurs) {
    say(engine.name);
    try {
      const tests = answers(engine, folder, isSpark);
      for (const [name, test] of isOurs ? [...tests, ...(await faults(engine, folder))] : tests) {
        try {
          await within(testLimitMs, test());
          passed++;
          console.log(`  ok ${name}`);
        } catch (error) {
          reasons.push(`${engine.name}: ${name}\n${error.stack}`);
          console.log(`  FAILED ${name}\n${error.stack}`);
        }
      }
    } finally {
      await engine.close();
    }
  }
});

/** Rejects where the work takes longer. */
async function within(limitMs, work) {
  const ended = new AbortController();
  const limit = setTimeout(limitMs, undefined, { signal: ended.signal }).then(() => {
    throw new Error(`It has taken more than ${limitMs / 60_000} minutes.`);
  });
  try {
    await Promise.race([work, limit]);
  } finally {
    ended.abort();
    await limit.catch(() => undefined);
  }
}

async function inFolder(work) {
  const folder = await mkdtemp(join(tmpdir(), 'rowriver-cluster-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
