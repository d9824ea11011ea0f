import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from './usageError.ts';

/** What `rowriver mcp` asks for. */
export interface McpCommand {
  /** Folders whose files may be read, as absolute paths; none: those that the client names, or the current one. */
  readonly roots: readonly string[];
  /** Whether a file may be written without asking. */
  readonly allowExport: boolean;
}

/** @throws UsageError */
export function readMcpArguments(args: readonly string[]): McpCommand {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { root: { type: 'string', multiple: true }, 'allow-export': { type: 'boolean' } },
    });
    const roots = values.root ?? [];
    if (roots.includes('')) throw new UsageError('--root needs the path of a folder.');
    return { roots: roots.map((root) => resolve(root)), allowExport: values['allow-export'] ?? false };
  } catch (error) {
    if (!(error instanceof TypeError) || !('code' in error)) throw error;
    throw new UsageError(
      `${error.message.split(/\. |\.?\n/)[0]}. rowriver mcp takes --root DIR and --allow-export; a file of that name is ./mcp.`,
    );
  }
}
