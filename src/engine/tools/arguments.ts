import type { ArgumentSchema, ObjectSchema } from '../../protocol/tools.ts';
import { ToolError } from './toolError.ts';

/** The arguments of a call, which are as the tool's schema says. */
export class Arguments {
  readonly #values: ReadonlyMap<string, unknown>;

  /** @throws ToolError that names everything that is wrong */
  constructor(schema: ObjectSchema, input: unknown) {
    const faults: string[] = [];
    this.#values = read(schema, input ?? {}, '', faults);
    if (faults.length > 0) throw new ToolError(faults.slice(0, 5).join('\n'));
  }

  /** @throws TypeError where the schema does not require it and the caller has left it out */
  text(name: string): string {
    const value = this.#values.get(name);
    if (typeof value !== 'string') throw new TypeError(`${name} is not a string.`);
    return value;
  }

  textIfAny(name: string): string | undefined {
    const value = this.#values.get(name);
    return typeof value === 'string' ? value : undefined;
  }

  number(name: string): number {
    const value = this.#values.get(name);
    if (typeof value !== 'number') throw new TypeError(`${name} is not a number.`);
    return value;
  }

  numberIfAny(name: string): number | undefined {
    const value = this.#values.get(name);
    return typeof value === 'number' ? value : undefined;
  }

  isTrue(name: string): boolean {
    return this.#values.get(name) === true;
  }

  /** The members of an argument that is an object; none where it was left out. */
  members(name: string): ReadonlyMap<string, unknown> {
    const value = this.#values.get(name);
    return value instanceof Map ? (value as ReadonlyMap<string, unknown>) : new Map();
  }
}

function read(schema: ObjectSchema, input: unknown, at: string, faults: string[]): Map<string, unknown> {
  const values = new Map<string, unknown>();
  const names = Object.keys(schema.properties);
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    faults.push(`${at === '' ? 'The arguments' : at} must be an object with ${names.join(', ')}.`);
    return values;
  }
  for (const name of Object.keys(input)) {
    if (!Object.hasOwn(schema.properties, name)) {
      faults.push(`Unknown argument ${at}${name.slice(0, 80)}. The arguments are ${names.join(', ')}.`);
    }
  }
  for (const [name, property] of Object.entries(schema.properties)) {
    const given: unknown = Object.hasOwn(input, name) ? Reflect.get(input, name) : undefined;
    // Some models say null where they mean nothing.
    if (given === undefined || given === null) {
      if (schema.required?.includes(name)) faults.push(`${at}${name} is missing: ${property.description}`);
      else if ('default' in property) values.set(name, property.default);
      continue;
    }
    if (property.type === 'object') values.set(name, read(property, given, `${at}${name}.`, faults));
    else {
      const fault = faultOf(property, given);
      if (fault === undefined) values.set(name, given);
      else faults.push(`${at}${name} ${fault}`);
    }
  }
  return values;
}

/** What is wrong with a value; undefined where nothing is. */
function faultOf(schema: Exclude<ArgumentSchema, { type: 'object' }>, value: unknown): string | undefined {
  switch (schema.type) {
    case 'string': {
      if (typeof value !== 'string') return 'must be a string.';
      const { minLength: least = 0, maxLength: most = Infinity } = schema;
      if (value.length < least) return 'must not be empty.';
      if (value.length > most) return `has ${value.length} characters. The limit is ${most}.`;
      if (schema.enum && !schema.enum.includes(value)) return `must be one of ${schema.enum.join(', ')}.`;
      return undefined;
    }
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'must be true or false.';
    case 'integer':
    case 'number': {
      const { minimum = -Infinity, maximum = Infinity } = schema;
      const range = maximum === Infinity ? `of ${minimum} or more` : `from ${minimum} to ${maximum}`;
      const isRight =
        typeof value === 'number' &&
        (schema.type === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value));
      if (isRight && value >= minimum && value <= maximum) return undefined;
      return `must be ${schema.type === 'integer' ? 'a whole number' : 'a number'} ${range}.`;
    }
  }
}
