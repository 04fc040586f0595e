/**
 * The channel of events in the log: the channel's name in the contract and, if its address has parameters, a space and
 * the room's key, which begins with its path. `orders` and `orders /shops/s1/orders` are examples.
 */
export function logChannelOf(name: string, address: string, roomKey: string): string {
  return roomKey === address ? name : `${name} ${roomKey}`;
}

/** The name in the contract. */
export function channelNameOf(logChannel: string): string {
  const end = logChannel.indexOf(' ');
  return end === -1 ? logChannel : logChannel.slice(0, end);
}
