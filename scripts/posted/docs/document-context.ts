import { createContext, createElement as h, type ReactNode, useContext } from 'react';
import type { JsonSchema } from '../schemas/json-schema.ts';
import type { ReactComponent } from './react-component.ts';

/** What drawing a part of a document takes to know of the whole. */
export interface DocumentView {
  readonly Markdown: ReactComponent['Markdown'];
  /** The schema behind a reference, and the name that it has among the components; null for none. */
  readonly resolve: (schema: JsonSchema) => { readonly schema: JsonSchema; readonly name: string | null };
  /** The id of the place where a component is drawn. */
  readonly idOf: (name: string) => string;
}

const DocumentContext = createContext<DocumentView | null>(null);
export const DocumentProvider = DocumentContext.Provider;

export function useDocument(): DocumentView {
  const view = useContext(DocumentContext);
  if (view === null) throw new TypeError('This is drawn outside of a DocumentProvider.');
  return view;
}

/** A description of the document, which is CommonMark. */
export function Description({ text }: { readonly text: unknown }): ReactNode {
  const { Markdown } = useDocument();
  return typeof text === 'string' ? h(Markdown, null, text) : null;
}
