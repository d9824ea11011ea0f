import { said, type Said } from '../../said/said.ts';

/**
 * What ajv says of a rule that is broken, as text and values. What it says otherwise than here, as of a keyword that is
 * new, stays English.
 * @param message in English
 * @param detail what ajv leaves out, as JSON text
 */
export function ruleWords(message: string, detail: string | undefined): Said {
  const words = wordsOf(message);
  return detail === undefined ? words : said`${words}: ${detail}`;
}

function wordsOf(message: string): Said {
  for (const [pattern, make] of sentences) {
    const found = pattern.exec(message);
    if (found) return make(...found.slice(1));
  }
  return said`${message}`;
}

type Make = (...values: string[]) => Said;

/** The first one that matches; what is filled in may have any characters. */
const sentences: readonly (readonly [RegExp, Make])[] = [
  [/^must be multiple of (.+)$/s, (number) => said`must be multiple of ${number}`],
  [/^must be equal to constant$/, () => said`must be equal to constant`],
  [/^must be equal to one of the allowed values$/, () => said`must be equal to one of the allowed values`],
  [/^must be ([<>]=?) (.+)$/s, (sign, limit) => said`must be ${sign} ${limit}`],
  [/^should be ([<>]=?) (.+)$/s, (sign, limit) => said`should be ${sign} ${limit}`],
  [/^must be ([\w,]+)$/, (type) => said`must be ${type}`],
  [/^must NOT have more than (.+) characters$/, (most) => said`must NOT have more than ${most} characters`],
  [
    /^must NOT have fewer than (.+) characters$/,
    (least) => said`must NOT have fewer than ${least} characters`,
  ],
  [/^must NOT have more than (.+) items$/, (most) => said`must NOT have more than ${most} items`],
  [/^must NOT have fewer than (.+) items$/, (least) => said`must NOT have fewer than ${least} items`],
  [/^must NOT have more than (.+) properties$/, (most) => said`must NOT have more than ${most} properties`],
  [
    /^must NOT have fewer than (.+) properties$/,
    (least) => said`must NOT have fewer than ${least} properties`,
  ],
  [/^must match pattern "(.*)"$/s, (pattern) => said`must match pattern "${pattern}"`],
  [/^must match format "(.*)"$/s, (format) => said`must match format "${format}"`],
  [/^must have required property '(.*)'$/s, (name) => said`must have required property '${name}'`],
  [
    /^must NOT have duplicate items \(items ## (\d+) and (\d+) are identical\)$/,
    (first, second) => said`must NOT have duplicate items (items ## ${first} and ${second} are identical)`,
  ],
  [
    /^must contain at least (\d+) and no more than (\d+) valid item\(s\)$/,
    (least, most) => said`must contain at least ${least} and no more than ${most} valid item(s)`,
  ],
  [
    /^must contain at least (\d+) valid item\(s\)$/,
    (least) => said`must contain at least ${least} valid item(s)`,
  ],
  [
    /^must have property (.+) when property (.+) is present$/s,
    (name, other) => said`must have property ${name} when property ${other} is present`,
  ],
  [
    /^must have properties (.+) when property (.+) is present$/s,
    (names, other) => said`must have properties ${names} when property ${other} is present`,
  ],
  [/^property name must be valid$/, () => said`property name must be valid`],
  [/^must NOT have additional properties$/, () => said`must NOT have additional properties`],
  [/^must NOT have unevaluated properties$/, () => said`must NOT have unevaluated properties`],
  [/^must NOT be valid$/, () => said`must NOT be valid`],
  [/^must match a schema in anyOf$/, () => said`must match a schema in anyOf`],
  [/^must match exactly one schema in oneOf$/, () => said`must match exactly one schema in oneOf`],
  [/^boolean schema is false$/, () => said`boolean schema is false`],
];
