/**
 * Encodings that files are mostly in: a label of the WHATWG's Encoding Standard, the name as VS Code's status bar writes it,
 * and the language or system that it is named after in VS Code's list, '' where it is of none.
 */
export const encodings: readonly { readonly label: string; readonly name: string; readonly of: string }[] = [
  { label: 'utf-8', name: 'UTF-8', of: '' },
  { label: 'utf-16le', name: 'UTF-16 LE', of: '' },
  { label: 'utf-16be', name: 'UTF-16 BE', of: '' },
  { label: 'windows-1252', name: 'Windows 1252', of: 'Western' },
  { label: 'iso-8859-15', name: 'ISO 8859-15', of: 'Western' },
  { label: 'macintosh', name: 'Mac Roman', of: 'Western' },
  { label: 'windows-1256', name: 'Windows 1256', of: 'Arabic' },
  { label: 'windows-1257', name: 'Windows 1257', of: 'Baltic' },
  { label: 'windows-1250', name: 'Windows 1250', of: 'Central European' },
  { label: 'iso-8859-2', name: 'ISO 8859-2', of: 'Central European' },
  { label: 'windows-1251', name: 'Windows 1251', of: 'Cyrillic' },
  { label: 'ibm866', name: 'CP 866', of: 'Cyrillic' },
  { label: 'iso-8859-5', name: 'ISO 8859-5', of: 'Cyrillic' },
  { label: 'koi8-r', name: 'KOI8-R', of: 'Cyrillic' },
  { label: 'koi8-u', name: 'KOI8-U', of: 'Cyrillic' },
  { label: 'windows-1253', name: 'Windows 1253', of: 'Greek' },
  { label: 'windows-1255', name: 'Windows 1255', of: 'Hebrew' },
  { label: 'windows-1254', name: 'Windows 1254', of: 'Turkish' },
  { label: 'windows-1258', name: 'Windows 1258', of: 'Vietnamese' },
  { label: 'gbk', name: 'GBK', of: 'Simplified Chinese' },
  { label: 'gb18030', name: 'GB18030', of: 'Simplified Chinese' },
  { label: 'big5', name: 'Big5', of: 'Traditional Chinese' },
  { label: 'shift_jis', name: 'Shift JIS', of: 'Japanese' },
  { label: 'euc-jp', name: 'EUC-JP', of: 'Japanese' },
  { label: 'euc-kr', name: 'EUC-KR', of: 'Korean' },
  { label: 'windows-874', name: 'Windows 874', of: 'Thai' },
];

/** The name of an encoding, by its label: "UTF-16 LE". */
export function encodingName(label: string): string {
  return encodings.find((encoding) => encoding.label === label)?.name ?? label.toUpperCase();
}
