import type { Example } from './change.ts';
import { countOf, type JudgedChange } from './judge.ts';
import { verdicts } from './rules.ts';

export const formats = ['text', 'json', 'github', 'junit'] as const;
export type Format = (typeof formats)[number];

/** The report for people, for programs, for the annotations of GitHub, or for a CI server. */
export function renderReport(format: Format, changes: readonly JudgedChange[]): string {
  return renderers[format](changes);
}

const renderers: Readonly<Record<Format, (changes: readonly JudgedChange[]) => string>> = {
  text: renderText,
  json: renderJson,
  github: (changes) => changes.filter(needsAttention).map(annotationOf).join('\n'),
  junit: renderJunit,
};

function renderText(changes: readonly JudgedChange[]): string {
  const groups = Map.groupBy(changes, likenessOf).values();
  const lines = groups.flatMap(([change, ...others]) =>
    change === undefined ? [] : linesOf(change, others),
  );
  return [...lines, summarize(changes)].join('\n');
}

/** What changes have in common that the report lists together: those of a shared schema, or of one safe kind. */
function likenessOf({ verdict, rule, detail, allowedBecause }: JudgedChange): string {
  return JSON.stringify(verdict === 'safe' ? rule : [rule, detail, allowedBecause]);
}

/** How many subjects of alike changes are listed. */
const maxSubjects = 3;

function linesOf(change: JudgedChange, others: readonly JudgedChange[]): readonly string[] {
  const { position, verdict, rule, example, allowedBecause } = change;
  const place = `${position.file}:${position.line}:${position.column}`;
  const subjects = [change, ...others].map(({ subject }) => subject);
  const listed = subjects.slice(0, maxSubjects).join(', ');
  const also = subjects.length > maxSubjects ? ` and ${subjects.length - maxSubjects} more` : '';
  const text = describe({ ...change, subject: `${listed}${also}` });
  return [
    `${place}  ${allowedBecause === null ? verdict : 'allowed'}  ${rule}  ${text}`,
    ...(example === undefined ? [] : [`    ${exampleText(example)}`]),
    ...(allowedBecause === null ? [] : [`    allowed: ${allowedBecause}`]),
  ];
}

function summarize(changes: readonly JudgedChange[]): string {
  const allowed = changes.filter(({ allowedBecause }) => allowedBecause !== null).length;
  const counts = verdicts.map((verdict) => `${countOf(changes, verdict)} ${verdict}`);
  return [...counts, ...(allowed > 0 ? [`${allowed} allowed by exceptions`] : [])].join(', ');
}

/** `/chat message post: what is different. Why it matters.` */
function describe({ subject, detail, reason }: JudgedChange): string {
  return `${subject}: ${detail === '' ? '' : `${detail}. `}${reason}`;
}

function exampleText({ value, refusedBy }: Example): string {
  return `for example, ${refusedBy} refuse${refusedBy === 'the server' ? 's' : ''} ${JSON.stringify(shorten(value))}`;
}

/** Longer texts are shortened in reports for people. */
const maxTextLength = 40;

function shorten(value: unknown): unknown {
  if (typeof value === 'string' && value.length > maxTextLength) {
    return `${value.slice(0, maxTextLength)}… (${value.length} characters)`;
  }
  if (Array.isArray(value)) return value.map(shorten);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shorten(inner)]));
}

function renderJson(changes: readonly JudgedChange[]): string {
  const listed = changes.map(({ position, ...change }) => ({ ...change, ...position }));
  const counts = Object.fromEntries(verdicts.map((verdict) => [verdict, countOf(changes, verdict)]));
  return JSON.stringify({ ...counts, changes: listed }, null, 2);
}

function needsAttention({ verdict, allowedBecause }: JudgedChange): boolean {
  return verdict !== 'safe' && allowedBecause === null;
}

/** A workflow command of GitHub Actions. */
function annotationOf(change: JudgedChange): string {
  const { position, verdict, rule, example } = change;
  const level = verdict === 'breaking' ? 'error' : 'warning';
  const properties = [
    `file=${property(position.file)}`,
    `line=${position.line}`,
    `col=${position.column}`,
    `title=${property(`${verdict}: ${rule}`)}`,
  ];
  const message = `${describe(change)}${example === undefined ? '' : `\n${exampleText(example)}`}`;
  return `::${level} ${properties.join(',')}::${escaped(message)}`;
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

function renderJunit(changes: readonly JudgedChange[]): string {
  const failures = countOf(changes, 'breaking');
  const cases = changes.map((change) => {
    const { rule, subject, verdict, allowedBecause, example } = change;
    const attributes = `classname="${rule}" name="${xml(subject)}"`;
    const text = xml(`${describe(change)}${example === undefined ? '' : `\n${exampleText(example)}`}`);
    if (allowedBecause !== null) {
      return `  <testcase ${attributes}><skipped message="${xml(allowedBecause)}"/></testcase>`;
    }
    if (verdict !== 'breaking') {
      return `  <testcase ${attributes}><system-out>${verdict}: ${text}</system-out></testcase>`;
    }
    return `  <testcase ${attributes}><failure message="${verdict}">${text}</failure></testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="posted breaking" tests="${changes.length}" failures="${failures}">`,
    ...cases,
    '</testsuite>',
  ].join('\n');
}

/** XML 1.0 allows few control characters. */
function xml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');
}
