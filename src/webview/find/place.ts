/** What somebody types to go to a place. */
import type { Place } from '../../protocol/preview.ts';

/**
 * `1234` is a record, `l1234` or `line 1234` a line, `b5000` or `byte 5,000` an offset, `50%` a share, anything with a
 * date or a colon a time, and so is `t1714560000` or `time 1714560000`. Undefined where it is none of these.
 */
export function parsePlace(text: string): Place | undefined {
  const trimmed = text.trim();
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(trimmed);
  if (percent) {
    const value = Number(percent[1]);
    return value <= 100 ? { by: 'percent', value } : undefined;
  }
  const numbered = /^(?:(r|record|row|#|l|line|b|byte|offset|@)\s*)?(\d[\d\s,._']*)$/i.exec(trimmed);
  if (numbered) {
    const value = Number((numbered.at(2) ?? '').replace(/\D/g, ''));
    if (!Number.isSafeInteger(value)) return undefined;
    const kind = (numbered.at(1) ?? 'r').toLowerCase();
    if (kind === 'l' || kind === 'line') return value >= 1 ? { by: 'line', value } : undefined;
    if (kind === 'b' || kind === 'byte' || kind === 'offset' || kind === '@') return { by: 'offset', value };
    return value >= 1 ? { by: 'record', value } : undefined;
  }
  const epoch = /^(?:t|time)\s*(\d+(?:\.\d+)?)$/i.exec(trimmed)?.at(1);
  if (epoch !== undefined) return { by: 'time', text: epoch };
  return /^\d{4}-\d{1,2}|^\d{1,2}:\d{2}|^\d{1,2}[./]\d{1,2}[./]\d{2,4}/.test(trimmed)
    ? { by: 'time', text: trimmed }
    : undefined;
}
