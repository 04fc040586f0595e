/** Renders a table whose first column is text and whose others are numbers. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = header.map((_, column) => (column === 0 ? '---' : '---:'));
  return [header, rule, ...rows].map(renderRow).join('\n');
}

function renderRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
