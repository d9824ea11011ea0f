import type { FieldRequest } from '../../format/record.ts';

/** Collects the fields that a plan reads, each once; its place in the list is its index in `RecordBlock.fields`. */
export class FieldList {
  readonly #fields: { path: FieldRequest['path']; numeric: boolean }[] = [];
  readonly #indices = new Map<string, number>();

  /** The field's index. */
  add(path: FieldRequest['path'], numeric: boolean): number {
    const key = JSON.stringify(path);
    let index = this.#indices.get(key);
    if (index === undefined) {
      index = this.#fields.length;
      this.#indices.set(key, index);
      this.#fields.push({ path, numeric });
    } else if (numeric) {
      this.#fields[index].numeric = true;
    }
    return index;
  }

  /** The numbers of a field will be asked for as well. */
  askNumbers(index: number): void {
    this.#fields[index].numeric = true;
  }

  pathOf(index: number): FieldRequest['path'] {
    return this.#fields[index].path;
  }

  /** The list so far; fields added later are not in it. */
  requests(): readonly FieldRequest[] {
    return this.#fields.map((field) => ({ ...field }));
  }
}
