import { workspace } from 'vscode';

/**
 * The environment for the engine's thread, in which it finds its proxy: VS Code's own settings where they say one,
 * else what VS Code was started with. VS Code puts its proxy into Node's clients only in the thread of its extensions.
 */
export function engineEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const settings = workspace.getConfiguration('http');
  const own = new Set(['http_proxy', 'https_proxy', 'all_proxy']);
  const without = Object.fromEntries(Object.entries(env).filter(([name]) => !own.has(name.toLowerCase())));
  if (settings.get<string>('proxySupport') === 'off') return without;
  const proxy = settings.get<string>('proxy') ?? '';
  const exempt = settings.get<string[]>('noProxy') ?? [];
  return {
    ...(proxy === '' ? env : { ...without, http_proxy: proxy, https_proxy: proxy }),
    ...(exempt.length > 0 && { no_proxy: exempt.join(',') }),
  };
}
