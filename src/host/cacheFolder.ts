import { homedir } from 'node:os';
import { join } from 'node:path';

/** What the indexes of all files may take on the disk: 100 GB of files have indexes of some MB. */
export const cacheBytes = 64 * 1024 * 1024;

/**
 * The folder for what can be made again: where each system's own rules put it (XDG Base Directory Specification;
 * Apple's File System Programming Guide; Windows' known folders).
 */
export function cacheFolder(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string {
  return join(base(platform, env), 'rowriver');
}

function base(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string {
  switch (platform) {
    case 'win32':
      return env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local');
    case 'darwin':
      return join(homedir(), 'Library', 'Caches');
    default: {
      const folder = env.XDG_CACHE_HOME;
      // The specification has relative paths ignored.
      return folder?.startsWith('/') ? folder : join(homedir(), '.cache');
    }
  }
}
