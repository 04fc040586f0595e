import type { AsyncAPIDocumentInterface } from '@asyncapi/parser';
import { createElement as h, type ReactNode } from 'react';
import { limitsText } from './limits-text.ts';
import type { OperationLink } from './page.ts';
import type { ReactComponent } from './react-component.ts';

/** The id that react-component gives to the element of a component's schema. */
export function asyncapiSchemaId(name: string): string {
  return `schema-${name}`;
}

interface PartProps {
  readonly AsyncApi: ReactComponent['AsyncApi'];
  readonly document: AsyncAPIDocumentInterface;
}

/** The content of an AsyncAPI document, without its title, which the page shows. */
export function AsyncapiPart({ AsyncApi, document }: PartProps): ReactNode {
  return h(AsyncApi, {
    schema: document,
    config: {
      show: { info: false, messages: false, errors: false },
      // react-component renders this extension with inline styles by default.
      extensions: { 'x-x': undefined, 'x-limits': LimitsView },
    },
  });
}

function LimitsView({ propertyValue }: { readonly propertyValue: unknown }): ReactNode {
  return h('p', { className: 'docs-limits' }, limitsText(propertyValue));
}

/** Links to the elements that react-component renders for the operations. */
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
