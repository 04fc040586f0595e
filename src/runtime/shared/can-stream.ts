import type { ChannelDescriptor } from './descriptor.ts';

/**
 * Whether a channel can be read as server-sent events: connections can be resumed, all that the server sends is JSON, and
 * clients send nothing but acknowledgements, which they can post.
 */
export function canStream({ resume, send, receive }: ChannelDescriptor): boolean {
  return (
    resume !== undefined &&
    receive.every(({ name }) => name === resume.ack) &&
    send.every(({ encoding }) => encoding === 'json')
  );
}
