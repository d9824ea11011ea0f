// The large sample of `npm start`: made once, by the program that the walkthrough uses too.
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { node, say } from './project.mjs';

/** A folder with `requests.jsonl` and `requests.csv` of about `bytes` each. Needs the build in dist/. */
export async function sample(folder, bytes = 300e6) {
  await mkdir(join(folder, '.vscode'), { recursive: true });
  await writeFile(
    join(folder, '.vscode/settings.json'),
    `${JSON.stringify({ 'workbench.editorAssociations': { '*.{jsonl,csv}': 'rowriver.preview' } }, null, 2)}\n`,
  );
  const [jsonl, csv] = ['requests.jsonl', 'requests.csv'].map((name) => join(folder, name));
  for (const file of [jsonl, csv]) {
    if (existsSync(file)) continue;
    say(`Generating ${file} (${bytes / 1e6} MB)`);
    await node('dist/sample.js', [file, String(bytes)]);
  }
  return folder;
}
