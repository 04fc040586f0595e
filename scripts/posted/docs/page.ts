import { createElement as h, type ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { isSchemaObject } from '../schemas/json-schema.ts';
import type { JsonObject } from './json-reader.ts';
import { fragment } from './schema-view.ts';

export interface Part {
  /** `WebSocket` */
  readonly title: string;
  readonly id: string;
  /** The name of the document's file. */
  readonly file: string;
  /** The object `info` of the document. */
  readonly info: JsonObject;
  readonly links: readonly OperationLink[];
  readonly content: ReactNode;
}

export interface OperationLink {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
}

interface PageOptions {
  readonly title: string;
  /** The name of the file of its icon, without which browsers ask the server for one of theirs. */
  readonly icon: string;
  /** The names of the files of its style sheets, in the order in which they apply. */
  readonly styles: readonly string[];
  readonly parts: readonly Part[];
}

/** A page of HTML without script. All that it loads stands beside it, and so do the documents. */
export function renderPage({ title, icon, styles, parts }: PageOptions): string {
  const page = h(
    'html',
    { lang: 'en' },
    h(
      'head',
      null,
      h('meta', { charSet: 'utf-8' }),
      h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      h('meta', { name: 'color-scheme', content: 'light dark' }),
      h('title', null, title),
      h('link', { rel: 'icon', href: `./${icon}` }),
      ...styles.map((file) => h('link', { key: file, rel: 'stylesheet', href: `./${file}` })),
    ),
    h(
      'body',
      null,
      h('a', { className: 'docs-skip', href: '#content' }, 'Skip to the content'),
      h('nav', { 'aria-label': 'Contents' }, ...parts.flatMap(contents)),
      h('main', { id: 'content' }, h('h1', null, title), ...parts.map(partView)),
    ),
  );
  // In lines, so that a small change of a contract is a small change of the page.
  const markup = renderToStaticMarkup(page).replaceAll(
    /<(?=(?:article|details|h[1-6]|li|link|main|section)\b)/g,
    '\n<',
  );
  return `<!doctype html>${markup}`;
}

function contents({ title, id, links }: Part): readonly ReactNode[] {
  return [
    h('p', { key: `${id} title` }, h('a', { href: fragment(id) }, title)),
    h(
      'ul',
      { key: id },
      ...links.map((link) =>
        h(
          'li',
          { key: link.id },
          h(
            'a',
            { href: fragment(link.id) },
            h('span', { className: 'docs-kind' }, link.kind),
            ' ',
            link.name,
          ),
        ),
      ),
    ),
  ];
}

function partView({ title, id, file, info, content }: Part): ReactNode {
  return h(
    'section',
    { key: id, id, className: 'docs-part', 'aria-labelledby': `${id}-title` },
    h('h2', { id: `${id}-title` }, title),
    h(
      'ul',
      { className: 'docs-info' },
      h('li', null, `${String(info.title)} ${String(info.version)}`),
      h('li', null, h('a', { href: `./${encodeURIComponent(file)}` }, file)),
      about('License', info.license),
      about('Contact', info.contact),
      about('Terms of service', { url: info.termsOfService }),
    ),
    content,
  );
}

/** A member of `info`: an object with a name, a URL, an e-mail address, or some of them. */
function about(what: string, value: unknown): ReactNode {
  if (!isSchemaObject(value)) return null;
  const { name, url, email } = value;
  const address = typeof url === 'string' ? url : typeof email === 'string' ? `mailto:${email}` : null;
  const text = [name, email, url].find((candidate) => typeof candidate === 'string');
  if (typeof text !== 'string') return null;
  // The parsers let any URI pass.
  const isLink = address !== null && /^(https?|mailto):/i.test(address);
  return h('li', null, `${what}: `, isLink ? h('a', { href: address, rel: 'noreferrer' }, text) : text);
}
