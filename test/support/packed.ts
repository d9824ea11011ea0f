import * as zlib from 'node:zlib';

/** As bgzip writes it: members of at most 64 KiB, each with its length in its header; an empty one at the end. */
export function bgzf(plain: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at <= plain.length + 65279; at += 65280) {
    const part = plain.subarray(at, at + 65280);
    const body = zlib.deflateRawSync(part);
    const header = Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 0x42, 0x43, 2, 0, 0, 0]);
    header.writeUInt16LE(header.length + body.length + 8 - 1, 16);
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(zlib.crc32(part), 0);
    trailer.writeUInt32LE(part.length, 4);
    parts.push(header, body, trailer);
  }
  return Buffer.concat(parts);
}

/** A frame of stored blocks of 100,000 bytes, with its content's size in 8 bytes and no checksum. */
export function storedFrame(content: Buffer): Buffer {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32LE(content.length, 5);
  const parts: Buffer[] = [header];
  for (let at = 0; at === 0 || at < content.length; at += 100_000) {
    const block = content.subarray(at, at + 100_000);
    const last = at + 100_000 >= content.length ? 1 : 0;
    const blockHeader = Buffer.alloc(3);
    blockHeader.writeUIntLE((block.length << 3) | last, 0, 3);
    parts.push(blockHeader, block);
  }
  return Buffer.concat(parts);
}
