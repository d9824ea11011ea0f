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
