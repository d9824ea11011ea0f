/** What somebody types to go to a place. */
import type { Place } from '../../protocol/preview.ts';

/**
 * `1234` is a record, `l1234` or `line 1234` a line, `b5000` or `byte 5,000` an offset, `50%` a share, anything with a
 * date or a colon a time, and so is `t1714560000` or `time 1714560000`. Undefined where it is none of these.
 * @param byRow the rows are not in the order of the file: `1234`, `row 1234` and `#1234` are a row
 */
export function parsePlace(text: string, byRow: boolean): Place | undefined {
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
    const kind = (numbered.at(1) ?? '#').toLowerCase();
    if (kind === 'l' || kind === 'line') return value >= 1 ? { by: 'line', value } : undefined;
    if (kind === 'b' || kind === 'byte' || kind === 'offset' || kind === '@') return { by: 'offset', value };
    if (value < 1) return undefined;
    return { by: byRow && (kind === '#' || kind === 'row') ? 'row' : 'record', value };
  }
  const epoch = /^(?:t|time)\s*(\d+(?:\.\d+)?)$/i.exec(trimmed)?.at(1);
  if (epoch !== undefined) return { by: 'time', text: epoch };
  return /^\d{4}-\d{1,2}|^\d{1,2}:\d{2}|^\d{1,2}[./]\d{1,2}[./]\d{2,4}/.test(trimmed)
    ? { by: 'time', text: trimmed }
    : undefined;
}
