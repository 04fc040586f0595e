/** The fields of a message as text, the same in the log and on the wire, where it also has a type and a cursor. */
export function contentOf(message: object): string {
  const { type: _type, cursor: _cursor, ...content } = message as Record<string, unknown>;
  return JSON.stringify(content, Object.keys(content).toSorted());
}
