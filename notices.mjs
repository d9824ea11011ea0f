// Writes the notices of the packages that a build has bundled, from what esbuild's metafiles say went in.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** SPDX identifiers that may be bundled: they ask for a notice and nothing else. CC-BY-4.0 is the codicon font's. */
const allowed = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'CC-BY-4.0']);

/** Compiled into the kernel, where esbuild does not see it. */
const compiledIn = ['node_modules/assemblyscript'];

/**
 * @param {import('esbuild').Metafile[]} metafiles
 * @returns {string} a notice for each package, sorted by name
 * @throws {Error} if a package names no licence, names one that is not allowed, or ships no licence text
 */
export function notices(metafiles) {
  const folders = new Set(compiledIn);
  for (const { outputs } of metafiles) {
    for (const { inputs } of Object.values(outputs)) {
      for (const input of Object.keys(inputs)) {
        const found = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(input);
        if (found) folders.add(found[0]);
      }
    }
  }

  const faults = [];
  const parts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (!allowed.has(license)) faults.push(`${name} ${version} has the licence ${license}.`);
    const texts = readdirSync(folder)
      .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
      .sort()
      .map((file) => readFileSync(join(folder, file), 'utf8').trim());
    if (texts.length === 0) texts.push(...inReadme(folder));
    if (texts.length === 0) faults.push(`${name} ${version} ships no licence text.`);
    return [`${name} ${version} (${license})`, ...texts].join('\n\n');
  });
  if (faults.length > 0) {
    throw new Error(`What is bundled must have a licence that notices.mjs allows:\n${faults.join('\n')}`);
  }
  const rule = `\n\n${'-'.repeat(80)}\n\n`;
  return `${['Rowriver contains the following packages.', ...parts].join(rule)}\n`;
}

/** @param {string} folder @returns {string[]} the licence that a readme ends with: some packages have it nowhere else */
function inReadme(folder) {
  const file = readdirSync(folder).find((name) => /^readme/i.test(name));
  const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8');
  const licence = /^Copyright \(c\)[^\n]*\n+Permission is hereby granted[^]*/m.exec(text);
  return licence ? [licence[0].trim()] : [];
}
