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
import { docComment, generatedFrom, preamble, separate, stringLiteral, ts } from '#lib/source.mts';

/** client.ts: every channel as its clients see it. */
export default function client({ params: { contract, runtime, extension } }) {
  return (
    <File name="client.ts">
      {ts`
        ${preamble(contract)}
        import type { ${clientTypes(contract).join(', ')} } from ${stringLiteral(runtime.client)};
        ${usesModels(contract) ? `import type * as models from './models.${extension}';` : null}
        ${usesGuards(contract.channels) ? `import * as validators from './validators.${extension}';` : null}

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
      readonly operationCredentials: ${operationCredentialsType(channel)};
      /** In the contract's order: the first is the default. */
      readonly servers: readonly ${serversType(channel)};
      readonly parameters: ${parametersType(channel)};
      readonly query: ${valuesType(channel.query)};
      readonly headers: ${valuesType(channel.headers)};
      /** By message name: what the server sends. */
      readonly receives: ${receivesType(channel)};
      /** By message name: what a client may send. */
      readonly sends: ${sendsType(channel)};
      /** By operation: what a client asks, and the server answers. */
      readonly requests: ${exchangesType(channel, 'receive')};
      /** By operation: what the server asks, and a client answers. */
      readonly answers: ${exchangesType(channel, 'send')};
      /** What \`onReset\` is told; \`never\` where connections cannot be resumed. */
      readonly reset: ${resetType(channel)};
    }

    ${docComment(channel.description, 'Use it with `connect` of `posted/client`.', generatedFrom(`channel ${channel.name}`))}
    export const ${channel.identifier}: ClientChannel<${channel.typeName}Types> = ${renderDescriptor(channel, 'client')};
  `;
}
