import { said, type Said } from '../../../said/said.ts';
import { builtins } from '../../builtins.ts';
import { type HeaderFields, SourceError } from '../source.ts';

/** What the program says itself: to say otherwise would make nonsense of the answers. */
const own = new Set([
  ...['accept-encoding', 'connection', 'content-length', 'expect', 'host', 'if-range', 'range', 'te'],
  ...['transfer-encoding', 'upgrade'],
]);

/**
 * Header fields from lines such as `Authorization: Bearer ...`; empty lines are none.
 * @throws SourceError `unsupported`; the message does not repeat a value, which may be secret
 */
export function parseHeaders(lines: readonly string[]): HeaderFields {
  const fields: Record<string, string> = {};
  for (const line of lines) {
    if (line.trim() === '') continue;
    const colon = line.indexOf(':');
    if (colon <= 0) throw wrong(said`Write a header as Name: value.`);
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    try {
      builtins.http.validateHeaderName(name);
    } catch {
      throw wrong(said`Write a header as Name: value. This name is not valid.`);
    }
    try {
      builtins.http.validateHeaderValue(name, value);
    } catch {
      throw wrong(said`The value of the header ${name} has characters that are not allowed in a header.`);
    }
    if (own.has(name)) throw wrong(said`The header ${name} is set by Rowriver.`);
    fields[name] = value;
  }
  return fields;
}

function wrong(message: Said): SourceError {
  return new SourceError('unsupported', message);
}
