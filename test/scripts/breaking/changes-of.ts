import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareFiles } from '../../../scripts/posted/breaking/compare-files.ts';
import { ExceptionList } from '../../../scripts/posted/breaking/exceptions.ts';
import { judge } from '../../../scripts/posted/breaking/judge.ts';

/** The verdict, the rule and the subject of each change between two documents, sorted. */
export async function changesOf(folder: string, old: object, current: object): Promise<readonly string[]> {
  const here = mkdtempSync(join(folder, 'case-'));
  const [before, after] = [join(here, 'old.json'), join(here, 'new.json')];
  writeFileSync(before, JSON.stringify(old));
  writeFileSync(after, JSON.stringify(current));
  const changes = judge(await compareFiles(before, after, { strict: false }), new ExceptionList());
  return changes.map(({ verdict, rule, subject }) => `${verdict} ${rule} ${subject}`).toSorted();
}
