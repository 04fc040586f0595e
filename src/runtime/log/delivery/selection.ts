import type { DeliverySelection } from '../../shared/descriptor.ts';

/** A set of message groups, as bits. */
type Groups = number;

const all: Groups = ~0;

/** Which messages of a channel its connections have chosen: `select` of `x-delivery`. */
export class Selection {
  readonly #query: string | null;
  readonly #groups = new Map<string, Groups>();
  /** Of messages, by name. */
  readonly #messages = new Map<string, Groups>();
  readonly #default: Groups = all;

  constructor(select: DeliverySelection | undefined) {
    this.#query = select?.query ?? null;
    if (select === undefined) return;
    for (const [index, [group, messages]] of Object.entries(select.groups).entries()) {
      const bit = 1 << index;
      this.#groups.set(group, bit);
      for (const message of messages) this.#messages.set(message, (this.#messages.get(message) ?? 0) | bit);
    }
    this.#default = this.#union(select.default);
  }

  /** The groups that a connection with this query has chosen. The contract's guard has accepted the query. */
  chosenBy(query: Readonly<Record<string, unknown>>): Groups {
    const names = this.#query === null ? undefined : query[this.#query];
    return typeof names === 'string' ? this.#union(names.split(',')) : this.#default;
  }

  /** The groups of a message. One that the contract does not have may be in any of them. */
  groupsOf(message: string): Groups {
    return this.#messages.get(message) ?? all;
  }

  #union(names: readonly string[]): Groups {
    return names.reduce((groups, name) => groups | (this.#groups.get(name) ?? 0), 0);
  }
}
