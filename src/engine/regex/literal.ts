import type { RegexNode } from './syntax.ts';

/**
 * The longest text that stands in every match; '' where there is none. Only what must be passed counts, so
 * nothing inside a choice or of a repetition that may be left out.
 */
export function requiredText(node: RegexNode): string {
  let best = '';
  let current = '';
  const end = (): void => {
    if (current.length > best.length) best = current;
    current = '';
  };
  const visit = (part: RegexNode): void => {
    switch (part.kind) {
      case 'empty':
      case 'assert':
        return;
      case 'set': {
        const [range] = part.set;
        if (part.set.length === 1 && range[0] === range[1]) {
          current += String.fromCodePoint(range[0]);
          return;
        }
        break;
      }
      case 'sequence':
        part.parts.forEach(visit);
        return;
      case 'group':
        visit(part.body);
        return;
      case 'repeat':
        if (part.least > 0) {
          end();
          visit(part.body);
        }
        break;
      case 'choice':
    }
    end();
  };
  visit(node);
  end();
  return best;
}
