import { allFormats, formatsOf } from './textFormats.ts';

/**
 * What was seen of the values of one place in the records: plain data that threads send each other. What is seen of two parts of
 * a file is put together by `merge`, in any order.
 */
export interface Seen {
  nulls: number;
  /** Whether true and false were among them. */
  hasTrue: boolean;
  hasFalse: boolean;
  integers: number;
  /** Numbers that are no integers. */
  fractions: number;
  /** The smallest and the largest number: whole ones beyond 2^53 are `bigint`. */
  least: number | bigint;
  most: number | bigint;
  texts: number;
  /** Bits of the formats that all texts are in. */
  formats: number;
  /** The different texts; undefined where they are many or long. */
  values: Set<string> | undefined;
  lists: number;
  items: Seen | undefined;
  objects: number;
  members: Map<string, Member>;
  /** Set where names are so many that they are no names but data: what all of the members hold. */
  each: Seen | undefined;
  /** Set where no more is looked at: anything may stand there. */
  isAny: boolean;
}

export interface Member {
  /** Objects that have it. */
  objects: number;
  readonly seen: Seen;
}

/** Different texts that are told apart, and how long these are at most. */
export const mostValues = 10;
const longestValue = 64;
/** Members by name of one object, and levels. */
const mostMembers = 500;
const mostLevels = 24;

export function nothingSeen(): Seen {
  return {
    nulls: 0,
    hasTrue: false,
    hasFalse: false,
    integers: 0,
    fractions: 0,
    least: Infinity,
    most: -Infinity,
    texts: 0,
    formats: allFormats,
    values: new Set(),
    lists: 0,
    items: undefined,
    objects: 0,
    members: new Map(),
    each: undefined,
    isAny: false,
  };
}

/** Takes in a value. */
export function see(seen: Seen, value: unknown, level = 0): void {
  if (seen.isAny) return;
  if (value === null) seen.nulls++;
  else if (value === true) seen.hasTrue = true;
  else if (value === false) seen.hasFalse = true;
  else if (typeof value === 'number' || typeof value === 'bigint') seeNumber(seen, value);
  else if (typeof value === 'string') seeText(seen, value);
  else if (typeof value !== 'object') throw new TypeError(`A record does not hold a ${typeof value}.`);
  else if (level === mostLevels) seen.isAny = true;
  else if (Array.isArray(value)) {
    seen.lists++;
    if (value.length > 0) seen.items ??= nothingSeen();
    for (const item of value as unknown[]) if (seen.items) see(seen.items, item, level + 1);
  } else {
    seen.objects++;
    for (const [name, member] of Object.entries(value)) see(memberOf(seen, name, 1), member, level + 1);
  }
}

export function seeNumber(seen: Seen, value: number | bigint): void {
  if (typeof value === 'bigint' || Number.isInteger(value)) seen.integers++;
  else seen.fractions++;
  if (value < seen.least) seen.least = value;
  if (value > seen.most) seen.most = value;
}

export function seeText(seen: Seen, text: string): void {
  seen.texts++;
  if (seen.formats !== 0) seen.formats = formatsOf(text, seen.formats);
  if (seen.values === undefined || seen.values.has(text)) return;
  if (text.length > longestValue || seen.values.size === mostValues) seen.values = undefined;
  else seen.values.add(text);
}

/** What was seen of a member, which so many objects more have. */
export function memberOf(seen: Seen, name: string, objects: number): Seen {
  if (seen.each) return seen.each;
  const known = seen.members.get(name);
  if (known) {
    known.objects += objects;
    return known.seen;
  }
  if (seen.members.size < mostMembers) {
    const member = nothingSeen();
    seen.members.set(name, { objects, seen: member });
    return member;
  }
  return collapsed(seen);
}

function collapsed(seen: Seen): Seen {
  const each = nothingSeen();
  for (const member of seen.members.values()) merge(each, member.seen);
  seen.members = new Map();
  seen.each = each;
  return each;
}

/** Takes in what was seen elsewhere, which is void afterwards. */
export function merge(into: Seen, other: Seen): void {
  into.isAny ||= other.isAny;
  into.nulls += other.nulls;
  into.hasTrue ||= other.hasTrue;
  into.hasFalse ||= other.hasFalse;
  into.integers += other.integers;
  into.fractions += other.fractions;
  if (other.least < into.least) into.least = other.least;
  if (other.most > into.most) into.most = other.most;
  into.texts += other.texts;
  into.formats &= other.formats;
  into.values = other.values && into.values && fewOf(new Set([...into.values, ...other.values]));
  into.lists += other.lists;
  if (other.items) {
    if (into.items) merge(into.items, other.items);
    else into.items = other.items;
  }
  into.objects += other.objects;
  if (other.each) merge(into.each ?? collapsed(into), other.each);
  for (const [name, { objects, seen }] of other.members) merge(memberOf(into, name, objects), seen);
}

function fewOf(values: Set<string>): Set<string> | undefined {
  return values.size > mostValues ? undefined : values;
}
