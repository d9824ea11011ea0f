import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { RealEngine } from './realEngine.ts';
import { startBed, type BedServer } from './server.ts';

export type Look = Parameters<typeof RealEngine.onBed>[2];

/** Pages over the real engine, one after the other, and a folder for the files of a suite. */
export class RealBed {
  readonly server: BedServer;
  readonly folder: string;

  private constructor(server: BedServer, folder: string) {
    this.server = server;
    this.folder = folder;
  }

  /** @param name of the suite, which the folder is called after */
  static async open(name: string): Promise<RealBed> {
    const folder = await mkdtemp(join(tmpdir(), `rowriver-${name}-`));
    return new RealBed(await startBed(), folder);
  }

  /** Does something in a page of its own, in which nothing may be thrown. */
  async shown(look: Look, work: (page: Page, engine: RealEngine) => Promise<void>): Promise<void> {
    const { page, engine } = await RealEngine.onBed(this.server, this.folder, look);
    const errors: Error[] = [];
    page.on('pageerror', (error) => errors.push(error));
    try {
      await work(page, engine);
      assert.deepEqual(errors, []);
    } finally {
      await engine.close();
      await page.context().close();
    }
  }

  async close(): Promise<void> {
    await this.server.close();
    await rm(this.folder, { recursive: true });
  }
}
