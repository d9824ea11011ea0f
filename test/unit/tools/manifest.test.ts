import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dataEndings, isDataFile } from '../../../src/protocol/dataFiles.ts';
import { toolDefinitions } from '../../../src/protocol/toolDefinitions.ts';
import { manifestTools } from '../../support/manifestTools.ts';

interface Manifest {
  readonly contributes: { languageModelTools: unknown };
}

const words = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Readonly<Record<string, string>>;

/** `*.{a,b}` as `*.a` and `*.b`. */
function braced(pattern: string): string[] {
  const found = /^([^{]*)\{([^}]*)\}(.*)$/.exec(pattern);
  if (!found) return [pattern];
  const [, before, inside, behind] = found;
  return inside.split(',').flatMap((one) => braced(`${before}${one}${behind}`));
}

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

  it('stand beside the previews of the files that a server lists', () => {
    const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      readonly contributes: {
        readonly customEditors: readonly {
          readonly selector: readonly { readonly filenamePattern: string }[];
        }[];
      };
    };
    const names = contributes.customEditors
      .flatMap(({ selector }) => selector.flatMap(({ filenamePattern }) => braced(filenamePattern)))
      .map((pattern) => pattern.replace('*', 'file'));
    assert.deepEqual(names.toSorted(), dataEndings.map((ending) => `file.${ending}`).toSorted());
    assert.ok(names.every(isDataFile));
    for (const name of ['a.txt', 'csv', 'a.csv.exe', 'a.parquet.gz']) assert.ok(!isDataFile(name), name);
  });

  it('stand beside a menu of the Explorer for each of those files', () => {
    const { contributes } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      readonly contributes: {
        readonly menus: Readonly<
          Record<string, readonly { readonly command: string; readonly when: string }[]>
        >;
      };
    };
    for (const menu of ['explorer/context', 'editor/title/context']) {
      const { when } =
        contributes.menus[menu].find(({ command }) => command === 'rowriver.openPreview') ?? {};
      const [, pattern] = /resourceFilename =~ \/(.*?[^\\])\/i/.exec(when ?? '') ?? [];
      assert.ok(pattern, menu);
      for (const ending of dataEndings) assert.match(`file.${ending}`, new RegExp(pattern, 'i'), menu);
      assert.doesNotMatch('file.txt', new RegExp(pattern, 'i'));
    }
  });

  it('have the same titles for people', () => {
    for (const { name, title } of toolDefinitions) {
      assert.equal(words[`tool.${name}.title`], title);
      assert.match(words[`tool.${name}`], /\.$/);
    }
  });
});
