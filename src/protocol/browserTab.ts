/** What `rowriver serve` asks of the browser's end of a tab, on the wire that the page's messages take. */
export interface BrowserCalls {
  /** First call: the tab's number, by which addresses of downloads name what the tab shows. */
  tab: { params: { readonly number: number }; result: null };
  /** Lets the user choose; null where they leave. */
  pick: { params: PickRequest; result: number | null };
  text: { params: TextRequest; result: string | null };
  copy: { params: { readonly text: string }; result: null };
}

export interface PickRequest {
  readonly title: string;
  readonly choices: readonly ShownChoice[];
  /** Index of the choice that the list opens on. */
  readonly active: number;
}

export interface ShownChoice {
  readonly label: string;
  readonly description?: string | undefined;
  readonly detail?: string | undefined;
}

export interface TextRequest {
  readonly title: string;
  readonly prompt: string;
  readonly value: string;
  /** What is wrong with the value; '' for nothing. */
  readonly problem: string;
}

/** A format that downloads are offered in. */
export interface DownloadFormat {
  readonly name: string;
  /** Of the address, with its dot. */
  readonly ending: string;
}

/** What the page's document holds for the browser's end, as JSON in the element of this id. */
export const tabDataId = 'rowriver-tab';

export interface TabData {
  readonly name: string;
  /** Which of the files of the server; 0 for the first or only one. */
  readonly file: number;
  readonly formats: readonly DownloadFormat[];
}
