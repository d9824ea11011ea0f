/** One of several answers. */
export interface Choice {
  readonly label: string;
  /** Behind the label. */
  readonly description?: string;
  /** On a line of its own. */
  readonly detail?: string;
}

export interface TextQuestion {
  readonly title: string;
  readonly prompt?: string;
  readonly value?: string;
  /** What is wrong with a text; undefined: nothing. */
  readonly problemOf?: (text: string) => string | undefined;
}

/** Questions to a user, one after the other, each answered by undefined when it is left. */
export interface Questions {
  /** @param active the choice that the list opens on; without it, the first one */
  pick<T extends Choice>(title: string, choices: readonly T[], active?: T): Promise<T | undefined>;
  text(question: TextQuestion): Promise<string | undefined>;
}
