/** What the body of a request is: JSON Lines, a JSON array, CSV with a header, or the lines of an Elasticsearch `_bulk`. */
export const bodyForms = ['jsonl', 'json', 'csv', 'bulk'] as const;
export type BodyForm = (typeof bodyForms)[number];

/** What the address asks for, where nobody says otherwise. */
export function formFor(url: URL): BodyForm {
  return /\/_bulk\/?$/.test(url.pathname) ? 'bulk' : 'jsonl';
}
