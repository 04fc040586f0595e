import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AsyncAPIDocumentInterface } from '@asyncapi/parser';
import { type ComponentType, createElement as h, type ReactNode } from 'react';
import type { MarkdownComponent } from './document-context.ts';
import { SchemaView } from './schema-view.ts';

/** The properties of @asyncapi/react-component that are used. The modules imported here have no types. */
interface AsyncApiProps {
  readonly schema: AsyncAPIDocumentInterface;
  readonly config: {
    readonly show: Readonly<Record<string, boolean>>;
    readonly extensions: Readonly<
      Record<string, ((props: { readonly propertyValue: unknown }) => ReactNode) | undefined>
    >;
  };
}

/** The properties of its component for a schema. */
interface SchemaProps {
  readonly schemaName: ReactNode;
  readonly schema?: { json(): unknown };
}

export interface ReactComponent {
  readonly AsyncApi: ComponentType<AsyncApiProps>;
  /** Renders inert HTML: no scripts, styles or forms, and nothing to load. */
  readonly Markdown: MarkdownComponent;
  /** A value that conforms to a schema; undefined if none is found. */
  sample(schema: unknown, document: unknown): unknown;
  /** Its style sheet, with its name, version and license. */
  readonly css: string;
}

const packageName = '@asyncapi/react-component';

/**
 * Loads @asyncapi/react-component for a page without scripts. It renders collapsed content only after a click, so its
 * buttons are replaced by plain text and its schemas by a component that shows everything.
 */
export function loadReactComponent(): ReactComponent {
  loaded ??= load();
  return loaded;
}

let loaded: ReactComponent | null = null;

function load(): ReactComponent {
  const require = createRequire(import.meta.url);
  const entry = `${packageName}/lib/cjs/without-parser`;
  const part = (name: string) => require(`${packageName}/lib/cjs/components/${name}`);
  part('CollapseButton').CollapseButton = StaticButton;
  const markdown = part('Markdown');
  markdown.Markdown = quickMarkdown(markdown.Markdown);
  part('Schema/Schema').Schema = StaticSchema;

  // Its dependencies may be installed where this module cannot find them.
  const requireOfComponent = createRequire(require.resolve(entry));
  restrict(requireOfComponent('isomorphic-dompurify'));
  const { version, license, repository } = require(`${packageName}/package.json`);
  const style = require.resolve(`${packageName}/styles/default.min.css`);
  const { sample } = requireOfComponent('openapi-sampler');
  const sampleOf = (schema: unknown, document?: unknown) =>
    sampleOrUndefined(() => sample(schema, { quiet: true, maxSampleDepth }, document));
  require(`${packageName}/lib/cjs/helpers/message`).MessageHelpers.generateExample = sampleOf;
  return {
    AsyncApi: require(entry).default,
    Markdown: markdown.Markdown,
    sample: sampleOf,
    css: `/* ${packageName} ${version}, ${license}, ${repository.url} */\n${readFileSync(style, 'utf8')}`,
  };
}

/** Samples of mutually recursive schemas double in size with each level. */
const maxSampleDepth = 4;

/** The part of DOMPurify that is used. */
interface Sanitizer {
  setConfig(config: Readonly<Record<string, unknown>>): void;
  addHook(
    entryPoint: 'uponSanitizeAttribute',
    hook: (
      element: Element,
      attribute: { readonly attrName: string; attrValue: string; keepAttr: boolean },
    ) => void,
  ): void;
}

const markupTags =
  'a blockquote br code del em h1 h2 h3 h4 h5 h6 hr li ol p pre span strong sub sup table tbody td th thead tr ul'.split(
    ' ',
  );

/** Restricts the output of DOMPurify to text markup. */
function restrict(sanitizer: Sanitizer): void {
  sanitizer.setConfig({
    ALLOWED_TAGS: markupTags,
    ALLOWED_ATTR: ['align', 'class', 'href', 'start', 'title'],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
  });
  sanitizer.addHook('uponSanitizeAttribute', (_element, attribute) => {
    // Only the classes of highlighted code: others could place a description over the page.
    const isHighlight = /^((hljs|language)[\w-]*( |$))+$/.test(attribute.attrValue);
    if (attribute.attrName === 'class' && !isHighlight) attribute.keepAttr = false;
  });
}

/** Text without markup, except code between backticks. Marked and DOMPurify make nothing else of it than a paragraph. */
const plain = /^[A-Za-z](?:[\w ,;()!?=/'-]|\.(?= |$)|: |`[\w ,;().:=/{}-]+`)*$/;

/** Parsing the output of Marked again takes most of the time of a page. */
function quickMarkdown(full: MarkdownComponent): MarkdownComponent {
  return (props) => {
    const { children } = props;
    if (typeof children !== 'string' || !isPlain(children)) return h(full, props);
    const html = `<p>${children.replaceAll(/`([^`]+)`/g, '<code>$1</code>')}</p>\n`;
    return h('div', { className: 'prose max-w-none text-sm', dangerouslySetInnerHTML: { __html: html } });
  };
}

/** Marked links addresses that begin with www, and emphasizes words between underscores. */
function isPlain(text: string): boolean {
  return (
    plain.test(text) && !/ {2}|_|\bwww/i.test(text.replaceAll(/`[^`]+`/g, '')) && !/` | `/.test(codeOf(text))
  );
}

function codeOf(text: string): string {
  return (text.match(/`[^`]+`/g) ?? []).join('');
}

function StaticButton({ children }: { readonly children?: ReactNode }): ReactNode {
  return h('div', { className: 'docs-label' }, children);
}

function StaticSchema({ schemaName, schema }: SchemaProps): ReactNode {
  const value = schema?.json();
  return value === undefined ? null : h(SchemaView, { label: schemaName, schema: value });
}

function sampleOrUndefined(sample: () => unknown): unknown {
  try {
    return sample();
  } catch {
    return undefined;
  }
}
