import {
  Diagnostic,
  DiagnosticSeverity,
  l10n,
  languages,
  Range,
  type DiagnosticCollection,
  type Disposable,
  type Uri,
} from 'vscode';
import type { Violation } from '../protocol/schemaCheck.ts';
import { violationWords } from './violationWords.ts';

/** What a JSON Schema does not allow, in VS Code's Problems panel, as long as the preview is open. */
export class Violations implements Disposable {
  readonly #collection: DiagnosticCollection = languages.createDiagnosticCollection('rowriver');

  /** Takes away what was shown of the file before. */
  begin(uri: Uri): void {
    this.#collection.set(uri, []);
  }

  add(uri: Uri, violations: readonly Violation[]): void {
    if (violations.length === 0) return;
    this.#collection.set(uri, [...(this.#collection.get(uri) ?? []), ...violations.map(diagnosticOf)]);
  }

  clear(uri: Uri): void {
    this.#collection.delete(uri);
  }

  dispose(): void {
    this.#collection.dispose();
  }
}

function diagnosticOf(violation: Violation): Diagnostic {
  const { record, line, rule } = violation;
  const words = l10n.t('Record {0}: {1}', record.toLocaleString(), violationWords(violation));
  const diagnostic = new Diagnostic(new Range(line - 1, 0, line - 1, 0), words, DiagnosticSeverity.Error);
  diagnostic.source = 'Rowriver';
  diagnostic.code = rule;
  return diagnostic;
}
