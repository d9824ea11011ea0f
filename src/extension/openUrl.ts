import { l10n } from 'vscode';
import { addressParts } from '../engine/source/location.ts';
import type { Addresses, FilePlace } from './addresses.ts';
import { askForAddress, askForHeader } from './askForAddress.ts';
import { openPreview } from './editors.ts';

/** Asks for an http(s) address, unless it is given, and shows what is there in a preview. */
export async function openUrl(addresses: Addresses, given: string | undefined): Promise<void> {
  const place = given === undefined ? await askForPlace() : { location: given };
  if (place) await openPreview(await addresses.uriOf(place.location, place.headers));
}

/** The address, and with the key in the box's corner a header for it: it is asked for on its own, and not shown. */
async function askForPlace(): Promise<FilePlace | undefined> {
  const asked = await askForAddress({
    title: l10n.t('Open URL'),
    prompt: l10n.t('The http or https address of a JSONL, CSV or JSON file, compressed or not'),
    placeholder: 'https://example.org/requests.jsonl.gz',
    shownName: (text) => addressParts(text).shown,
  });
  if (!asked?.withHeader) return asked && { location: asked.text };
  const headers = await askForHeader(addressParts(asked.text).shown);
  return headers && { location: asked.text, headers };
}
