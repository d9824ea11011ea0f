/** The signal's reason where the process has to end and nobody has asked for the work to be given up. */
export class ProcessEnding extends Error {
  override readonly name = 'ProcessEnding';
}
