// Changes a file in small ways, one at a time, and lists the changes that no test notices:
//   npm run mutate -- FILE... [--tests START]... [--lines FROM-TO]
// START is how the paths of the test files begin, such as test/unit/dataset/scan. Without it, the tests of the file's room are
// run.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import ts from 'typescript';
import { kernelPlugin } from '../src/engine/kernel/build.mjs';
import { frameSuites, pageSuites } from './vscode/project.mjs';

const { values, positionals: files } = parseArgs({
  options: { tests: { type: 'string', multiple: true }, lines: { type: 'string' } },
  allowPositionals: true,
});
if (files.length === 0) throw new Error('Say which files: npm run mutate -- src/engine/matchWindow.ts');
const [fromLine, toLine] = values.lines?.split('-').map(Number) ?? [1, Infinity];

/** Everything that is built and run for this, beside links to the project. */
const place = resolve('out/mutate');

const operators = new Map([
  ['<', ['<=']],
  ['<=', ['<']],
  ['>', ['>=']],
  ['>=', ['>']],
  ['===', ['!==']],
  ['!==', ['===']],
  ['+', ['-']],
  ['-', ['+']],
  ['*', ['/']],
  ['/', ['*']],
  ['&&', ['||']],
  ['||', ['&&']],
  ['&', ['|']],
  ['|', ['&']],
  ['<<', ['>>']],
]);
const methods = new Map([
  ['min', 'max'],
  ['max', 'min'],
  ['floor', 'ceil'],
  ['ceil', 'floor'],
  ['some', 'every'],
  ['every', 'some'],
]);

/** The texts that an expression can become, each with what it is in words. */
function changesOf(node, source) {
  const text = (part) => part.getText(source);
  if (ts.isBinaryExpression(node)) {
    const operator = text(node.operatorToken);
    return (operators.get(operator) ?? []).map((other) => ({
      from: operator,
      to: other,
      code: `(${text(node.left)}) ${other} (${text(node.right)})`,
    }));
  }
  if (ts.isNumericLiteral(node)) {
    const next = String(Number(node.text.replaceAll('_', '')) + 1);
    return [{ from: text(node), to: next, code: next }];
  }
  if (node.kind === ts.SyntaxKind.TrueKeyword) return [{ from: 'true', to: 'false', code: 'false' }];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return [{ from: 'false', to: 'true', code: 'true' }];
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
    return [{ from: text(node), to: text(node.operand), code: text(node.operand) }];
  }
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
    const { name, expression } = node.expression;
    const other = methods.get(name.text);
    if (other === undefined) return [];
    const given = node.arguments.map(text).join(', ');
    return [{ from: name.text, to: other, code: `${text(expression)}.${other}(${given})` }];
  }
  return [];
}

/** Conditions that a change turns around, where `changesOf` has none for them. */
function isCondition(node) {
  const { parent } = node;
  return (
    ((ts.isIfStatement(parent) || ts.isWhileStatement(parent)) && parent.expression === node) ||
    (ts.isConditionalExpression(parent) && parent.condition === node)
  );
}

const changes = [];

/** The file with every change in it, each done where its number is `__change`. */
function mutated(path, code) {
  const source = ts.createSourceFile(path, code, ts.ScriptTarget.Latest, true);
  const lineOf = (node) => source.getLineAndCharacterOfPosition(node.getStart(source));

  function emit(node) {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isInterfaceDeclaration(node)) {
      return node.getFullText(source);
    }
    if (ts.isTypeAliasDeclaration(node) || ts.isModuleDeclaration(node)) return node.getFullText(source);
    let written = '';
    let at = node.getFullStart();
    ts.forEachChild(node, (child) => {
      written += code.slice(at, child.getFullStart()) + emit(child);
      at = child.getEnd();
    });
    written += code.slice(at, node.getEnd());
    return node === source ? written : wrapped(node, written);
  }

  function wrapped(node, written) {
    const { line, character } = lineOf(node);
    if (line + 1 < fromLine || line + 1 > toLine) return written;
    const isName =
      (ts.isPropertyAssignment(node.parent) && node.parent.name === node) || ts.isEnumMember(node);
    if (isName || ts.isLiteralTypeNode(node.parent)) return written;
    const found = changesOf(node, source);
    if (found.length === 0 && isCondition(node)) {
      const text = node.getText(source);
      found.push({ from: text, to: `!(${text})`, code: `!(${text})` });
    }
    if (found.length === 0) return written;
    const lead = code.slice(node.getFullStart(), node.getStart(source));
    let result = written.slice(lead.length);
    for (const change of found) {
      const id = changes.push({ ...change, path, line: line + 1, column: character + 1 }) - 1;
      result = `(__change(${id}) ? (${change.code}) : (${result}))`;
    }
    return lead + result;
  }

  return emit(source);
}

