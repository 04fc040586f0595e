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

/** client.ts: every channel from the client's side. */
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
      /** By operation: requests of the client, with the replies of the server. */
      readonly requests: ${exchangesType(channel, 'receive')};
      /** By operation: requests of the server, with the replies of the client. */
      readonly answers: ${exchangesType(channel, 'send')};
      /** The message that \`onReset\` gets; \`never\` if the channel is not resumable. */
      readonly reset: ${resetType(channel)};
    }

    ${docComment(channel.description, 'Use it with `connect` of `posted/client`.', generatedFrom(`channel ${channel.name}`))}
    export const ${channel.identifier}: ClientChannel<${channel.typeName}Types> = ${renderDescriptor(channel, 'client')};
  `;
}
