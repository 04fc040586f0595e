import type { AsyncAPIDocumentInterface } from '@asyncapi/parser';
import { createElement as h, type ReactNode } from 'react';
import type { OperationLink } from './page.ts';
import type { ReactComponent } from './react-component.ts';

/** How react-component names the place of a component's schema. */
export function asyncapiSchemaId(name: string): string {
  return `schema-${name}`;
}

interface PartProps {
  readonly AsyncApi: ReactComponent['AsyncApi'];
  readonly document: AsyncAPIDocumentInterface;
}

/** What an AsyncAPI document says. The messages stand in its operations, its title in the page. */
export function AsyncapiPart({ AsyncApi, document }: PartProps): ReactNode {
  return h(AsyncApi, {
    schema: document,
    config: {
      show: { info: false, messages: false, errors: false },
      // Has a component of its own by default, which has styles inside.
      extensions: { 'x-x': undefined },
    },
  });
}

/** The operations, each with the place where react-component draws it. */
export function asyncapiLinks(document: AsyncAPIDocumentInterface): readonly OperationLink[] {
  return document
    .operations()
    .all()
    .map((operation) => {
      const name = operation.id() ?? '';
      const hasReply = operation.reply() !== undefined;
      const kind = operation.isSend() ? (hasReply ? 'request' : 'send') : hasReply ? 'reply' : 'receive';
      return { id: `operation-${kind}-${name}`, kind, name };
    });
}
