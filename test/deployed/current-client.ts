/** The TypeScript client of this commit, in one module as deployed ones are. */
export { postFeedPosted } from '../../generated/asyncapi/client.ts';
export * from '../../src/runtime/client/node.ts';
