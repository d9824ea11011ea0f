import type { Format } from '../format/driver.ts';
import type { Plan } from '../query/index.ts';
import { natureOf } from '../query/layout.ts';
import { cellsOfRows } from '../query/rowCells.ts';
import { valueName } from '../query/write.ts';
import type { ObjectRows } from '../sink/objectSink.ts';
import { columnsOf } from '../stage/output.ts';

/** Whether the rows of a plan are records of the file as they are. */
export function areRecords({ fields }: Pick<Format, 'fields'>, { shape, asRecords }: Plan): boolean {
  return shape === 'records' || (asRecords !== undefined && fields !== undefined);
}

/** What a plan says of its rows before they are made. */
export function natureOfRows(
  format: Pick<Format, 'fields' | 'layout' | 'numbersInText'>,
  plan: Plan,
): Pick<ObjectRows, 'columns' | 'valueColumn' | 'typesInText'> {
  const { layout, numbersInText } = format;
  const whole = areRecords(format, plan);
  const table = layout.names === 'columns' ? layout : undefined;
  const names = whole ? (table?.columns ?? []) : (columnsOf(plan.output) ?? []);
  const readings = (whole ? table?.readings : plan.output.map(({ slot }) => plan.slots[slot].reading)) ?? [];
  const written = new Set(names.filter((_, at) => readings.at(at) !== undefined));
  const cells = { names: 'paths', cells: cellsOfRows(plan) } as const;
  return {
    columns: names,
    valueColumn: valueName,
    typesInText: (path) => {
      const [column, ...inner] = path;
      const { loose, reading } = natureOf(path, cells);
      if (loose) return reading === undefined;
      if (layout.names === 'paths' && whole) return false;
      return inner.length === 0 && numbersInText && !written.has(column);
    },
  };
}
