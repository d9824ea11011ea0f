import { type Said, said } from '../../../said/said.ts';

/**
 * Walks the outside of zstd frames (RFC 8878, section 3): where blocks and frames end and how long a frame's content
 * is. Nothing is decoded.
 */
export class FrameWalker {
  /** What the frame says of its decoded size; undefined where it is silent. Known once its header has passed. */
  contentSize: number | undefined;
  /** A frame without content, such as pzstd and seekable files have. Known once its first four bytes have passed. */
  skippable = false;
  /** Whether the frame's last byte has passed. */
  done = false;
  /** The checksum of the content; undefined where the frame has none, or has not passed. */
  checksum: number | undefined;
  /** What is not as it should be; undefined while all is well. */
  wrong: Said | undefined;

  #stage: 'magic' | 'descriptor' | 'header' | 'skippableSize' | 'block' | 'checksum' = 'magic';
  readonly #field = new DataView(new ArrayBuffer(16));
  #filled = 0;
  #wanted = 4;
  /** Bytes to pass over before the next field. */
  #skip = 0;
  #descriptor = 0;
  #lastBlock = false;
  #checksum = false;

  /**
   * Passes over `bytes` from `from`, at most to the end of a block or of the frame; answers where that is. Fewer than
   * all bytes are passed only there, or where something is wrong.
   */
  advance(bytes: Uint8Array, from: number): number {
    let at = from;
    while (at < bytes.length && !this.done && this.wrong === undefined) {
      if (this.#skip > 0) {
        const passed = Math.min(this.#skip, bytes.length - at);
        this.#skip -= passed;
        at += passed;
        if (this.#skip > 0) break;
        this.#finishIfLast();
        return at;
      }
      this.#field.setUint8(this.#filled++, bytes[at++] ?? 0);
      if (this.#filled < this.#wanted) continue;
      this.#filled = 0;
      this.#next();
    }
    return at;
  }

  #next(): void {
    switch (this.#stage) {
      case 'magic': {
        const magic = this.#field.getUint32(0, true);
        if (magic === zstdMagic) this.#expect('descriptor', 1);
        else if ((magic & 0xfffffff0) >>> 0 === skippableMagic) {
          this.skippable = true;
          this.#expect('skippableSize', 4);
        } else this.wrong = said`no zstd frame begins here`;
        return;
      }
      case 'skippableSize':
        this.#skip = this.#field.getUint32(0, true);
        this.#lastBlock = true;
        if (this.#skip === 0) this.done = true;
        return;
      case 'descriptor': {
        this.#descriptor = this.#field.getUint8(0);
        this.#checksum = (this.#descriptor & 4) !== 0;
        const wanted = this.#windowBytes + this.#dictionaryBytes + this.#sizeBytes;
        if (wanted === 0) this.#expect('block', 3);
        else this.#expect('header', wanted);
        return;
      }
      case 'header':
        this.contentSize = this.#readSize(this.#windowBytes + this.#dictionaryBytes);
        this.#expect('block', 3);
        return;
      case 'block': {
        const header = this.#field.getUint16(0, true) | (this.#field.getUint8(2) << 16);
        const type = (header >> 1) & 3;
        if (type === 3) {
          this.wrong = said`unknown block type`;
          return;
        }
        this.#lastBlock = (header & 1) !== 0;
        this.#skip = type === rleBlock ? 1 : header >> 3;
        if (this.#skip === 0) this.#finishIfLast();
        return;
      }
      case 'checksum':
        this.checksum = this.#field.getUint32(0, true);
        this.done = true;
        return;
    }
  }

  get #windowBytes(): number {
    return (this.#descriptor & 0x20) !== 0 ? 0 : 1;
  }

  get #dictionaryBytes(): number {
    return [0, 1, 2, 4][this.#descriptor & 3] ?? 0;
  }

  get #sizeBytes(): number {
    const flag = this.#descriptor >> 6;
    return flag === 0 ? 1 - this.#windowBytes : 1 << flag;
  }

  #readSize(at: number): number | undefined {
    switch (this.#sizeBytes) {
      case 1:
        return this.#field.getUint8(at);
      case 2:
        return this.#field.getUint16(at, true) + 256;
      case 4:
        return this.#field.getUint32(at, true);
      case 8:
        return Number(this.#field.getBigUint64(at, true));
      default:
        return undefined;
    }
  }

  #expect(stage: 'descriptor' | 'header' | 'skippableSize' | 'block' | 'checksum', bytes: number): void {
    this.#stage = stage;
    this.#wanted = bytes;
  }

  #finishIfLast(): void {
    if (!this.#lastBlock) return;
    if (this.#checksum) this.#expect('checksum', 4);
    else this.done = true;
  }
}

const zstdMagic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;
const rleBlock = 1;
