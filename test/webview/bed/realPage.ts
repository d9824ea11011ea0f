import type { Page } from 'playwright-core';
import { RealBed, type Look } from './realBed.ts';
import { RealEngine } from './realEngine.ts';
import type { BedServer } from './server.ts';

/** One page over the real engine for all tests of a suite, and a folder for their files. */
export class RealPage {
  readonly page: Page;
  readonly engine: RealEngine;
  readonly #bed: RealBed;

  private constructor(bed: RealBed, page: Page, engine: RealEngine) {
    this.#bed = bed;
    this.page = page;
    this.engine = engine;
  }

  /** @param name of the suite, which the folder is called after */
  static async open(name: string, look: Look): Promise<RealPage> {
    const bed = await RealBed.open(name);
    const { page, engine } = await RealEngine.onBed(bed.server, bed.folder, look);
    return new RealPage(bed, page, engine);
  }

  get bed(): BedServer {
    return this.#bed.server;
  }

  get folder(): string {
    return this.#bed.folder;
  }

  async close(): Promise<void> {
    await this.engine.close();
    await this.#bed.close();
  }
}
