/**
 * The page's content security policy: nothing may run in it but the scripts with the nonce, it may fetch nothing from
 * anywhere, and neither a form nor another base address can lead out of it, which `default-src` says nothing of.
 * @param source where style sheets, fonts and pictures come from, as a policy names it
 */
export function pagePolicy(nonce: string, source: string): string {
  return [
    `default-src 'none'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${source} 'nonce-${nonce}'`,
    `font-src ${source} data:`,
    `img-src ${source} data:`,
  ].join('; ');
}

/** The policy of a page that is text and nothing else. */
export const textPolicy = `default-src 'none'; base-uri 'none'; form-action 'none'`;
