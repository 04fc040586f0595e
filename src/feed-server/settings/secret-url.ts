/** A URL that may hold a password: it does not show when it is printed, logged or made JSON. */
export class SecretUrl {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    Object.freeze(this);
  }

  /** The URL as it was given. */
  reveal(): string {
    return this.#text;
  }
}
