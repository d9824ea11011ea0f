import type { Call, Expression, Name, NamedExpression, Operator, SelectItem } from './tree.ts';
import type { Span } from '../diagnostic.ts';
import { mapExpression, shapeOf } from './walk.ts';

/**
 * The windows of a classic SELECT as columns of their own. They look at all rows in the order of the file, and so come
 * before QUALIFY, which leaves rows out, and before ORDER BY, which moves them.
 */
export class WindowColumns {
  readonly #columns = new Map<string, NamedExpression>();

  /** The expression with columns in place of its windows. */
  over(expression: Expression): Expression {
    return mapExpression(expression, (node) =>
      node.kind === 'call' && node.over !== undefined ? this.#columnFor(node) : undefined,
    );
  }

  get isEmpty(): boolean {
    return this.#columns.size === 0;
  }

  /** Computes them, before anything uses them. */
  computed(span: Span): Operator[] {
    return this.isEmpty ? [] : [{ kind: 'extend', items: [...this.#columns.values()], ...span }];
  }

  /**
   * Items of SELECT that leave them out of what `*` stands for.
   * @param alias what FROM calls the file: `alias.*` is `*`
   */
  without(items: readonly SelectItem[], alias: string | undefined): readonly SelectItem[] {
    return items.map((item) => {
      if (item.kind !== 'star') return item;
      const { base } = item;
      const isWhole =
        base === undefined || (base.kind === 'column' && base.rest.length === 0 && base.first.name === alias);
      return isWhole ? { ...item, except: [...item.except, ...this.#names()] } : item;
    });
  }

  /** Takes them off again where all other columns stay. */
  dropped(span: Span): Operator[] {
    if (this.isEmpty) return [];
    const columns = this.#names().map((name) => columnNamed(name.name, name));
    return [{ kind: 'drop', columns, ...span }];
  }

  #names(): Name[] {
    return [...this.#columns.values()].map(({ name, from, to }) => ({ name, quoted: true, from, to }));
  }

  #columnFor(call: Call): Expression {
    const shape = shapeOf(call);
    let column = this.#columns.get(shape);
    if (column === undefined) {
      const { from, to } = call;
      const name = `window ${this.#columns.size + 1}`;
      column = { kind: 'named', expression: call, name, explicit: true, from, to };
      this.#columns.set(shape, column);
    }
    return columnNamed(column.name, call);
  }
}

/** A column that is known by this name and no other. */
export function columnNamed(name: string, { from, to }: Span): Extract<Expression, { kind: 'column' }> {
  return { kind: 'column', first: { name, quoted: true, from, to }, rest: [], from, to };
}
