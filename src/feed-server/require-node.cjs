/**
 * Loaded before the server (`node --require`): refuses a Node.js that cannot run it. It is CommonJS without newer syntax,
 * because an old Node.js could not load the TypeScript that would say so.
 */
const required = Number(/\d+/.exec(require('./package.json').engines.node)[0]);

if (Number(process.versions.node.split('.')[0]) < required) {
  process.stderr.write(
    'Posted needs Node.js ' +
      required +
      ' or later, and this is ' +
      process.version +
      '. Install it from https://nodejs.org, or run `npm ci` without --omit=dev, which brings it along.\n',
  );
  process.exit(1);
}
