/** The command that shows the rows of a query in a preview; for links, other extensions and key bindings. */
export const showQueryCommand = 'rowriver.showQuery';

/** What it takes: a path or a URI as text, as the argument of a link is JSON. */
export interface ShowQueryArguments {
  readonly file: string;
  readonly query: string;
}

/** A link that shows a query. Only for text that the extension writes: a link that runs a command has to be trusted. */
export function showQueryLink(shown: ShowQueryArguments): string {
  const argument = encodeURIComponent(JSON.stringify([shown]));
  // They end a link of Markdown.
  const escaped = argument.replace(/[()']/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`);
  return `command:${showQueryCommand}?${escaped}`;
}
