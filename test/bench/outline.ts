/** The elements and texts of an XML document, in their order. Throws where it is not well-formed. */
export function outlineOf(xml: string): { readonly elements: string[]; readonly texts: string[] } {
  const elements: string[] = [];
  const texts: string[] = [];
  const open: string[] = [];
  let at = 0;
  const token =
    /<\/([a-z]+)>|<([a-z]+)((?: [a-zA-Z:-]+="[^"<&]*(?:&#\d+;[^"<&]*)*")*) ?(\/?)>|((?:[^<&]|&#\d+;)+)/y;
  while (at < xml.length) {
    token.lastIndex = at;
    const match = token.exec(xml);
    if (match === null) throw new Error(`not well-formed at: ${xml.slice(at, at + 60)}`);
    at = token.lastIndex;
    const [, closed, opened, , isEmpty, text] = match;
    if (closed !== undefined && open.pop() !== closed) throw new Error(`</${closed}> closes nothing`);
    if (opened !== undefined) {
      elements.push(opened);
      if (isEmpty === '') open.push(opened);
    }
    if (text !== undefined && text.trim() !== '') texts.push(unescapeText(text));
  }
  if (open.length > 0 || elements[0] !== 'svg') throw new Error(`not closed: ${open.join(', ')}`);
  return { elements, texts };
}

function unescapeText(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}
