import { File } from '@asyncapi/generator-react-sdk';
import {
  credentialsType,
  operationCredentialsType,
  paramsType,
  renderDescriptor,
  resetType,
  serversType,
  usesGuards,
  usesModels,
  usesMsgpack,
  valuesType,
} from '#lib/contract.mts';
import {
  answerType,
  importedParts,
  importedTypes,
  onMember,
  operationMembers,
  receivedType,
} from '#lib/members.mts';
import { docComment, generatedFrom, preamble, separate, ts } from '#lib/source.mts';

/** client.ts: all channels from the client's point of view. */
export default function client({ params: { contract, extension } }) {
  return (
    <File name="client.ts">
      {ts`
        ${preamble(contract, 'typescript')}
        ${importedParts(contract).length > 0 ? `import { ${importedParts(contract).join(', ')} } from 'posted/client';` : null}
        import type { ${importedTypes(contract).join(', ')} } from 'posted/client';
        ${usesMsgpack(contract.channels) ? `import { msgpack } from 'posted/msgpack';` : null}
        ${usesModels(contract) ? `import type * as models from './models.${extension}';` : null}
        ${usesGuards(contract.channels) ? `import * as validators from './client-validators.${extension}';` : null}

        ${separate(contract.channels.map(clientChannel))}

      `}
    </File>
  );
}

function clientChannel(channel) {
  const origin = generatedFrom(`channel ${channel.name}`);
  return ts`
    ${docComment(`A client of channel \`${channel.name}\`.`, channel.description, origin)}
    export interface ${channel.typeName}Client extends ClientBase<${receivedType(channel)}> {
      ${separate([onMember(channel), ...operationMembers(channel)])}
    }

    ${docComment(`The types in the options of \`connect\` for channel \`${channel.name}\`.`, origin)}
    export interface ${channel.typeName}Types {
      readonly credentials: ${credentialsType(channel)};
      readonly operationCredentials: ${operationCredentialsType(channel)};
      /** In the contract's order. The first is the default. */
      readonly servers: readonly ${serversType(channel)};
      readonly params: ${paramsType(channel)};
      readonly query: ${valuesType(channel.query)};
      readonly headers: ${valuesType(channel.headers)};
      /** By operation: functions that answer requests from the server. */
      readonly answer: ${answerType(channel)};
      /** The message that \`onReset\` receives; \`never\` if the channel is not resumable. */
      readonly reset: ${resetType(channel)};
    }

    ${docComment(channel.description, 'Pass it to `connect` from `posted/client`.', origin)}
    export const ${channel.identifier}: ClientChannel<${channel.typeName}Client, ${channel.typeName}Types> = ${renderDescriptor(channel, 'client')};
  `;
}
