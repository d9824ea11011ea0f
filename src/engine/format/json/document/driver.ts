import { said } from '../../../../said/said.ts';
import { SourceError } from '../../../source/source.ts';
import type { FormatDriver } from '../../driver.ts';
import { jsonClaim } from '../recognise.ts';
import { unescapedJson } from '../text.ts';
import { nameField } from './document.ts';
import type { JsonRows } from './rows.ts';
import { createKernelJsonDocumentScanner } from './scanner.ts';

export interface JsonSpec {
  readonly kind: 'json';
  readonly rows: JsonRows;
}

/** JSON values of any layout: documents with rows in them, or values that follow one another. */
export const jsonDocument: FormatDriver<JsonSpec> = {
  kind: 'json',
  options: ['rows'],
  recognise: (head) => jsonClaim('json', head),
  async open({ source, remote }, options, signal) {
    const { findRows } = await import('./find.ts');
    const { rows, ...found } = await findRows(source, options.rows, signal, remote);
    if (!rows) {
      const reason = 'reason' in found ? found.reason : '';
      throw new SourceError('unsupported', said`${source.name}: ${reason}`);
    }
    return {
      format: { kind: 'json', rows },
      dataStart: rows.start,
      firstLine: rows.line,
      description: said`JSON, rows ${rows.path}`,
      documentRows: {
        path: rows.path,
        candidates: found.candidates,
        looked: 'looked' in found ? found.looked : undefined,
      },
      ...('paths' in found && found.paths.length > 0 && { paths: found.paths }),
    };
  },
  of: ({ rows }) => ({
    kind: 'json',
    scanner: () => createKernelJsonDocumentScanner(rows),
    // The name of a row, and the bracket after the last one, are around it only in the document.
    rowScanner: () => createKernelJsonDocumentScanner({ ...rows, layout: 'values' }),
    layout: { names: 'paths', ...(rows.layout === 'members' && { named: nameField }) },
    unescaped: unescapedJson,
    numbersInText: false,
    records: rows.layout === 'values' ? 'values' : 'elements',
    lineEnd: undefined,
    reach: undefined,
    readBy: 'json',
    described: () => ({ rows: rows.path }),
  }),
};
