// Mocha's spec reporter for every suite. What it prints also goes to the file ROWRIVER_REPORT, since what the
// extension host prints is drowned in VS Code's own log; its counts go as one line to the file ROWRIVER_TALLY, so
// that suites in three processes end in one sum.
const { appendFileSync } = require('node:fs');
const { format } = require('node:util');
const { Mocha } = require('mocha');

const { Base, Spec } = Mocha.reporters;
const { ROWRIVER_REPORT: report, ROWRIVER_TALLY: tally } = process.env;

if (report) Base.consoleLog = (...args) => appendFileSync(report, `${format(...args)}\n`);

module.exports = class Reporter extends Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures, pending } = runner.stats;
      const counts = { passed: passes, failed: failures, skipped: pending };
      if (tally) appendFileSync(tally, `${JSON.stringify(counts)}\n`);
    });
  }
};
