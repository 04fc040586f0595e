/**
 * Thrown to whoever sends a message that breaks the contract; nothing was sent. It says where the message is wrong,
 * never what it contains.
 */
export class InvalidMessageError extends Error {
  override readonly name = 'InvalidMessageError';
  /** The channel's name in the contract. */
  readonly channel: string;
  /** The message's name in the contract. */
  readonly messageName: string;

  /** `problem` starts with the JSON Pointer (RFC 6901) of what is wrong. */
  constructor(channel: string, messageName: string, problem: string) {
    super(`Message ${messageName} of channel ${channel} breaks the contract and was not sent: ${problem}`);
    this.channel = channel;
    this.messageName = messageName;
  }
}
