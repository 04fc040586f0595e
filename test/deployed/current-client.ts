/** The TypeScript client of this commit in one module, like the deployed ones. */
export { postFeedPosted } from '../../generated/asyncapi/client.ts';
export * from '../../src/runtime/client/node.ts';
