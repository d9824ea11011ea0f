import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { visible } from '../engine/visible.ts';
import { toolNamed } from '../protocol/toolDefinitions.ts';

/** Whether a call may write, or why it may not be made at all. */
interface Consent {
  readonly given: boolean;
  readonly refusal?: string;
}

/** Characters of an argument that the person is shown. */
const shown = 500;

/**
 * Asks the person before a file is written. A client's own question is not enough: many let people allow a server once
 * and for all, for the sake of the tools that only read.
 */
export async function mayWrite(
  server: McpServer['server'],
  name: string,
  input: unknown,
  allowed: boolean,
  signal: AbortSignal,
): Promise<Consent> {
  const tool = toolNamed(name);
  if (!tool || tool.readOnly) return { given: false };
  if (allowed) return { given: true };
  if (!canAsk(server)) {
    return {
      given: false,
      refusal:
        'This server cannot write files, because the client cannot ask the user. The user can start it with rowriver mcp --allow-export.',
    };
  }
  const message = `Write a new file with Rowriver?\nNew file: ${part(input, 'target')}\nFrom: ${part(input, 'path')}\nQuery: ${part(input, 'query').trim() || '(all records)'}`;
  const requestedSchema = { type: 'object' as const, properties: {} };
  // People take their time.
  const { action } = await server.elicitInput({ message, requestedSchema }, { signal, timeout: 600_000 });
  if (action === 'accept') return { given: true };
  return {
    given: false,
    refusal: 'The user has declined to write this file. Do not try again without being asked.',
  };
}

/** Whether the client shows questions to the person itself. Some only open addresses for that, which is no answer here. */
export function canAsk(server: McpServer['server']): boolean {
  return server.getClientCapabilities()?.elicitation?.form !== undefined;
}

function part(input: unknown, name: string): string {
  const value: unknown = typeof input === 'object' && input !== null ? Reflect.get(input, name) : undefined;
  if (typeof value !== 'string') return '(missing)';
  // What the person decides by must be what is written.
  const text = visible(value);
  return text.length > shown ? `${text.slice(0, shown)}… (${text.length} characters)` : text;
}
