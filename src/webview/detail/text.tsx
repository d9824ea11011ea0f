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
