import { File } from '@asyncapi/generator-react-sdk';
import { publisherTypes, replyType, sendsAnything, usesModels } from '#lib/contract.mts';
import { docComment, generatedFrom, preamble, separate, ts } from '#lib/source.mts';

/** publishers.ts: the type of the function that sends each message of the server. */
export default function publishers({ params: { contract, extension } }) {
  if (!sendsAnything(contract)) return null;
  const types = contract.channels.flatMap(({ operations }) =>
    operations.filter(({ action }) => action === 'send').flatMap(publishersOf),
  );
  return (
    <File name="publishers.ts">
      {ts`
        ${preamble(contract, 'typescript')}
        import type { ${publisherTypes(contract).join(', ')} } from 'posted/server';
        ${usesModels(types) ? `import type * as models from './models.${extension}';` : null}

        ${separate(types)}

      `}
    </File>
  );
}

function publishersOf({ name, messages, reply }) {
  return messages.map(
    ({ message, publisher }) => ts`
      ${docComment(message.description, generatedFrom(`message ${message.name} of operation ${name}`))}
      export type ${publisher}<Session = unknown> = ${
        reply === null
          ? `Publish<${message.type}, Session>`
          : `Request<${message.type}, ${replyType(reply)}, Session>`
      };
    `,
  );
}
