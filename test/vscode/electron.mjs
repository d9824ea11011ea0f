// Runs test/integration in a downloaded desktop VS Code: for machines that can reach its update server.
import { runTests } from '@vscode/test-electron';
import { join } from 'node:path';
import { main, root } from './project.mjs';

await main(async () => {
  await runTests({
    extensionDevelopmentPath: root,
    extensionTestsPath: join(root, 'test/vscode/host.cjs'),
    launchArgs: ['--disable-extensions', '--disable-workspace-trust'],
  });
});
