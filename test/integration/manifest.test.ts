import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands, extensions } from 'vscode';

interface Manifest {
  readonly icon: string;
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[];
    readonly keybindings: readonly { readonly command: string; readonly when: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string }[]>>;
    readonly walkthroughs: readonly {
      readonly steps: readonly { readonly description: string; readonly media: { readonly image: string } }[];
    }[];
  };
}

describe('the manifest', () => {
  function extension() {
    const found = extensions.getExtension<undefined>('rowriver.rowriver');
    assert.ok(found);
    return found;
  }

  function manifest(): Manifest {
    // VS Code's own copy has its strings translated already.
    return JSON.parse(readFileSync(join(extension().extensionPath, 'package.json'), 'utf8')) as Manifest;
  }

  it('declares each command that the extension registers, and no other', async () => {
    await extension().activate();
    const registered = (await commands.getCommands(true)).filter((name) => name.startsWith('rowriver.'));
    // VS Code adds one of its own for each walkthrough, view or the like.
    const declared = manifest().contributes.commands.map(({ command }) => command);
    assert.deepEqual(registered.sort(), declared.sort());
  });

  it('shows only declared commands, and keys only where a preview is in front', () => {
    const { contributes } = manifest();
    const declared = new Set(contributes.commands.map(({ command }) => command));
    for (const { command } of Object.values(contributes.menus).flat())
      assert.ok(declared.has(command), command);
    for (const { command, when } of contributes.keybindings) {
      assert.ok(declared.has(command), command);
      assert.match(when, /activeCustomEditorId == 'rowriver\.preview'/);
    }
  });

  it('has every string that it refers to', () => {
    const { extensionPath } = extension();
    const words = JSON.parse(readFileSync(join(extensionPath, 'package.nls.json'), 'utf8')) as object;
    const text = readFileSync(join(extensionPath, 'package.json'), 'utf8');
    const used = [...text.matchAll(/"%([^%"]+)%"/g)].map(([, name]) => name);
    assert.deepEqual([...new Set(used)].sort(), Object.keys(words).sort());
  });

  it('has every picture that it refers to', () => {
    const { icon, contributes } = manifest();
    const pictures = contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.image));
    for (const picture of [icon, ...pictures]) {
      assert.ok(existsSync(join(extension().extensionPath, picture)), picture);
    }
  });
});
