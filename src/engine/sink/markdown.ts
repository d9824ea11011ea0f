import { ByteBuilder } from '../byteBuilder.ts';
import { Kind } from '../format/record.ts';
import { appendUnescaped } from './jsonText.ts';
import type { BatchEncoder, RowBatch, RowColumn } from './rowSink.ts';

/**
 * Rows as a table of GitHub Flavored Markdown: numbers flush right by what the first rows hold, a value a cell as it
 * reads. What Markdown would take for its own is escaped, so that a renderer shows the value: a line break is `<br>`,
 * other control characters are their pictures (U+2400 and on). Null, a missing value and an empty text are all empty.
 */
export function markdownEncoder(): BatchEncoder {
  const out = new ByteBuilder();
  const unescaped = new ByteBuilder();

  function row(cells: readonly string[]): void {
    out.text(`| ${cells.join(' | ')} |\n`);
  }

  function cellText({ bytes, fields }: RowBatch, column: number, index: number): string {
    const { kinds, starts, ends } = fields[column];
    const [start, end] = [starts[index], ends[index]];
    switch (kinds[index]) {
      case Kind.Missing:
      case Kind.Null:
        return '';
      case Kind.EscapedText:
        unescaped.clear();
        appendUnescaped(unescaped, bytes, start, end);
        return escaped(decoder.decode(unescaped.view()));
      default:
        return escaped(decoder.decode(bytes.subarray(start, end)));
    }
  }

  return {
    begin(columns: readonly RowColumn[]) {
      out.clear();
      if (columns.length > 0) {
        row(columns.map(({ name }) => escaped(name)));
        row(columns.map(({ type }) => (type === 'number' ? '--:' : '---')));
      }
      return out.view();
    },
    rows(batch) {
      out.clear();
      for (let index = 0; index < batch.count; index++) {
        row(batch.fields.map((_, column) => cellText(batch, column, index)));
      }
      return out.view();
    },
    end: () => new Uint8Array(0),
  };
}

/** ASCII punctuation that begins or ends something in a line of Markdown, or of HTML in it, wherever it stands. */
const special = /[\\`*_{}[\]<>|~&]/g;

function escaped(text: string): string {
  return text
    .replaceAll(special, (character) => `\\${character}`)
    .replaceAll(/\r\n?|\n/g, '<br>')
    .replaceAll(/[\0-\x1f\x7f]/g, (character) =>
      character === '\x7f' ? '\u2421' : String.fromCharCode(0x2400 + character.charCodeAt(0)),
    );
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
