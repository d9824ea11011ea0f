import { _, type CodeKeywordDefinition, type KeywordCxt, type KeywordDefinition } from 'ajv';
import type { default as Core } from 'ajv/dist/core.js';
import type { DynamicAnchor } from './references.ts';
import { isSame, repeated } from './same.ts';
import type { Draft } from './schemaSpec.ts';
import { fragmentOf } from './walk.ts';

/** Gives ajv other keywords where its own do not do what the drafts say. */
export function mendKeywords(
  ajv: Core,
  draft: Draft,
  anchors: ReadonlyMap<string, Pick<DynamicAnchor, 'isWhole'>>,
): void {
  replace(ajv, 'const', (cxt, usual) => {
    const { gen, data, schemaCode } = cxt;
    if (!isComposed(cxt.schema)) usual(cxt);
    else cxt.fail(_`!${gen.scopeValue('func', { ref: isSame })}(${data}, ${schemaCode})`);
  });
  replace(ajv, 'enum', (cxt, usual) => {
    const { gen, data } = cxt;
    const values: unknown = cxt.schema;
    if (!Array.isArray(values) || !values.some(isComposed)) return usual(cxt);
    const isListed = (value: unknown): boolean => values.some((one) => isSame(value, one));
    cxt.fail(_`!${gen.scopeValue('func', { ref: isListed })}(${data})`);
  });
  replace(ajv, 'uniqueItems', (cxt) => {
    const { gen, data } = cxt;
    if (cxt.schema !== true) return;
    const found = gen.const('found', _`${gen.scopeValue('func', { ref: repeated })}(${data})`);
    cxt.setParams({ j: _`${found}.first`, i: _`${found}.again` });
    cxt.fail(_`${found} !== undefined`);
  });
  if (draft === 'draft-07') return;
  // In 2019-09, an item that `contains` has found is one that nothing has looked at.
  replace(ajv, 'contains', (cxt, usual) => {
    const { items } = cxt.it;
    usual(cxt);
    if (draft !== '2019-09') return;
    if (items === undefined) delete cxt.it.items;
    else cxt.it.items = items;
  });
  // ajv follows them to whole documents. What is a part of one is the only schema of its name: `refuseUnchecked`.
  const reference = codeOf(ajv, '$ref');
  for (const keyword of ['$dynamicRef', '$recursiveRef']) {
    replace(ajv, keyword, (cxt, usual) => {
      const { root, meta } = cxt.it.schemaEnv;
      const anchor = anchors.get(fragmentOf(String(cxt.schema)));
      if (meta === true || root.meta === true || anchor?.isWhole === true) usual(cxt);
      else reference(cxt);
    });
  }
}

type WriteCode = (cxt: KeywordCxt) => void;

/**
 * In place, which keeps the order of the keywords; the definition is this instance's own.
 * @param code given what ajv does itself
 */
function replace(ajv: Core, keyword: string, code: (cxt: KeywordCxt, usual: WriteCode) => void): void {
  const usual = codeOf(ajv, keyword);
  definitionOf(ajv, keyword).code = (cxt) => code(cxt, usual);
}

function codeOf(ajv: Core, keyword: string): WriteCode {
  const { code } = definitionOf(ajv, keyword);
  return (cxt) => code(cxt);
}

function definitionOf(ajv: Core, keyword: string): CodeKeywordDefinition {
  const definition = ajv.getKeyword(keyword);
  if (typeof definition === 'boolean' || !isCode(definition)) {
    throw new TypeError(`ajv writes no code for ${keyword}.`);
  }
  return definition;
}

function isCode(definition: KeywordDefinition): definition is CodeKeywordDefinition {
  return 'code' in definition && typeof definition.code === 'function';
}

/** A list or an object. */
function isComposed(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
