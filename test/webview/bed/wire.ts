/** Messages as text, between the tests' process and the page. */
import type { Message } from '../../../src/protocol/rpc.ts';
import { packMessage, unpackMessage } from '../../../src/protocol/wire.ts';

/** Node's side. */
export function encode(message: Message): string {
  return Buffer.from(packMessage(message)).toString('base64');
}

/** The browser's side. */
export function decode(text: string): Message {
  return unpackMessage(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
}