const targets = new Map(files.map((file) => [resolve(file), undefined]));
const mutate = {
  name: 'mutate',
  setup({ onLoad }) {
    onLoad({ filter: /\.tsx?$/ }, async ({ path }) => {
      if (!targets.has(path)) return undefined;
      let contents = targets.get(path);
      if (contents === undefined) {
        contents = mutated(relative('.', path), await readFile(path, 'utf8'));
        targets.set(path, contents);
      }
      return { contents, loader: path.endsWith('x') ? 'tsx' : 'ts' };
    });
  },
};

/** Which change is done, and notes those that are come to when it is told where. */
const prelude = `
import { appendFileSync as __append } from 'node:fs';
const __active = Number(process.env.ROWRIVER_CHANGE ?? -1);
const __seen = new Set();
globalThis.__change ??= process.env.ROWRIVER_SEEN === undefined
  ? (id) => id === __active
  : (id) => {
      if (!__seen.has(id)) { __seen.add(id); __append(process.env.ROWRIVER_SEEN, id + '\\n'); }
      return false;
    };
import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
`;

const inBrowser = [...pageSuites, ...frameSuites].map((suite) => `test/webview/${suite}.test.ts`);
const allTests = ['test/unit', 'test/webview']
  .flatMap((folder) => readdirSync(folder, { recursive: true }).map((file) => `${folder}/${file}`))
  .filter((file) => /\.test\.tsx?$/.test(file) && !inBrowser.includes(file));

function startingWith(start) {
  return allTests.filter((file) => file.startsWith(start));
}

function testsOf(file) {
  const [, room] = /^src\/(?:engine\/)?([^/]+)\//.exec(file) ?? [];
  const own = `test/unit/${basename(file).replace(/\.tsx?$/, '.test.ts')}`;
  if (existsSync(own)) return [own];
  return startingWith(room === 'webview' ? `${dirname(file).replace('src', 'test')}/` : `test/unit/${room}/`);
}

const tests = [
  ...new Set(values.tests?.flatMap(startingWith) ?? files.flatMap((file) => testsOf(relative('.', file)))),
];
if (tests.length === 0) throw new Error('No tests of these files; say which with --tests.');

rmSync(place, { recursive: true, force: true });
mkdirSync(place, { recursive: true });
for (const entry of readdirSync('.')) {
  if (entry !== 'out' && entry !== 'dist' && entry !== '.git')
    symlinkSync(resolve(entry), join(place, entry));
}
const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  plugins: [mutate, kernelPlugin],
  banner: { js: prelude },
  logLevel: 'warning',
};
await build({ ...common, entryPoints: { worker: 'src/engine/pool/worker.ts' }, outdir: join(place, 'dist') });
await build({ ...common, entryPoints: { cli: 'src/cli/main.ts' }, outdir: join(place, 'dist') });
await build({
  ...common,
  entryPoints: tests,
  outbase: 'test',
  outdir: join(place, 'out/test'),
  packages: 'external',
});

/** Runs the tests; answers whether they pass, and how long they took. */
function run(env, timeout) {
  const began = performance.now();
  const built = tests.map((test) => join('out', test).replace(/\.tsx?$/, '.js'));
  const mocha = [resolve('node_modules/mocha/bin/mocha.js'), '--bail', '--timeout', '60000', '--exit'];
  const { status } = spawnSync(
    process.execPath,
    [...mocha, '--require', './test/vscode/seed.mjs', ...built],
    { cwd: place, env: { ...process.env, ...env }, timeout, killSignal: 'SIGKILL' },
  );
  return { passed: status === 0, ms: performance.now() - began };
}

const seenPath = join(place, 'seen');
const whole = run({ ROWRIVER_SEEN: seenPath });
if (!whole.passed) throw new Error('The tests fail without any change.');
const seen = new Set(existsSync(seenPath) ? readFileSync(seenPath, 'utf8').split('\n').map(Number) : []);
console.log(`${tests.length} test files, ${(whole.ms / 1000).toFixed(1)} s a run`);

let noticed = 0;
const missed = [];
for (const [id, change] of changes.entries()) {
  const isSeen = seen.has(id);
  if (isSeen && !run({ ROWRIVER_CHANGE: String(id) }, Math.ceil(3 * whole.ms) + 5000).passed) {
    noticed++;
    continue;
  }
  missed.push(change);
  const { path, line, column, from, to } = change;
  console.log(`${path}:${line}:${column}  ${from} → ${to}${isSeen ? '' : '  (not run by these tests)'}`);
}
console.log(`${changes.length} changes: ${noticed} noticed, ${missed.length} not`);
rmSync(place, { recursive: true, force: true });
