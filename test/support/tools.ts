import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ToolAnswer, ToolName, ToolProgress, ToolScope } from '../../src/protocol/tools.ts';
import { Preview } from './preview.ts';

export interface AskOptions {
  readonly scope?: Partial<ToolScope>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (value: ToolProgress) => void;
}

/** The tools over a folder of their own, in an engine as the host has it. */
export class ToolBench {
  readonly folder: string;
  readonly #engine: Preview;

  private constructor(folder: string, engine: Preview) {
    this.folder = folder;
    this.#engine = engine;
  }

  static async start(workers = 2): Promise<ToolBench> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'rowriver-test-')));
    return new ToolBench(folder, await Preview.start(workers, null));
  }

  async write(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, content);
    return path;
  }

  ask(name: ToolName, input: unknown, { scope, ...options }: AskOptions = {}): Promise<ToolAnswer> {
    const whole = { roots: [this.folder], files: [], mayWrite: true, ...scope };
    return this.#engine.host.call('tool', { name, input, scope: whole }, options);
  }

  /** An answer that has not failed, for programs. */
  async told(name: ToolName, input: unknown): Promise<Record<string, unknown>> {
    const { text, structured, failed } = await this.ask(name, input);
    if (failed || !structured) throw new Error(text);
    return structured;
  }

  async close(): Promise<void> {
    await this.#engine.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
