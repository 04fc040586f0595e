import type { Import } from './imports-of.ts';

/** A part of the code, and what it may import besides itself. */
interface Room {
  readonly name: string;
  /** The folder, from the root. */
  readonly folder: string;
  /** Paths from the root, and names of packages of ours. */
  readonly mayImport: readonly RegExp[];
}

/** The entry points of the package `posted`, by name: the only way into the runtime from outside. */
const posted = /^posted\//;

/** The first room whose folder holds a file is its room. */
export const rooms: readonly Room[] = [
  { name: 'runtime/shared', folder: 'src/runtime/shared/', mayImport: [] },
  { name: 'runtime/client', folder: 'src/runtime/client/', mayImport: [/^src\/runtime\/shared\//] },
  { name: 'runtime/rest-client', folder: 'src/runtime/rest-client/', mayImport: [/^src\/runtime\/shared\//] },
  { name: 'runtime/react', folder: 'src/runtime/react/', mayImport: [/^posted\/client$/] },
  { name: 'runtime/rest', folder: 'src/runtime/rest/', mayImport: [/^src\/runtime\/shared\//] },
  {
    name: 'runtime/log',
    folder: 'src/runtime/log/',
    mayImport: [/^src\/runtime\/shared\//, /^src\/runtime\/server\/handlers\.ts$/],
  },
  {
    name: 'runtime/server',
    folder: 'src/runtime/server/',
    // The interface of the log, never its engines.
    mayImport: [/^src\/runtime\/shared\//, /^src\/runtime\/log\/(?!(?:hints|sqlite|postgres)\/)/],
  },
  { name: 'runtime/node', folder: 'src/runtime/node/', mayImport: [/^src\/runtime\//] },
  { name: 'runtime/testing', folder: 'src/runtime/testing/', mayImport: [/^src\/runtime\//] },
  {
    name: 'generated',
    folder: 'generated/',
    mayImport: [/^posted\/(?:checks|contract|server|client|rest|rest-client)$/],
  },
  { name: 'feed-server', folder: 'src/feed-server/', mayImport: [/^generated\//, posted] },
  { name: 'scripts/posted', folder: 'scripts/posted/', mayImport: [posted, /^templates\//] },
  { name: 'templates', folder: 'templates/', mayImport: [posted, /^scripts\/posted\//] },
  // The chaos run drives the servers and the checker of the tests.
  { name: 'scripts/dev', folder: 'scripts/dev/', mayImport: [posted, /^test\//] },
];

/** Packages that only some files may import, so that each can be replaced in one place. */
const restricted: readonly { readonly name: RegExp; readonly onlyIn: RegExp }[] = [
  { name: /^ws$/, onlyIn: /^src\/runtime\/(?:client\/|server\/connection\/|server\/server\.ts$)/ },
  { name: /^jsonwebtoken$/, onlyIn: /^src\/feed-server\/auth\/tokens\.ts$/ },
  { name: /^@node-rs\/argon2$/, onlyIn: /^src\/feed-server\/auth\/passwords\.ts$/ },
  { name: /^(?:hono|@hono\/.*)(?:\/.*)?$/, onlyIn: /^src\/runtime\/(?:rest|node)\// },
  { name: /^(?:kysely|node:sqlite|pg)(?:\/.*)?$/, onlyIn: /^src\/(?:runtime\/log|feed-server\/store)\// },
  {
    name: /^(?:@redis\/client|amqplib|@platformatic\/kafka|@nats-io\/.*)$/,
    onlyIn: /^src\/runtime\/log\/hints\//,
  },
  { name: /^@msgpack\/msgpack$/, onlyIn: /^src\/runtime\/shared\/msgpack\.ts$/ },
  { name: /^pino$/, onlyIn: /^src\/runtime\/node\/pino-log\.ts$/ },
  { name: /^prom-client$/, onlyIn: /^src\/runtime\/node\/metrics\// },
  { name: /^react(?:-.*)?$/, onlyIn: /^(?:src\/runtime\/react|scripts\/posted|templates)\// },
  {
    name: /^(?:@asyncapi\/.*|ajv.*|rolldown|yaml|@seriousme\/.*)$/,
    onlyIn: /^(?:scripts\/posted|templates)\//,
  },
];

/** What is ours in an import: a path from the root, or an entry point of one of our packages. */
function isOurs(to: string): boolean {
  return /^(?:src|generated|scripts|templates|test|bench)\/|^posted(?:\/|$)|^@posted\/|^posted-feed-server/.test(
    to,
  );
}

/** Whether a file may contain an import: the rule of its room, and that of the package it names. */
export function isAllowed({ from, to }: Import): boolean {
  const room = rooms.find(({ folder }) => from.startsWith(folder));
  if (room === undefined) return false;
  if (isOurs(to)) return to.startsWith(room.folder) || room.mayImport.some((pattern) => pattern.test(to));
  return restricted.every(({ name, onlyIn }) => !name.test(to) || onlyIn.test(from));
}
