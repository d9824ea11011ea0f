import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const pages = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync('docs').map((name) => join('docs', name)),
  ...(existsSync('CONTRIBUTING.md') ? ['CONTRIBUTING.md'] : []),
].filter((name) => name.endsWith('.md'));

describe('the documents', () => {
  for (const page of pages) {
    const text = readFileSync(page, 'utf8');

    it(`${page} links to pages and headings that exist`, () => {
      const broken = [...withoutCode(text).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)]
        .map(([, link]) => link)
        .filter((link) => !leads(page, link));
      assert.deepEqual(broken, [], 'links that lead nowhere');
    });

    it(`${page} names source files that exist`, () => {
      const missing = [...text.matchAll(/`((?:src|test|docs|media|l10n)\/[\w./-]+)`/g)]
        .map(([, path]) => path)
        .filter((path) => !existsSync(path));
      assert.deepEqual(missing, [], 'files that are named and do not exist');
    });
  }
});

/** Whether a link of a page has a target. */
function leads(page: string, link: string): boolean {
  const [path, heading] = link.split('#') as [string, string?];
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(target)) return false;
  return heading === undefined || headings(readFileSync(target, 'utf8')).includes(heading);
}

/** The anchors that GitHub gives a page's headings. */
function headings(text: string): string[] {
  return [...withoutCode(text).matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** In code, brackets and hashes are no links and headings. */
function withoutCode(text: string): string {
  return text
    .replace(/^```[^]*?^```$/gm, '')
    .replace(/(`+)(?!`)[^\n]*?\1/g, (code) => code.replace(/[[\]()]/g, ''));
}
