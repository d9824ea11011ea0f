/**
 * Formats that texts are recognised as. Each is at least as strict as that of ajv-formats, so that a schema that names it
 * takes the texts that it was named for.
 */
const formats: readonly { readonly name: string; readonly fits: (text: string) => boolean }[] = [
  {
    name: 'date-time',
    fits: (text) =>
      /^\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/.test(
        text,
      ) && isDay(text.slice(0, 10)),
  },
  { name: 'date', fits: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && isDay(text) },
  {
    name: 'uuid',
    fits: (text) => /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text),
  },
  {
    name: 'ipv4',
    fits: (text) => /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text),
  },
  {
    name: 'email',
    fits: (text) =>
      /^[a-z0-9]+(?:[._+-][a-z0-9]+)*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/i.test(text),
  },
  {
    name: 'uri',
    fits: (text) =>
      /^https?:\/\/[a-z0-9]+(?:[.-][a-z0-9]+)*(?::\d{1,5})?(?:\/[\w./~-]*)?(?:\?[\w=&.~-]*)?$/i.test(text),
  },
];

/** Longer texts are in none of them. */
const longest = 256;

/** A bit for each format. */
export const allFormats = (1 << formats.length) - 1;

/** Which of some formats a text is in. */
export function formatsOf(text: string, among: number): number {
  if (text.length > longest) return 0;
  let found = 0;
  for (const [at, { fits }] of formats.entries()) {
    if ((among & (1 << at)) !== 0 && fits(text)) found |= 1 << at;
  }
  return found;
}

/** The first of some formats; undefined where there is none. */
export function formatNamed(among: number): string | undefined {
  return formats.find((_, at) => (among & (1 << at)) !== 0)?.name;
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
