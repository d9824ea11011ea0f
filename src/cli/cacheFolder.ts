import { homedir } from 'node:os';
import { join } from 'node:path';

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
