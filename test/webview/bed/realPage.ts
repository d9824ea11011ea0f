import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { RealEngine } from './realEngine.ts';
import { startBed, type BedServer } from './server.ts';

/** A page over the real engine for the tests of a suite, and a folder for their files. */
export class RealPage {
  readonly bed: BedServer;
  readonly folder: string;
  readonly page: Page;
  readonly engine: RealEngine;

  private constructor(bed: BedServer, folder: string, page: Page, engine: RealEngine) {
    this.bed = bed;
    this.folder = folder;
    this.page = page;
    this.engine = engine;
  }

  /** @param name of the suite, which the folder is called after */
  static async open(name: string, look: Parameters<typeof RealEngine.onBed>[2]): Promise<RealPage> {
    const folder = await mkdtemp(join(tmpdir(), `rowriver-${name}-`));
    const bed = await startBed();
    const { page, engine } = await RealEngine.onBed(bed, folder, look);
    return new RealPage(bed, folder, page, engine);
  }

  async close(): Promise<void> {
    await this.engine.close();
    await this.bed.close();
    await rm(this.folder, { recursive: true });
  }
}
