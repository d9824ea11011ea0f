import type { MemberEdit } from '../query/resolve/part.ts';
import { eachElement, JsonObject, unescapeJson } from '../query/value/json.ts';
import { valueName } from '../query/write.ts';
import { jsonOfCell, type Cell } from './vector.ts';

/** A member of an object: its key as a JSON string, and its JSON text. */
export type Member = [key: string, json: string];

/**
 * The members of an object as JSON texts, edited: those dropped are gone, those renamed and replaced keep their
 * place, and a replacement for a member that is not there comes last. A value that is no object is its only member.
 */
export function editedMembers(
  value: Cell,
  edits: readonly MemberEdit[],
  replacement: (slot: number) => string,
): Member[] {
  let members = membersOf(value);
  for (const { path, action } of edits) {
    const [key, ...rest] = path;
    if (rest.length > 0) {
      members = members.map((member) =>
        keyOf(member) === key && member[1].startsWith('{')
          ? editedMember(member, rest, action, replacement)
          : member,
      );
      continue;
    }
    members = edited(members, key, action, replacement);
  }
  return members;
}

function editedMember(
  [key, json]: Member,
  path: readonly string[],
  action: MemberEdit['action'],
  replacement: (slot: number) => string,
): Member {
  return [key, objectText(editedMembers(new JsonObject(json), [{ path, action }], replacement))];
}

function edited(
  members: readonly Member[],
  key: string,
  action: MemberEdit['action'],
  replacement: (slot: number) => string,
): Member[] {
  switch (action.kind) {
    case 'drop':
      return members.filter((member) => keyOf(member) !== key);
    case 'rename':
      return members
        .filter((member) => keyOf(member) !== action.name)
        .map((member) => (keyOf(member) === key ? [JSON.stringify(action.name), member[1]] : member));
    case 'replace': {
      const json = replacement(action.slot);
      const known = members.some((member) => keyOf(member) === key);
      if (!known) return [...members, [JSON.stringify(key), json]];
      return members.map((member) => (keyOf(member) === key ? [member[0], json] : member));
    }
  }
}

/** The JSON text of the edited object. */
export function editedObject(
  value: Cell,
  edits: readonly MemberEdit[],
  replacement: (slot: number) => string,
): string {
  if (edits.length === 0 && value instanceof JsonObject) return jsonOfCell(value);
  return objectText(editedMembers(value, edits, replacement));
}

function objectText(members: readonly Member[]): string {
  return `{${members.map(([key, json]) => `${key}:${json}`).join(',')}}`;
}

function membersOf(value: Cell): Member[] {
  if (!(value instanceof JsonObject)) return [[JSON.stringify(valueName), jsonOfCell(value)]];
  if (value.text === undefined) {
    return [...value.members].map(([key, member]) => [JSON.stringify(key), jsonOfCell(member)]);
  }
  const members: Member[] = [];
  let key: string | undefined;
  eachElement(value.text, (element) => {
    if (key === undefined) {
      key = element;
    } else {
      members.push([key, element]);
      key = undefined;
    }
  });
  return members;
}

function keyOf([key]: Member): string {
  return unescapeJson(key.slice(1, -1));
}
