/**
 * What the official parser makes of a document. Only @asyncapi/generator looks inside; the parser's own types, which
 * do not check everywhere, are kept out of ours.
 */
export type ParsedDocument = object;
