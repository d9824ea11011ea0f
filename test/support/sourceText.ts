import { openSource } from '../../src/engine/source/open.ts';
import { readFully } from '../../src/engine/source/read.ts';

/** Longer than any text of a test. One for all: memory outside of the heap that is asked for again and again makes it be collected. */
const room = Buffer.alloc(64 * 1024 * 1024);

/** What is read of a local file as text, once decoded. */
export async function sourceTextOf(path: string): Promise<string> {
  const source = await openSource({ kind: 'file', path });
  try {
    const length = await readFully(source, room, 0);
    if (length === room.length) throw new Error(`The text of ${path} is too long for a test.`);
    return room.toString('utf8', 0, length);
  } finally {
    await source.close();
  }
}
