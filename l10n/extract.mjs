// `npm run l10n`, and part of packing: gathers what `t` and `l10n.t` say in src/, and what is tagged as `said`, into
// l10n/bundle.l10n.json, from which translations are made. Another path may be given for it. What only the command says
// is English.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import ts from 'typescript';

const root = resolve(import.meta.dirname, '..');
const target = process.argv.at(2) ?? join(root, 'l10n/bundle.l10n.json');
const words = new Set();
const faults = [];

for (const room of ['src/engine', 'src/extension', 'src/host', 'src/protocol', 'src/webview']) {
  for (const name of readdirSync(join(root, room), { recursive: true })) {
    if (/\.tsx?$/.test(name)) read(join(root, room, name));
  }
}

if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exitCode = 1;
} else {
  const bundle = Object.fromEntries([...words].sort().map((word) => [word, word]));
  writeFileSync(target, `${JSON.stringify(bundle, null, 2)}\n`);
}

function read(path) {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  visit(source);

  function visit(node) {
    if (ts.isCallExpression(node) && ['t', 'l10n.t'].includes(node.expression.getText())) take(node);
    if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'said') takeSaid(node);
    ts.forEachChild(node, visit);
  }

  function takeSaid({ template }) {
    const parts = ts.isTemplateExpression(template)
      ? [template.head, ...template.templateSpans.map(({ literal }) => literal)]
      : [template];
    const hole = parts.map(({ text }) => /\{\d+\}/.exec(text)?.[0]).find((found) => found !== undefined);
    if (hole !== undefined)
      faults.push(`${placeOf(template)}: ${hole} stands in a text, where values are filled in`);
    // Where nothing but values and signs is said, there is nothing to translate.
    if (!parts.some(({ text }) => /\p{L}/u.test(text))) return;
    words.add(parts.map(({ text }, index) => (index === 0 ? text : `{${index - 1}}${text}`)).join(''));
  }

  function placeOf(node) {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    return `${relative(root, path)}:${line + 1}`;
  }

  function take(call) {
    const [message, ...values] = call.arguments;
    const place = placeOf(call);
    if (!message || !ts.isStringLiteralLike(message)) {
      faults.push(`${place}: what is to be translated has to stand there as a text`);
      return;
    }
    for (const [hole, index] of message.text.matchAll(/\{(\d+)\}/g)) {
      const spread = values.some(ts.isSpreadElement);
      if (!spread && Number(index) >= values.length) faults.push(`${place}: nothing is given for ${hole}`);
    }
    words.add(message.text);
  }
}
