import { getManyValues, isMany, none } from 'stream-chain/defs.js';
import { pick } from 'stream-json/core/filters/pick.js';
import { jsonParser, type Token } from 'stream-json/core/parser.js';
import { jsoncParser } from 'stream-json/core/jsonc/parser.js';
import { said } from '../../../../said/said.ts';
import { SourceError, type Source } from '../../../source/source.ts';
import type { PatternStep } from './pattern.ts';

/**
 * The elements of a document by stream-json: for paths that go through several lists, which the scanner of rows does
 * not follow, and its oracle. From front to back; numbers keep their text, and nothing of the document is held but the
 * element at hand.
 */

const pieceLength = 64 * 1024;

/**
 * Yields the text of each value that the steps lead to, without white space. Documents may follow each other.
 * @param comments whether comments and trailing commas are allowed
 * @throws SourceError, `corrupt` where the document is malformed: with the offset up to which it was read
 * without a fault
 */
export async function* streamElements(
  source: Source,
  steps: readonly PatternStep[],
  comments = false,
  signal?: AbortSignal,
): AsyncGenerator<string, void> {
  const options = { packValues: true, streamValues: false, jsonStreaming: true };
  const parse = comments ? jsoncParser(options) : jsonParser(options);
  const select = pick({
    filter: (stack) =>
      stack.length === steps.length && steps.every((step, i) => step === null || step === stack[i]),
  });
  const write = createElementWriter();
  const decoder = new TextDecoder();
  const piece = new Uint8Array(pieceLength);
  for (let position = 0, ended = false; !ended;) {
    const length = await source.read(piece, position, signal);
    ended = length === 0;
    const text = decoder.decode(piece.subarray(0, length), { stream: !ended });
    try {
      // A number at the end is known to be whole when a blank follows.
      for (const token of valuesOf(parse(ended ? `${text}\n` : text))) {
        for (const chosen of valuesOf(select(token))) {
          const element = write(chosen);
          if (element !== undefined) yield element;
        }
      }
      // What is still open makes the parser throw.
      if (ended) Reflect.apply(parse, undefined, [none]);
    } catch (error) {
      throw malformed(source, position, length, error);
    }
    position += length;
  }
}

/** stream-json does not say where in the piece. */
function malformed(source: Source, position: number, length: number, cause: unknown): SourceError {
  const words = cause instanceof Error ? cause.message : String(cause);
  const message =
    length === 0
      ? said`${source.name} is not valid JSON at its end, byte ${position}: ${words}`
      : said`${source.name} is not valid JSON between bytes ${position} and ${position + length}: ${words}`;
  return new SourceError('corrupt', message, position, { cause });
}

/** The values that a stage of a chain answers with: none, one or many. */
function valuesOf(answer: unknown): readonly Token[] {
  const values: readonly unknown[] = isMany(answer) ? getManyValues(answer) : [answer];
  return values.filter(isToken);
}

function isToken(value: unknown): value is Token {
  return typeof value === 'object' && value !== null && 'name' in value;
}

/** Puts tokens together again; answers the text of a value with its last token. */
function createElementWriter(): (token: Token) => string | undefined {
  let text = '';
  let depth = 0;
  let afterValue = false;

  function put(part: string): string | undefined {
    text += afterValue ? `,${part}` : part;
    afterValue = true;
    return depth === 0 ? end() : undefined;
  }

  function end(): string {
    const whole = text;
    text = '';
    afterValue = false;
    return whole;
  }

  function open(bracket: string): undefined {
    text += afterValue ? `,${bracket}` : bracket;
    depth++;
    afterValue = false;
  }

  function close(bracket: string): string | undefined {
    text += bracket;
    depth--;
    afterValue = true;
    return depth === 0 ? end() : undefined;
  }

  return (token) => {
    switch (token.name) {
      case 'startObject':
        return open('{');
      case 'startArray':
        return open('[');
      case 'endObject':
        return close('}');
      case 'endArray':
        return close(']');
      case 'keyValue':
        text += `${afterValue ? ',' : ''}${JSON.stringify(token.value)}:`;
        afterValue = false;
        return undefined;
      case 'stringValue':
        return put(JSON.stringify(token.value));
      case 'numberValue':
        return put(token.value);
      case 'nullValue':
      case 'trueValue':
      case 'falseValue':
        return put(String(token.value));
      default:
        return undefined;
    }
  };
}
