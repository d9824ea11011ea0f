/** Messages with typed arrays as text, between the tests' process and the page. */
import type { Message } from '../../../src/protocol/rpc.ts';

const arrays = { Uint8Array, Uint32Array, Float64Array };
type ArrayName = keyof typeof arrays;

interface Packed {
  readonly array: ArrayName;
  readonly base64: string;
}

/** Node's side. */
export function encode(message: Message): string {
  return JSON.stringify(message, (_, value: unknown) => {
    for (const [array, type] of Object.entries(arrays)) {
      if (!(value instanceof type)) continue;
      const base64 = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
      return { array, base64 };
    }
    return value;
  });
}

/** The browser's side. */
export function decode(text: string): Message {
  return JSON.parse(text, (_, value: unknown) => {
    if (!isPacked(value)) return value;
    const bytes = Uint8Array.from(atob(value.base64), (character) => character.charCodeAt(0));
    return new arrays[value.array](bytes.buffer);
  }) as Message;
}

function isPacked(value: unknown): value is Packed {
  return typeof value === 'object' && value !== null && 'array' in value && 'base64' in value;
}
