import { nameOfTable, parsePostgresAddress } from '../sink/postgres/address.ts';
import { parseAddress } from '../source/http/address.ts';
import type { ServiceTarget } from './sendRows.ts';

/** What messages call a service: without what is secret in its address. */
export function serviceName({ url, table }: Pick<ServiceTarget, 'url' | 'table'>): string {
  return table ? nameOfTable(parsePostgresAddress(url), table) : parseAddress(url).shown;
}
