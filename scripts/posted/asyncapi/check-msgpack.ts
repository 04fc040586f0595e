import type { ReadMessage } from './messages.ts';

/**
 * Reports what MessagePack cannot be combined with.
 *
 * @param directions the messages of each direction of a channel
 */
export function checkMsgpack(directions: readonly (readonly ReadMessage[])[], isResumable: boolean): void {
  const packed = directions.flat().find(isPacked);
  if (isResumable && packed !== undefined) {
    const what = `message \`${packed.name}\` is MessagePack, but \`x-delivery\` and \`x-resume\` need JSON`;
    packed.node.reportAt(
      'contentType',
      what,
      'use a JSON content type in this channel, or remove the extension',
    );
  }
  for (const messages of directions) {
    const binary = messages.find(({ encoding }) => encoding === 'binary');
    const other = messages.find(isPacked);
    if (binary === undefined || other === undefined) continue;
    const what = `bytes cannot be told from message \`${other.name}\`, which is MessagePack in a binary frame, too`;
    binary.node.reportAt('contentType', what, 'move one of them to another channel, or use JSON');
  }
}

function isPacked({ encoding }: ReadMessage): boolean {
  return encoding === 'msgpack';
}
