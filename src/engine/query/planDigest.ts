import { createHash } from 'node:crypto';
import type { Plan } from './plan.ts';

const known = new WeakMap<Plan, string>();

/**
 * The same of two plans only if threads that each made one mean the same by its numbers: the zones and fields by their
 * places, the slots of rows, the steps.
 */
export function digestOf(plan: Plan): string {
  let digest = known.get(plan);
  if (digest === undefined) {
    const { shape, conditions, zones, fields, slots, steps, output, offset, asRecords } = plan;
    const whole = asRecords && [asRecords.output, asRecords.fields];
    const said = [shape, conditions, zones, fields, slots, steps, output, offset, whole];
    digest = createHash('sha256').update(JSON.stringify(said, plainly)).digest('base64url');
    known.set(plan, digest);
  }
  return digest;
}

/** What JSON leaves out or refuses. */
function plainly(_key: string, value: unknown): unknown {
  if (value instanceof Map) return [...value.values()];
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) {
    return String(value);
  }
  return value;
}
