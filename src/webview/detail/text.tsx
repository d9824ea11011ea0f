/** Untrusted text with its hidden characters marked. */
import { pieces } from '../visible.ts';

export function VisibleText({ text, keep = '' }: { readonly text: string; readonly keep?: string }) {
  return (
    <>
      {pieces(text, keep).map((piece, index) =>
        piece.sign ? (
          <span key={index} class="sign" title={piece.code}>
            {piece.text}
          </span>
        ) : (
          piece.text
        ),
      )}
    </>
  );
}

/** With the places marked at which it holds a text, in any case. */
export function FoundText(props: { readonly text: string; readonly sought: string; readonly keep?: string }) {
  const { text, sought, keep = '' } = props;
  const folded = text.toLowerCase();
  const parts: string[] = [];
  let from = 0;
  // Where a letter has another length in lower case, places in one are none in the other.
  if (sought !== '' && folded.length === text.length) {
    for (let at = folded.indexOf(sought); at >= 0; at = folded.indexOf(sought, from)) {
      parts.push(text.slice(from, at), text.slice(at, at + sought.length));
      from = at + sought.length;
    }
  }
  parts.push(text.slice(from));
  return (
    <>
      {parts.map((part, index) =>
        index % 2 === 0 ? (
          <VisibleText key={index} text={part} keep={keep} />
        ) : (
          <mark key={index} class="found-part">
            <VisibleText text={part} keep={keep} />
          </mark>
        ),
      )}
    </>
  );
}

/** Facts with dots between them, broken only there. */
export function Unbroken({ words }: { readonly words: string }) {
  return (
    <>
      {words.split(dot).map((fact, index) => (
        <span key={index}>
          {index > 0 && dot}
          <span class="unbroken">{fact}</span>
        </span>
      ))}
    </>
  );
}

const dot = ' \u00b7 ';
