import { inUnits } from '../protocol/units.ts';
import { fill, inWords, type Said } from '../said/said.ts';

/**
 * Translation of the page's own words. Keys are the English sentences, with `{0}`, `{1}` for what is filled in, as in
 * `vscode.l10n`; the host hands over the bundle of the editor's display language.
 */

let bundle: Readonly<Record<string, string>> = {};

export function setBundle(words: Readonly<Record<string, string>>): void {
  bundle = words;
}

export function t(message: string, ...values: readonly (string | number)[]): string {
  return fill(bundle[message] ?? message, ...values);
}

/** What the engine has said, in the display language. */
export function words(sentence: Said): string {
  return inWords(sentence, t);
}

/**
 * The same, where it stands by itself: it begins with a capital, unless it begins with what is filled in. A column, a
 * function or a file is written as it is called.
 */
export function asSentence({ text, values }: Said): string {
  const pattern = bundle[text] ?? text;
  const first = Number(/^\{(\d+)\}/.exec(pattern)?.[1] ?? NaN);
  const filled = values.map((value, index) => {
    if (typeof value !== 'object') return value;
    return index === first ? asSentence(value) : words(value);
  });
  return fill(capital(pattern), ...filled);
}

/** Only what begins with a word: not with an address, or an example of what to write. */
function capital(text: string): string {
  return /^\p{Ll}+ /u.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

const whole = new Intl.NumberFormat();
const oneDigit = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

export function count(value: number): string {
  return whole.format(value);
}

/** Bytes as "1.2 MB". */
export function bytes(value: number): string {
  const { value: scaled, unit } = inUnits(value);
  return `${(unit === 'B' ? whole : oneDigit).format(scaled)} ${unit}`;
}

/** A duration as people say it: "0.4 s", "12 s", "3 min 20 s", "2 h 5 min". */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 9.95) return t('{0} s', oneDigit.format(seconds));
  const rounded = Math.round(seconds);
  if (rounded < 60) return t('{0} s', rounded);
  const minutes = Math.floor(rounded / 60);
  if (minutes < 60) return t('{0} min {1} s', minutes, rounded % 60);
  return t('{0} h {1} min', Math.floor(minutes / 60), minutes % 60);
}
