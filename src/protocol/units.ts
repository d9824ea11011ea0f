const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/**
 * Bytes in decimal units, as disks and file managers count them.
 * @param full from where a number belongs to the next unit: where it would be rounded to 1000
 */
export function inUnits(
  bytes: number,
  full = 999.95,
): { readonly value: number; readonly unit: (typeof units)[number] } {
  let value = bytes;
  let at = 0;
  for (; value >= full && at < units.length - 1; at++) value /= 1000;
  return { value, unit: units[at] };
}
