import { createElement as h, type ReactNode } from 'react';

/** The id of its element. */
export const eventStreamsId = 'server-sent-events';

const ack = '{"device":"…","cursor":"…"}';

/** How to read channels over HTTP, by their addresses; empty without channels. */
export function EventStreamsView({ addresses }: { readonly addresses: readonly string[] }): ReactNode {
  if (addresses.length === 0) return null;
  return h(
    'section',
    { id: eventStreamsId },
    h('h3', null, 'Server-sent events'),
    h('ul', null, ...addresses.map((address) => h('li', { key: address }, code(address)))),
    h(
      'p',
      null,
      'Where WebSockets cannot be opened, ',
      code('GET'),
      ' with ',
      code('Accept: text/event-stream'),
      ' streams the messages of a resumable connection. The ',
      code('id'),
      ' of an event is its cursor, with which ',
      code('Last-Event-ID'),
      ' continues. ',
      code('POST'),
      ' of ',
      code(ack),
      ' to the same address, with ',
      code('Content-Type: application/vnd.posted.ack+json'),
      ', acknowledges.',
    ),
  );
}

function code(text: string): ReactNode {
  return h('code', null, text);
}
