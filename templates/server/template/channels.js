import { File } from '@asyncapi/generator-react-sdk';
import { renderDescriptor, usesGuards, usesMsgpack } from '#lib/contract.mts';
import {
  docComment,
  enclose,
  generatedFrom,
  preamble,
  propertyKey,
  separate,
  stringLiteral,
  ts,
} from '#lib/source.mts';

/** channels.ts: the descriptors of all channels, and the contract that consists of them. */
export default function channels({ params: { contract, extension } }) {
  return (
    <File name="channels.ts">
      {ts`
        ${preamble(contract, 'typescript')}
        import type { ChannelDescriptor, Contract } from 'posted/contract';
        ${usesMsgpack(contract.channels) ? `import { msgpack } from 'posted/msgpack';` : null}
        import type { Types } from './handlers.${extension}';
        ${usesGuards(contract.channels) ? `import * as validators from './validators.${extension}';` : null}

        ${separate(contract.channels.map(descriptor))}

        ${docComment(
          `${contract.title} ${contract.version}: all channels. Its type has the interfaces of the handlers.`,
        )}
        export const contract: Contract<Types> = {
          title: ${stringLiteral(contract.title)},
          version: ${stringLiteral(contract.version)},
          channels: ${enclose('{', contract.channels.map(member), '}')},
        };

      `}
    </File>
  );
}

function descriptor(channel) {
  return ts`
    ${docComment(channel.description, generatedFrom(`channel ${channel.name}`))}
    export const ${channel.identifier} = ${renderDescriptor(channel, 'server')} as const satisfies ChannelDescriptor;
  `;
}

function member({ name, identifier }) {
  return name === identifier ? name : `${propertyKey(name)}: ${identifier}`;
}
