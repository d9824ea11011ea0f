import { said, SaidError, saidOf } from '../../../said/said.ts';
import { builtins } from '../../builtins.ts';
import { bgzfSurvey } from './bgzf.ts';
import { type Codec, Interruption, pull, type Step } from './decoded.ts';
import { alignBlock, deflateWindow } from './deflate.ts';
import { type BlockMark, type Mark, type Marks } from './marks.ts';
import { findStart, isProven, keepWindow, keptWindow, type Start } from './gzipMarks.ts';
import { Pump } from './pump.ts';
import { canReadAgain, type Source, SourceError } from '../source.ts';

/** Compressed bytes given to zlib at a time: little at first, for the first rows. */
const firstFeed = 16 * 1024;
const mostFeed = 256 * 1024;
/** The same where the source gives its bytes once: what is lost before a place of damage, at most. */
const onceFeed = 8 * 1024;
const chunkSize = 1024 * 1024;
/** CRC-32 and length. */
const trailerLength = 8;

/**
 * gzip (RFC 1952), one member or many, zeros after the last one allowed. All inflating is zlib's. Random access
 * follows zran, the example in zlib's sources: every so many bytes a mark, with the 32 KiB before it.
 */
export const gzip: Codec = {
  async *decode(base, from, marks) {
    let start = from;
    let fine: FineFeed | undefined;
    let failedCheck: Damage | undefined;
    let delivered = from.position;
    for (let attempt = 0; ; attempt++) {
      let position = start.position;
      try {
        for await (const step of new Pass(base, start, marks, fine, failedCheck).run()) {
          if (step instanceof Interruption) {
            yield step;
            continue;
          }
          const known = delivered - position;
          position += step.length;
          if (known >= step.length) continue;
          delivered = position;
          yield known > 0 ? step.subarray(known) : step;
        }
        return;
      } catch (error) {
        if (!(error instanceof Damage)) throw error;
        if (error.length <= 1 || !canReadAgain(base) || attempt === 4) throw corrupt(base, error, delivered);
        // zlib keeps to itself what it made of the piece that it refuses. So the stretch since the last mark is
        // decoded once more, and the piece given in smaller ones.
        start = marks.before(delivered);
        if (isCheck(error)) failedCheck = error;
        fine = { at: error.at, length: Math.ceil(error.length / 64) };
      }
    }
  },
  survey: bgzfSurvey,
};

/** From byte `at` on, zlib is given `length` bytes at a time. */
interface FineFeed {
  readonly at: number;
  readonly length: number;
}

/** zlib's refusal of the `length` compressed bytes at `at`. */
class Damage extends SaidError {
  readonly at: number;
  readonly length: number;

  constructor(at: number, length: number, cause: unknown) {
    super(saidOf(cause), { cause });
    this.at = at;
    this.length = length;
  }
}

/** Whether it is the member's CRC-32 or length that is wrong, which zlib finds only where it began with the member. */
function isCheck(damage: Damage): boolean {
  return damage.message === 'incorrect data check' || damage.message === 'incorrect length check';
}

const cutOff = 'unexpected end of file';

function corrupt(base: Source, damage: Damage, delivered: number): SourceError {
  const message =
    damage.message === cutOff
      ? said`${base.name} is truncated: its compressed data ends at byte ${damage.at} of the file.`
      : isCheck(damage)
        ? said`${base.name} is damaged at byte ${damage.at} of the compressed file (${damage.message}: what was decoded before may also be wrong).`
        : said`${base.name} is damaged at byte ${damage.at} of the compressed file (${damage.message}).`;
  return new SourceError('corrupt', message, delivered, { cause: damage });
}

/** One way through the compressed bytes, from a mark to the end. */
class Pass {
  readonly #base: Source;
  readonly #from: Mark;
  readonly #marks: Marks;
  readonly #fine: FineFeed | undefined;
  readonly #failedCheck: Damage | undefined;
  readonly #input = new Uint8Array(mostFeed);
  #feed = firstFeed;
  /** Position in the compressed bytes. */
  #at: number;
  /** Position in the decoded bytes. */
  #position: number;
  /** The last decoded chunks, at least a window of them. */
  #tail: Uint8Array[] = [];
  /** Where to look again for a beginning, after as many vain searches in a row. */
  #seekFrom = 0;
  #fruitless = 0;

  /** @param failedCheck what an earlier pass found at the end of the member in which this one begins */
  constructor(
    base: Source,
    from: Mark,
    marks: Marks,
    fine: FineFeed | undefined,
    failedCheck: Damage | undefined,
  ) {
    this.#base = base;
    this.#from = from;
    this.#marks = marks;
    this.#fine = fine;
    this.#failedCheck = failedCheck;
    this.#at = from.at;
    this.#position = from.position;
    if (!canReadAgain(base)) this.#feed = onceFeed;
  }

