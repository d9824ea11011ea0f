/** The preview's page as a document, for whoever shows it. */
export interface PageDocument {
  readonly title: string;
  /** Names the scripts and style sheets that may run: part of the content security policy. */
  readonly nonce: string;
  /** Where the policy is not a header of the answer. */
  readonly policy?: string;
  /** Addresses. */
  readonly styles: readonly string[];
  /** Addresses, in the order in which they run. */
  readonly scripts: readonly string[];
  /** Data by the id of the element that holds it, as JSON. */
  readonly data?: Readonly<Record<string, unknown>>;
}

export function pageDocument({ title, nonce, policy, styles, scripts, data = {} }: PageDocument): string {
  const head = [
    ...(policy === undefined
      ? []
      : [`<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">`]),
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta name="rowriver-nonce" content="${nonce}">`,
    ...styles.map((address) => `<link rel="stylesheet" href="${escaped(address)}">`),
    `<title>${escaped(title)}</title>`,
  ];
  const body = [
    '<div id="app"></div>',
    ...Object.entries(data).map(
      ([id, value]) => `<script type="application/json" id="${id}">${json(value)}</script>`,
    ),
    ...scripts.map((address) => `<script nonce="${nonce}" src="${escaped(address)}"></script>`),
  ];
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  ${head.join('\n  ')}
</head>
<body>
  ${body.join('\n  ')}
</body>
</html>`;
}

/** JSON that cannot end the script element it stands in. */
function json(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

/** A text as it stands in HTML, also between the quotes of an attribute. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
