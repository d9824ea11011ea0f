import type { Seen } from './seen.ts';
import { mostValues } from './seen.ts';
import { formatNamed } from './textFormats.ts';
import { jsonOfWholeNumbers } from './wholeNumbers.ts';

/** Texts are an enumeration where each of a few stands there so often on average. */
const oftenEnough = 10;

/** A JSON Schema that takes all values that were seen, of draft 2020-12. Bounds beyond 2^53 are `bigint`. */
export function schemaOf(seen: Seen): object {
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', ...placeSchema(seen) };
}

/** The JSON text of such a schema. */
export function schemaText(schema: object): string {
  return `${jsonOfWholeNumbers(schema, 2)}\n`;
}

function placeSchema(seen: Seen): Record<string, unknown> {
  if (seen.isAny) return {};
  const { nulls, integers, fractions, texts, lists, objects } = seen;
  const booleans = seen.hasTrue || seen.hasFalse;
  const types = [
    ...(objects > 0 ? ['object'] : []),
    ...(lists > 0 ? ['array'] : []),
    ...(texts > 0 ? ['string'] : []),
    ...(fractions > 0 ? ['number'] : integers > 0 ? ['integer'] : []),
    ...(booleans ? ['boolean'] : []),
    ...(nulls > 0 ? ['null'] : []),
  ];
  // Of a list without items nothing is known.
  if (types.length === 0) return {};
  const isOnlyText = types.every((type) => type === 'string' || type === 'null');
  return {
    type: types.length === 1 ? types[0] : types,
    ...(integers + fractions > 0 && rangeOf(seen)),
    ...(texts > 0 && textsOf(seen, isOnlyText)),
    ...(seen.items && { items: placeSchema(seen.items) }),
    ...(objects > 0 && membersOf(seen)),
  };
}

function rangeOf({ least, most }: Seen): object {
  return {
    ...(isFinite(least) && { minimum: least }),
    ...(isFinite(most) && { maximum: most }),
  };
}

function isFinite(number: number | bigint): boolean {
  return typeof number === 'bigint' || Number.isFinite(number);
}

function textsOf({ texts, nulls, values, formats }: Seen, isOnlyText: boolean): object {
  const format = formatNamed(formats);
  if (format !== undefined) return { format };
  const isFew = values !== undefined && values.size <= mostValues && texts >= oftenEnough * values.size;
  if (!isFew || !isOnlyText) return {};
  return { enum: [...[...values].sort(), ...(nulls > 0 ? [null] : [])] };
}

function membersOf({ objects, members, each }: Seen): object {
  if (each) return { additionalProperties: placeSchema(each) };
  // No validator knows a member of that name from the prototype of all objects.
  const named = [...members].filter(([name]) => name !== '__proto__');
  const required = named.filter(([, member]) => member.objects === objects).map(([name]) => name);
  return {
    ...(required.length > 0 && { required }),
    properties: Object.fromEntries(named.map(([name, { seen }]) => [name, placeSchema(seen)])),
  };
}