  async *run(): AsyncGenerator<Step, void> {
    if (this.#from.block !== undefined) {
      yield* this.#restOfMember(this.#from.block);
      if (this.#failedCheck !== undefined)
        throw new Damage(this.#at - trailerLength, 0, this.#failedCheck.cause);
    }
    yield* this.#members();
  }

  /** From a block to the end of its member, trailer included. */
  async *#restOfMember(block: BlockMark): AsyncGenerator<Step, void> {
    const dictionary = keptWindow(block.window);
    this.#remember(dictionary);
    const pump = new Pump(
      builtins.zlib.createInflateRaw({ chunkSize, ...(dictionary.length > 0 && { dictionary }) }),
    );
    try {
      const first = this.#at;
      let length = yield* this.#read();
      const opening = alignBlock(this.#input.subarray(0, length), block);
      yield* this.#inflate(pump, opening.bytes, length);
      while (!pump.ended) {
        length = yield* this.#read();
        if (length === 0) {
          yield* this.#finish(pump);
          break;
        }
        yield* this.#inflateAndMark(pump, this.#input.subarray(0, length));
      }
      this.#at = first + pump.consumed - opening.added;
    } finally {
      pump.close();
    }
    yield* this.#skipTrailer();
  }

  /** They were checked when the marks were made. */
  async *#skipTrailer(): AsyncGenerator<Step, void> {
    for (const end = this.#at + trailerLength; this.#at < end;) {
      const length = yield* pull(this.#base, this.#input.subarray(0, end - this.#at), this.#at);
      if (length === 0) throw new Damage(this.#at, 0, new Error(cutOff));
      this.#at += length;
    }
  }

  /** Whole members to the end. zlib goes from one to the next by itself and checks each one's CRC-32. */
  async *#members(): AsyncGenerator<Step, void> {
    let pump: Pump | undefined;
    try {
      for (;;) {
        const length = yield* this.#read();
        if (length === 0) {
          if (pump !== undefined) yield* this.#finish(pump);
          return;
        }
        if (pump === undefined) {
          if (this.#input[0] === 0) return;
          pump = new Pump(builtins.zlib.createGunzip({ chunkSize }));
        }
        yield* this.#inflateAndMark(pump, this.#input.subarray(0, length));
        if (pump.ended) return;
      }
    } finally {
      pump?.close();
    }
  }

  async *#read(): AsyncGenerator<Interruption, number> {
    const fine = this.#fine ?? { at: Infinity, length: 0 };
    const wanted = this.#at < fine.at ? Math.min(this.#feed, fine.at - this.#at) : fine.length;
    if (canReadAgain(this.#base)) this.#feed = Math.min(mostFeed, 4 * this.#feed);
    let length = 0;
    do {
      const got = yield* pull(this.#base, this.#input.subarray(length, wanted), this.#at + length);
      if (got === 0) break;
      length += got;
      // A mark needs a proof's length after it; otherwise what there is now is better than more of it later.
    } while (length < wanted && this.#marks.wants(this.#position));
    return length;
  }

  /** Decodes `bytes`; where it is time for a mark, finds one in them and proves it. */
  async *#inflateAndMark(pump: Pump, bytes: Uint8Array): AsyncGenerator<Step, void> {
    let rest = bytes;
    while (!pump.ended && this.#marks.wants(this.#position) && this.#position >= this.#seekFrom) {
      const start = findStart(rest);
      if (start === undefined) {
        // There are files without such places; they are not to be slowed down by the search.
        this.#seekFrom = this.#position + this.#fruitless++ * bytes.length;
        break;
      }
      this.#fruitless = 0;
      const proofEnd = start.byte + start.span;
      yield* this.#prove(pump, rest.subarray(0, proofEnd), start);
      rest = rest.subarray(proofEnd);
    }
    yield* this.#inflate(pump, rest, rest.length);
  }

  /** Decodes `bytes`, the first of them up to `start`, the others twice: they are the proof that it is a beginning. */
  async *#prove(pump: Pump, bytes: Uint8Array, start: Start): AsyncGenerator<Step, void> {
    const at = this.#at + start.byte;
    const cut = start.byte + (start.bit > 0 ? 1 : 0);
    yield* this.#inflate(pump, bytes.subarray(0, cut), cut);
    const position = this.#position;
    const window = this.#window();
    const expected: Uint8Array[] = [];
    for await (const chunk of this.#inflate(pump, bytes.subarray(cut), bytes.length - cut)) {
      expected.push(chunk);
      yield chunk;
    }
    if (!isProven(bytes.subarray(start.byte), start, window, expected)) return;
    const { bit, stored } = start;
    this.#marks.add({
      position,
      at,
      block: start.member ? undefined : { bit, stored, window: keepWindow(window) },
    });
  }

  /** Decodes `bytes`, which stand for `length` bytes of the source. */
  async *#inflate(pump: Pump, bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array, void> {
    if (length === 0 || pump.ended) return;
    try {
      for await (const chunk of pump.feed(bytes)) {
        this.#position += chunk.length;
        this.#remember(chunk);
        yield chunk;
      }
    } catch (error) {
      throw new Damage(this.#at, length, error);
    }
    this.#at += length;
  }

  async *#finish(pump: Pump): AsyncGenerator<Step, void> {
    try {
      yield* pump.finish();
    } catch (error) {
      throw new Damage(this.#at, 0, error);
    }
  }

  #remember(chunk: Uint8Array): void {
    if (chunk.length >= deflateWindow) this.#tail = [];
    this.#tail.push(chunk);
    let length = this.#tail.reduce((sum, part) => sum + part.length, 0);
    while (length - (this.#tail.at(0)?.length ?? 0) >= deflateWindow) {
      length -= this.#tail.shift()?.length ?? 0;
    }
  }

  #window(): Uint8Array {
    return Buffer.concat(this.#tail).subarray(-deflateWindow);
  }
}
