// Mocha's spec reporter for every suite. What it prints also goes to the file ROWRIVER_REPORT, since what the
// extension host prints is drowned in VS Code's own log; its counts and what failed go as one line to the file
// ROWRIVER_TALLY, so that suites in three processes end in one sum, and one list of failures.
const { appendFileSync } = require('node:fs');
const { format } = require('node:util');
const { Mocha } = require('mocha');

const { Base, Spec } = Mocha.reporters;
const { ROWRIVER_REPORT: report, ROWRIVER_TALLY: tally } = process.env;

/** How much of a reason is kept, in characters: the difference of two long texts is long. */
const mostOfReason = 3000;

/** An error's reason and those behind it: of a property that failed, the last is what was expected. */
function reasonsOf(error) {
  const reason = (error?.stack ?? String(error)).slice(0, mostOfReason);
  return error?.cause === undefined ? [reason] : [reason, ...reasonsOf(error.cause)];
}

if (report) Base.consoleLog = (...args) => appendFileSync(report, `${format(...args)}\n`);

module.exports = class Reporter extends Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures, pending } = runner.stats;
      const reasons = this.failures.map(
        (test) => `${test.fullTitle()}\n${reasonsOf(test.err).join('\nCaused by: ')}`,
      );
      const counts = { passed: passes, failed: failures, skipped: pending, reasons };
      if (tally) appendFileSync(tally, `${JSON.stringify(counts)}\n`);
    });
  }
};
