import { parseJson } from '../../protocol/jsonValue.ts';

/** Lines that are looked at to tell what a text holds. */
const linesLookedAt = 200;

/** The first lines of a text that hold anything. One that the head cuts off is among them only if it is the first. */
export function firstLines(text: string, final: boolean): string[] {
  const lines = text.split('\n', linesLookedAt + 1);
  if (lines.length > 1 && (!final || lines.length > linesLookedAt)) lines.pop();
  return lines.filter((line) => line.trim() !== '');
}

/** What goes on with the line before, as of a stack trace: it is none of its own. */
const belowAnother = /^(?:\s|Caused by: )/;

/** The share of a text's lines that are an object that holds something. */
export function shareOfObjects(text: string, final: boolean): number {
  const isObject = (line: string): boolean => /^\s*\{\s*"/.test(line) && isJson(line);
  return shareOf(isObject, text, final);
}

/** `level=info msg="got it, yes"` */
const pairs = /^(?:[\w.@/-]+=(?:"(?:[^"\\]|\\.)*"|[^\s"]*)(?:\s+|$)){2,}$/;

/** The share of a text's lines that are nothing but names with values behind them, as logfmt has them. */
export function shareOfPairs(text: string, final: boolean): number {
  return shareOf((line) => pairs.test(line), text, final);
}

/** The share of a text's lines that are JSON, or begin like a list or an object and may be broken. */
export function shareOfJson(text: string, final: boolean): number {
  return shareOf((line) => /^\s*[{[]/.test(line) || isJson(line), text, final);
}

function shareOf(test: (line: string) => boolean, text: string, final: boolean): number {
  const lines = firstLines(text, final);
  const passed = lines.filter(test).length;
  return passed / Math.max(1, lines.filter((line) => !belowAnother.test(line) || test(line)).length);
}

export function isJson(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch {
    return false;
  }
}
