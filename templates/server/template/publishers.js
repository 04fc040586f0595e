import { File } from '@asyncapi/generator-react-sdk';
import { messagesOf } from '#lib/contract.mts';
import { docComment, generatedFrom, preamble, separate, ts } from '#lib/source.mts';

/** publishers.ts: for every message that the server sends, the type of the function that publishes it. */
export default function publishers({ params: { contract } }) {
  const messages = contract.channels.flatMap((channel) => messagesOf(channel, 'send'));
  if (messages.length === 0) return null;
  return (
    <File name="publishers.ts">
      {ts`
        ${preamble(contract)}
        import type { Publish } from 'posted/contract';
        import type * as models from './models.ts';

        ${separate(messages.map(publisher))}

      `}
    </File>
  );
}

function publisher([operation, message]) {
  return ts`
    ${docComment(message.description, generatedFrom(`message ${message.name} of operation ${operation.name}`))}
    export type ${message.publisher}<Session = unknown> = Publish<${message.type}, Session>;
  `;
}
