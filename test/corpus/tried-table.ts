import type { Tried } from './try-documents.ts';

/** Whether a document generates, compiles, starts and speaks every example in both languages. */
export function isPassed({ refusal, typeErrors, typescript, python }: Tried): boolean {
  return (
    refusal.length === 0 && typeErrors.length === 0 && typeof typescript === 'number' && typescript === python
  );
}

/** A table of documents in Markdown, and the rate of valid ones that passed. */
export function triedTable(all: readonly Tried[]): string {
  const rows = all.map((tried) => {
    const { file, isValid, perspective } = tried;
    return `| ${[file, isValid ? 'yes' : 'no', perspective, outcome(tried)].join(' | ')} |`;
  });
  const valid = all.filter(({ isValid }) => isValid);
  const rates = [...new Set(valid.map(({ perspective }) => perspective))].map((perspective) => {
    const own = valid.filter((tried) => tried.perspective === perspective);
    const compiled = own.filter(({ refusal, typeErrors }) => refusal.length + typeErrors.length === 0);
    return `${perspective}: ${own.filter(isPassed).length} of ${own.length} valid documents speak every example in both languages, ${compiled.length} compile`;
  });
  return [
    '| document | valid | perspective | outcome |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    ...rates,
    '',
  ].join('\n');
}

function outcome(tried: Tried): string {
  const { refusal, typeErrors, typescript, python } = tried;
  if (refusal.length > 0) return `refused in ${refusal.length} lines: ${cell(refusal[0])}`;
  if (isPassed(tried)) return `${typescript} messages in both languages`;
  const parts = [
    ...(typeErrors.length > 0 ? [`${typeErrors.length} type errors: ${cell(typeErrors[0])}`] : []),
    `TypeScript ${cell(typescript)}`,
    `Python ${cell(python)}`,
  ];
  return parts.join('; ');
}

/** The first 300 characters, on one line. */
function cell(value: number | string | null | undefined): string {
  return String(value).replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').slice(0, 300);
}
