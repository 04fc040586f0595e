import type { ChannelDescriptor, OperationDescriptor } from '../shared/descriptor.ts';

/** The messages of an operation without those that the client itself sends and receives. */
export function applicationMessages(
  { resume }: ChannelDescriptor,
  { messages }: OperationDescriptor,
): readonly string[] {
  const { ready, checkpoint, reset, bye, ack, alive } = resume ?? {};
  const own = [ready, checkpoint, reset, bye, ack, alive];
  return messages.filter((name) => !own.includes(name));
}
