import assert from 'node:assert/strict';
import fc from 'fast-check';
import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Follower } from '../../../../src/engine/source/follow/follower.ts';

/** What was read of one file, or of one after it was truncated. */
interface Read {
  bytes: Buffer;
}

/** Reads by a follower, as far as has been waited for. */
class Reader {
  readonly reads: Read[] = [];
  readonly said: string[] = [];
  readonly #current = new Map<object, Read>();
  readonly #events: AsyncGenerator;
  readonly #end = new AbortController();
  readonly #follower: Follower;

  constructor(path: string) {
    this.#follower = new Follower({
      find: () => Promise.resolve([path]),
      finds: false,
      end: this.#end.signal,
      times: { goneMs: 1e9, retiredMs: 1e9 },
    });
    this.#events = this.#read();
  }

  async *#read(): AsyncGenerator {
    const { signal } = new AbortController();
    for (const tail of await this.#follower.open(signal)) this.#begin(tail);
    yield undefined;
    for await (const event of this.#follower.events(signal)) {
      if (event.kind === 'said') this.said.push(event.text);
      else if (event.kind === 'begins') this.#begin(event.tail);
      else if (event.kind === 'bytes') {
        const read = this.#current.get(event.tail);
        assert.ok(read, 'bytes come of a file that has begun');
        read.bytes = Buffer.concat([read.bytes, event.bytes]);
      }
      yield event;
    }
  }

  #begin(tail: object): void {
    const read = { bytes: Buffer.alloc(0) };
    this.#current.set(tail, read);
    this.reads.push(read);
  }

  /** Takes events until it is as wanted: nothing but events is waited for. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      const { done } = await this.#events.next();
      assert.ok(!done);
    }
  }

  async open(): Promise<void> {
    await this.#events.next();
  }

  async close(): Promise<void> {
    this.#end.abort();
    await this.#events.return(undefined);
    await this.#follower.close();
  }
}

const piece = fc.uint8Array({ minLength: 1, maxLength: 300 });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('append' as const), bytes: piece }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('rotate' as const, 'replace' as const),
      late: piece,
      bytes: piece,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), bytes: piece }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('truncate' as const), bytes: piece }) },
);

describe('Follower', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rowriver-follower-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('reads each byte of each file once, in order, whatever becomes of its name', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        const path = join(folder, `${run++}.log`);
        const other = `${path}.old`;
        await writeFile(path, 'first');
        const files: Buffer[] = [Buffer.from('first')];
        const expected: string[] = [];
        const reader = new Reader(path);
        const isRead = (): boolean =>
          reader.reads.length === files.length &&
          files.every((bytes, i) => bytes.equals(reader.reads[i].bytes));
        const add = (bytes: Uint8Array): void => {
          files[files.length - 1] = Buffer.concat([files[files.length - 1], bytes]);
        };
        try {
          await reader.open();
          for (const { kind, ...given } of steps) {
            switch (kind) {
              case 'append':
                await appendFile(path, given.bytes);
                add(given.bytes);
                break;
              case 'rotate':
              case 'replace': {
                const { late } = given as { late: Uint8Array };
                // Nobody has looked since this was written, and the file has another name then.
                await appendFile(path, late);
                add(late);
                if (kind === 'rotate') await rename(path, other);
                else await writeFile(other, given.bytes);
                if (kind === 'rotate') await writeFile(path, given.bytes);
                else await rename(other, path);
                files.push(Buffer.from(given.bytes));
                expected.push(kind === 'rotate' ? 'rotated' : 'replaced');
                break;
              }
              case 'delete':
                await reader.until(isRead);
                await rm(path);
                expected.push('deleted');
                await reader.until(() => reader.said.length === expected.length);
                await writeFile(path, given.bytes);
                files.push(Buffer.from(given.bytes));
                expected.push('there again');
                break;
              case 'truncate':
                await reader.until(isRead);
                await truncate(path);
                expected.push('truncated');
                await reader.until(() => reader.said.length === expected.length);
                await appendFile(path, given.bytes);
                files.push(Buffer.from(given.bytes));
            }
            if (kind !== 'append') await reader.until(isRead);
          }
          await reader.until(isRead);
          const said = reader.said.map(
            (text) => /rotated|replaced|deleted|there again|truncated/.exec(text)?.[0],
          );
          assert.deepEqual(said, expected);
        } finally {
          await reader.close();
        }
      }),
      { numRuns: 12 },
    );
  });

  it('notices that a file was overwritten with other bytes, also when it is not shorter', async () => {
    const path = join(folder, 'a.log');
    await writeFile(path, 'one\ntwo\n');
    const reader = new Reader(path);
    try {
      await reader.open();
      await reader.until(() => reader.reads[0].bytes.length === 8);
      await writeFile(join(folder, 'b'), '');
      // In one write, so that no shorter file is seen.
      const { open } = await import('node:fs/promises');
      const file = await open(path, 'r+');
      await file.write('three\nfour\nfive\n', 0);
      await file.close();
      await reader.until(() => reader.reads.length === 2 && reader.reads[1].bytes.length === 16);
      assert.equal(reader.reads[1].bytes.toString(), 'three\nfour\nfive\n');
      assert.match(reader.said.join('\n'), /^.* was overwritten: reading it from its start\.$/);
    } finally {
      await reader.close();
    }
  });
});
