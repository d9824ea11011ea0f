import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Message } from '../../../src/protocol/rpc.ts';
import { packMessage, unpackMessage } from '../../../src/protocol/wire.ts';
import type { Said, SaidValue } from '../../../src/said/said.ts';
import { anyCharacter } from '../../support/anyCharacter.ts';

const arrays = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.uint32Array({ maxLength: 12 }),
  fc.float64Array({ maxLength: 9 }),
);
const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: anyCharacter }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
    fc.constantFrom(null, true, false),
    arrays,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ maxLength: 5 }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;
const ids = fc.nat();
const plain = { noNullPrototype: true };
const sentences = fc.letrec<{ said: Said; value: SaidValue }>((tie) => ({
  said: fc.record({ text: fc.string(), values: fc.array(tie('value'), { maxLength: 3 }) }, plain),
  value: fc.oneof(fc.string(), fc.integer(), tie('said')),
})).said;
const messages: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ type: fc.constant('call'), id: ids, method: fc.string(), params: values }, plain),
  fc.record({ type: fc.constant('cancel'), id: ids }, plain),
  fc.record({ type: fc.constantFrom('progress', 'result'), id: ids, value: values }, plain),
  fc.record({ type: fc.constant('event'), name: fc.string(), value: values }, plain),
  fc.record(
    {
      type: fc.constant('error'),
      id: ids,
      error: fc.record({ kind: fc.string(), said: sentences }, plain),
    },
    plain,
  ),
);

describe('protocol/wire', () => {
  it('brings messages over as they are, wherever the bytes begin', () => {
    fc.assert(
      fc.property(messages, fc.nat(9), (message, shift) => {
        const packed = packMessage(message);
        const moved = new Uint8Array(packed.length + shift);
        moved.set(packed, shift);
        assert.deepEqual(unpackMessage(moved.subarray(shift)), message);
      }),
    );
  });

  it('refuses bytes that are no message, and reads nothing behind their end', () => {
    fc.assert(
      fc.property(messages, fc.nat(), fc.nat(255), fc.boolean(), (message, at, byte, cut) => {
        const packed = packMessage(message);
        const spoiled = cut ? packed.slice(0, at % packed.length) : packed;
        if (!cut) spoiled[at % packed.length] = byte;
        try {
          assert.equal(typeof unpackMessage(spoiled).type, 'string');
        } catch (error) {
          const foreseen = [RangeError, SyntaxError, TypeError].some((kind) => error instanceof kind);
          assert(foreseen && !(error instanceof assert.AssertionError), String(error));
        }
      }),
    );
    for (const text of ['', 'null', '{"type":"call","id":1}', '{"type":"error","id":1,"error":"x"}', '[1]'])
      assert.throws(() => unpackMessage(framed(text)), /no message|Unexpected end/, text);
    assert.throws(
      () =>
        unpackMessage(framed('{"type":"result","id":1,"value":{"$array":"Uint8Array","at":0,"length":9}}')),
      /cut short/,
    );
  });
});

function framed(text: string): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(text);
  const bytes = new Uint8Array(4 + json.length);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 4);
  return bytes;
}
