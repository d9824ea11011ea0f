// What VS Code calls in the extension host, under this harness and under @vscode/test-electron alike.
const { readdirSync } = require('node:fs');
const { join } = require('node:path');
const { Mocha } = require('mocha');
const { timeout } = require('../../.mocharc.json');
const reporter = require('./reporter.cjs');

const tests = join(__dirname, '../../out/test/integration');

/** Rejects when a test fails. */
exports.run = async function run() {
  const mocha = new Mocha({ ui: 'bdd', timeout, reporter });
  if (process.env.ROWRIVER_GREP) mocha.grep(new RegExp(process.env.ROWRIVER_GREP));
  for (const file of readdirSync(tests)) {
    if (file.endsWith('.test.cjs')) mocha.addFile(join(tests, file));
  }
  const failures = await new Promise((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} failed`);
};
