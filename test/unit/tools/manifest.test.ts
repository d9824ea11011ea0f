import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { toolDefinitions } from '../../../src/protocol/toolDefinitions.ts';
import { manifestTools } from '../../support/manifestTools.ts';

interface Manifest {
  readonly contributes: { languageModelTools: unknown };
}

const words = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Readonly<Record<string, string>>;

describe('the tools in package.json', () => {
  it('are those of toolDefinitions.ts; ROWRIVER_WRITE_DOCS=1 writes them', () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
    if (process.env.ROWRIVER_WRITE_DOCS === '1') {
      manifest.contributes.languageModelTools = manifestTools();
      writeFileSync('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
      execFileSync('npx', ['prettier', '--write', 'package.json']);
    } else {
      assert.deepEqual(manifest.contributes.languageModelTools, manifestTools());
    }
  });

  it('have the same titles for people', () => {
    for (const { name, title } of toolDefinitions) {
      assert.equal(words[`tool.${name}.title`], title);
      assert.match(words[`tool.${name}`], /\.$/);
    }
  });
});
