import { withQuotedNaN } from '../../protocol/jsonValue.ts';

/** Whether there may be JSON among some bytes with `NaN` or `Infinity` in it. */
export function mayHoldNaN(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer.includes('NaN') || buffer.includes('Infinity');
}

/** Whole lines, or one value, of JSON with texts in place of `NaN` and `Infinity`: the same bytes where there are none. */
export function strictJson(json: Uint8Array): Uint8Array {
  if (!mayHoldNaN(json)) return json;
  const lines = decoder.decode(json).split('\n');
  return encoder.encode(lines.map(withQuotedNaN).join('\n'));
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();
