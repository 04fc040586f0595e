import { File } from '@asyncapi/generator-react-sdk';
import {
  clientTypes,
  credentialsType,
  exchangesType,
  operationCredentialsType,
  parametersType,
  receivesType,
  renderDescriptor,
  resetType,
  sendsType,
  serversType,
  usesGuards,
  usesModels,
  valuesType,
} from '#lib/contract.mts';
import { docComment, generatedFrom, preamble, separate, ts } from '#lib/source.mts';

/** client.ts: all channels from the client's point of view. */
export default function client({ params: { contract, extension } }) {
  return (
    <File name="client.ts">
      {ts`
        ${preamble(contract, 'typescript')}
        import type { ${clientTypes(contract).join(', ')} } from 'posted/client';
        ${usesModels(contract) ? `import type * as models from './models.${extension}';` : null}
        ${usesGuards(contract.channels) ? `import * as validators from './validators.${extension}';` : null}

        ${separate(contract.channels.map(clientChannel))}

      `}
    </File>
  );
}

function clientChannel(channel) {
  return ts`
    ${docComment(`The types of a client of channel \`${channel.name}\`.`, generatedFrom(`channel ${channel.name}`))}
    export interface ${channel.typeName}Types {
      readonly credentials: ${credentialsType(channel)};
      readonly operationCredentials: ${operationCredentialsType(channel)};
      /** In the contract's order. The first is the default. */
      readonly servers: readonly ${serversType(channel)};
      readonly parameters: ${parametersType(channel)};
      readonly query: ${valuesType(channel.query)};
      readonly headers: ${valuesType(channel.headers)};
      /** By message name: messages from the server. */
      readonly receives: ${receivesType(channel)};
      /** By message name: messages to the server. */
      readonly sends: ${sendsType(channel)};
      /** By operation: requests to the server, with their replies. */
      readonly requests: ${exchangesType(channel, 'receive')};
      /** By operation: requests from the server, with their replies. */
      readonly answers: ${exchangesType(channel, 'send')};
      /** The message that \`onReset\` receives; \`never\` if the channel is not resumable. */
      readonly reset: ${resetType(channel)};
    }

    ${docComment(channel.description, 'Pass it to `connect` from `posted/client`.', generatedFrom(`channel ${channel.name}`))}
    export const ${channel.identifier}: ClientChannel<${channel.typeName}Types> = ${renderDescriptor(channel, 'client')};
  `;
}
