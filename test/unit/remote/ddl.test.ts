import assert from 'node:assert/strict';
import { ddlOf } from '../../../src/engine/remote/ddl.ts';
import { nothingSeen, see } from '../../../src/engine/schema/seen.ts';

function ddl(...records: readonly object[]): string {
  const seen = nothingSeen();
  for (const record of records) see(seen, record);
  return ddlOf(seen, [...seen.members.keys()]);
}

describe('schemas for Spark', () => {
  it('has the columns in their order, with their types', () => {
    assert.equal(
      ddl({ z: 1, b: true, f: 1, l: [{ x: 'a' }] }, { f: 0.5, a: null }),
      '`z` BIGINT, `b` BOOLEAN, `f` DOUBLE, `l` ARRAY<STRUCT<`x`: STRING>>, `a` STRING',
    );
  });

  it('reads values of several types as text', () => {
    assert.equal(ddl({ a: 1, b: [1] }, { a: 'x', b: ['x'] }), '`a` STRING, `b` ARRAY<STRING>');
  });

  it('keeps the digits of large whole numbers', () => {
    assert.equal(ddl({ a: 1e19 }), '`a` DECIMAL(38, 0)');
  });

  it('puts names in quotes, and knows columns without values', () => {
    assert.equal(ddlOf(nothingSeen(), ['a`b']), '`a``b` STRING');
  });
});
