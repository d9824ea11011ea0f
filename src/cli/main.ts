#!/usr/bin/env node
import { existsSync, rmSync } from 'node:fs';
import * as module from 'node:module';
import { join } from 'node:path';
import { cacheFolder } from '../host/cacheFolder.ts';
import { version } from './version.ts';

// Where Node can do that (from 22.1 on), what it has compiled is kept for the next start. The rest of the program is imported after
// this: what is imported above is compiled each time.
if ('enableCompileCache' in module && !process.argv.includes('--no-cache')) {
  keepCompiled(module.enableCompileCache as (folder: string) => unknown);
}
const { main } = await import('./command.ts');
process.exitCode = await main();

/** What is kept of another version is of no use any more. A folder that cannot be written to is no obstacle. */
function keepCompiled(keepIn: (folder: string) => unknown): void {
  const all = join(cacheFolder(process.platform, process.env), 'code');
  const own = join(all, version);
  try {
    if (!existsSync(own)) rmSync(all, { recursive: true, force: true });
    keepIn(own);
  } catch {
    // Then it is compiled again.
  }
}
