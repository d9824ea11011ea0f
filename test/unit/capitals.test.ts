import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** In the middle of a title these stay small, as in VS Code. */
const small = new Set(
  'a an the and or as at by for from in into of on over to with than is'
    .split(' ')
    .map((word) => word.toLowerCase()),
);

/** Whether a text is written as VS Code writes commands, menu entries and buttons: "Copy as Markdown". */
function isTitle(text: string): boolean {
  const words = text
    .replace(/\(.*?\)|\\u2026/g, '')
    .split(/\s+/)
    .filter((word) => /^[a-z]/i.test(word));
  return words.every((word, index) => /^[A-Z]/.test(word) || (index > 0 && small.has(word)));
}

/** What can be pressed in the page: the texts in buttons, their labels, and the entries of menus. */
function* pressed(source: string): Generator<string> {
  const texts = (part: string) => [...part.matchAll(/\bt\(\s*'((?:[^'\\]|\\.)*)'/g)].map(([, text]) => text);
  for (const [, part] of source.matchAll(/<(?:IconButton|Action|button)\b(.*?)(?:\/>|<\/button>)/gs)) {
    yield* texts(part);
  }
  for (const [part] of source.matchAll(/\blabel:\s*(?:[^,\n]*\?\s*)?t\((?:.*?)\)\s*(?::\s*t\(.*?\))?,/g)) {
    yield* texts(part);
  }
}

describe('capitals', () => {
  it('are those of a title on everything that can be pressed in the page', () => {
    const folder = 'src/webview';
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const found = files
      .filter((file) => file.endsWith('.tsx'))
      .flatMap((file) => [...pressed(readFileSync(join(folder, file), 'utf8'))]);
    assert.ok(found.length > 50, `${found.length} texts`);
    // Sentences are hints of what a button does, not its name.
    assert.deepEqual(
      [...new Set(found)].filter((text) => !isTitle(text) && !/[.,]/.test(text)),
      [],
    );
  });

  it('are those of a title in commands', () => {
    const words = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Record<string, string>;
    const titles = Object.entries(words).filter(([key]) => key.startsWith('command.'));
    assert.deepEqual(
      titles.map(([, title]) => title).filter((title) => !isTitle(title)),
      [],
    );
  });
});
