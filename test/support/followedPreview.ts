import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Preview } from './preview.ts';

/** For each test of a suite a folder of its own, and the preview in it, which is closed with it. */
export class FollowedPreview {
  folder = '';
  preview: Preview | undefined;

  constructor() {
    beforeEach(async () => {
      this.folder = await mkdtemp(join(tmpdir(), 'rowriver-following-'));
    });
    afterEach(async () => {
      await this.preview?.close();
      this.preview = undefined;
      await rm(this.folder, { recursive: true });
    });
  }

  readonly at = (name: string): string => join(this.folder, name);
}

/** Records `{"n":from}` to `{"n":to - 1}`, a line each. @param more members behind `n` */
export function numberedLines(from: number, to: number, more = ''): string {
  return Array.from({ length: to - from }, (_, i) => `{"n":${from + i}${more}}\n`).join('');
}
