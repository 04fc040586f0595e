import { payloadOf, type RegisteredWrite } from '../writes/registered-write.ts';
import type { PayloadTemplate } from '../writes/write-definition.ts';
import { accepted, literal } from './sql-text.ts';

/** Adds the payload to the accepted rows, as the compact JSON that a `PayloadRenderer` makes. */
export function payloadPart(write: RegisteredWrite): string {
  const joins = write.statements.flatMap(({ returns }, index) =>
    returns ? [`left join posted_returned_${index} using (posted_ordinal)`] : [],
  );
  return `posted_rendered as materialized (
    select posted_accepted.posted_ordinal, ${payloadText(payloadOf(write.event) ?? {}, write)} as payload
    from posted_accepted ${joins.join(' ')})`;
}

function payloadText(template: PayloadTemplate, write: RegisteredWrite): string {
  if (typeof template !== 'string') {
    const properties = Object.entries(template).map(
      ([name, part]) => `${literal(`${JSON.stringify(name)}:`)} || ${payloadText(part, write)}`,
    );
    return [
      "'{'",
      ...properties.flatMap((each, index) => (index === 0 ? [each] : ["','", each])),
      "'}'",
    ].join(' || ');
  }
  const [name = '', column] = template.split('.');
  if (column !== undefined) {
    const index = write.statements.findIndex((statement) => statement.name === name);
    return `coalesce((posted_returned_${index}.returned -> ${literal(column)})::text, 'null')`;
  }
  const isJson = write.columns.some((each) => each.name === name && each.type === 'json');
  const value = accepted(name);
  return `coalesce(${isJson ? value : `to_json(${value})::text`}, 'null')`;
}
