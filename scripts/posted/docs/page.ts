import { createElement as h, type ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { isSchemaObject } from '../schemas/json-schema.ts';
import type { JsonObject } from './json-reader.ts';
import { fragment } from './schema-view.ts';

export interface Part {
  /** `WebSocket` */
  readonly title: string;
  readonly id: string;
  /** The file name of the document. */
  readonly file: string;
  /** The `info` object of the document. */
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
  /** The file name of the icon. Without one, browsers request /favicon.ico. */
  readonly icon: string;
  /** The file names of the style sheets, in the order of their precedence. */
  readonly styles: readonly string[];
  readonly parts: readonly Part[];
}

/** An HTML page without scripts. Everything that it loads or links to is in the same folder. */
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
      h('a', { className: 'docs-skip', href: '#content' }, 'Skip to content'),
      h('nav', { 'aria-label': 'Contents' }, ...parts.flatMap(contents)),
      h('main', { id: 'content' }, h('h1', null, title), ...parts.map(partView)),
    ),
  );
  // Line breaks, so that a small change of the contract is a small diff of the page.
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
      infoItem('License', info.license),
      infoItem('Contact', info.contact),
      infoItem('Terms of service', { url: info.termsOfService }),
    ),
    content,
  );
}

/** A member of `info` that has a name, a URL or an email address. */
function infoItem(label: string, value: unknown): ReactNode {
  if (!isSchemaObject(value)) return null;
  const { name, url, email } = value;
  const address = typeof url === 'string' ? url : typeof email === 'string' ? `mailto:${email}` : null;
  const text = [name, email, url].find((candidate) => typeof candidate === 'string');
  if (typeof text !== 'string') return null;
  // The parsers allow any URI.
  const isLink = address !== null && /^(https?|mailto):/i.test(address);
  return h('li', null, `${label}: `, isLink ? h('a', { href: address, rel: 'noreferrer' }, text) : text);
}
