import type { OptionalMember } from './message-probes.ts';
import type { ReadMessage } from './messages.ts';
import { namesInWords } from './names-in-words.ts';

type Named = Pick<ReadMessage, 'name' | 'node'>;

/** Messages of one channel. */
interface Found {
  readonly channel: string;
  readonly messages: readonly Named[];
}

const generalFix = 'give each a required property with a different `const`, such as `type`';

/**
 * Collects what is wrong with the identification of messages in all channels, and reports it in at most two warnings and
 * a problem: a document that does not require its tags does so for most of its messages.
 */
export class IdentificationReport {
  readonly #optional: Found[] = [];
  readonly #unions: Found[] = [];
  readonly #indistinct: Found[] = [];
  readonly #optionalPointers = new Set<string>();
  readonly #missingPointers = new Set<string>();

  addOptional(channel: string, members: readonly OptionalMember[]): void {
    for (const { pointer, message } of members) {
      this.#optional.push({ channel, messages: [message] });
      this.#optionalPointers.add(pointer);
    }
  }

  /** Messages of which a receiver gets a union. */
  addUnion(channel: string, messages: readonly Named[], missing: ReadonlySet<string>): void {
    this.#unions.push({ channel, messages });
    for (const pointer of missing) this.#missingPointers.add(pointer);
  }

  /** Messages that must be told apart, because different code handles them. */
  addIndistinct(channel: string, messages: readonly Named[], missing: ReadonlySet<string>): void {
    this.#indistinct.push({ channel, messages });
    for (const pointer of missing) this.#missingPointers.add(pointer);
  }

  report(): void {
    const isOne = this.#optionalPointers.size === 1;
    const identify = `${namesInWords([...this.#optionalPointers])} ${isOne ? 'identifies' : 'identify'}`;
    this.#first(this.#optional)?.warn(
      `${identify} ${inWords(this.#optional)}, but ${isOne ? 'is' : 'are'} not required`,
      `add ${isOne ? 'it' : 'them'} to \`required\`, because messages without ${isOne ? 'it' : 'them'} are rejected`,
    );
    this.#first(this.#unions)?.warn(
      `${inWords(this.#unions)} match the same values, so their receiver gets them as one message with a union type`,
      this.#fix,
    );
    this.#first(this.#indistinct)?.report(
      `${inWords(this.#indistinct)} match the same values, but different code handles them`,
      this.#fix,
    );
  }

  #first(all: readonly Found[]): Named['node'] | undefined {
    return all[0]?.messages.at(-1)?.node;
  }

  get #fix(): string {
    if (this.#missingPointers.size === 0) return generalFix;
    return `add ${namesInWords([...this.#missingPointers])} to \`required\` of those that have it, or ${generalFix}`;
  }
}

function inWords(all: readonly Found[]): string {
  const messages = [...new Set(all.flatMap((found) => found.messages.map(({ name }) => name)))];
  const channels = [...new Set(all.map(({ channel }) => channel))];
  const [messageWord, channelWord] = [plural('message', messages), plural('channel', channels)];
  return `${messageWord} ${namesInWords(messages)} of ${channelWord} ${namesInWords(channels)}`;
}

function plural(word: string, { length }: readonly string[]): string {
  return length === 1 ? word : `${word}s`;
}
