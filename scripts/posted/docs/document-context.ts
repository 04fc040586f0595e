import { type ComponentType, createContext, createElement as h, type ReactNode, useContext } from 'react';
import type { JsonSchema } from '../schemas/json-schema.ts';

/** Renders CommonMark as HTML. */
export type MarkdownComponent = ComponentType<{ readonly children: string }>;

/** What the components of a page need to know about the document that they render a part of. */
export interface DocumentView {
  readonly Markdown: MarkdownComponent;
  /** Follows a reference. The name is that of the component; null for other schemas. */
  readonly resolve: (schema: JsonSchema) => { readonly schema: JsonSchema; readonly name: string | null };
  /** The id of the element that shows a component. */
  readonly idOf: (name: string) => string;
}

const DocumentContext = createContext<DocumentView | null>(null);
export const DocumentProvider = DocumentContext.Provider;

export function useDocument(): DocumentView {
  const view = useContext(DocumentContext);
  if (view === null) throw new TypeError('useDocument requires a DocumentProvider.');
  return view;
}

/** A description in a document, which is CommonMark; nothing if the value is not text. */
export function Description({ text }: { readonly text: unknown }): ReactNode {
  const { Markdown } = useDocument();
  return typeof text === 'string' ? h(Markdown, null, text) : null;
}
