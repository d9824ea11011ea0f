// Writes README and CHANGELOG as the pack has them, into dist/. In VS Code, links to files of the repository lead nowhere.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';

/**
 * @param {string} text Markdown
 * @returns {string} without pictures and links to files: a link is its text and, once, the name of its file
 */
export function withoutFiles(text) {
  return text
    .replace(/^!\[[^\]]*\]\((?!https?:)[^)]*\)\n\n?/gm, '')
    .replace(/\[([^\]]*)\]\((?!https?:|#)([^)]*)\)/g, (_, text, file) =>
      text === file.replace(/#.*/, '') ? `\`${text}\`` : `${text} (\`${file}\`)`,
    );
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) {
  mkdirSync('dist', { recursive: true });
  for (const name of ['README.md', 'CHANGELOG.md']) {
    writeFileSync(`dist/${name}`, withoutFiles(readFileSync(name, 'utf8')));
  }
}
