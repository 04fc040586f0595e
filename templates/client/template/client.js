import { File } from '@asyncapi/generator-react-sdk';
import { credentialsType, messagesType, resetType } from '#lib/contract.mts';
import { docComment, generatedFrom, preamble, separate, ts } from '#lib/source.mts';

/** client.ts: every channel as its clients see it. */
export default function client({ params: { contract } }) {
  return (
    <File name="client.ts">
      {ts`
        ${preamble(contract)}
        import type { ClientChannel } from 'posted/client';
        import * as channels from './channels.ts';
        import type * as models from './models.ts';

        ${separate(contract.channels.map(clientChannel))}

      `}
    </File>
  );
}

function clientChannel(channel) {
  return ts`
    ${docComment(`What a client of channel \`${channel.name}\` gives and gets.`)}
    export interface ${channel.typeName}Types {
      readonly credentials: ${credentialsType(channel)};
      readonly parameters: ${channel.parameters === null ? 'Record<string, never>' : channel.parameters.type};
      readonly query: ${channel.query === null ? 'Record<string, never>' : channel.query.type};
      /** By message name: what the server sends. */
      readonly receives: ${messagesType(channel, 'send')};
      /** By message name: what a client may send. */
      readonly sends: ${messagesType(channel, 'receive')};
      /** What \`onReset\` is told; \`never\` where connections cannot be resumed. */
      readonly reset: ${resetType(channel)};
    }

    ${docComment(channel.description, 'Use it with `connect` of `posted/client`.', generatedFrom(`channel ${channel.name}`))}
    export const ${channel.identifier}: ClientChannel<${channel.typeName}Types> = channels.${channel.identifier};
  `;
}
