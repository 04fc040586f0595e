import type { Options, Term } from './pattern-syntax.ts';

/**
 * What a reference to a group matches: always the same as the group, that or nothing, or always nothing, as where the
 * group comes later. Null if Python would match something else: at the start of each repetition, JavaScript forgets what
 * the groups inside matched, and Python does not.
 */
type Referral = 'group' | 'group or nothing' | 'nothing' | null;

/** A sequence on the way to a term, and the position of the term that leads on. */
interface Step {
  /** The term that contains the sequence; null for the whole pattern. */
  readonly holder: Term | null;
  readonly options: Options;
  readonly option: number;
  readonly position: number;
}

type Path = readonly Step[];

/** Returns what a reference in a pattern matches of each group. */
export function createReferrals(pattern: Options): (reference: Term, group: number) => Referral {
  const groups = new Map<number, Path>();
  const references = new Map<Term, Path>();
  visit(pattern, null, []);
  return (reference, group) => referral(groups.get(group) ?? [], references.get(reference) ?? []);

  function visit(options: Options, holder: Term | null, before: Path): void {
    for (const [option, terms] of options.entries()) {
      for (const [position, term] of terms.entries()) {
        const path = [...before, { holder, options, option, position }];
        if (term.kind === 'group' && term.number !== null) groups.set(term.number, path);
        if (term.kind === 'reference') references.set(term, path);
        if (term.kind === 'repetition') visit([[term.term]], term, path);
        if (term.kind === 'group' || term.kind === 'look') visit(term.options, term, path);
      }
    }
  }
}

function referral(group: Path, reference: Path): Referral {
  const parting = group.findIndex(
    ({ option, position }, index) =>
      option !== reference[index]?.option || position !== reference[index].position,
  );
  const [step, other] = [group[parting], reference[parting]];
  // The reference is inside the group, in another alternative, or before the group.
  if (step === undefined || other === undefined) return 'nothing';
  if (step.option !== other.option || step.position > other.position) return 'nothing';
  const inner = group.slice(parting + 1);
  if (inner.some(({ holder }) => holder?.kind === 'look' && holder.open.endsWith('!'))) return 'nothing';
  if (inner.every(isCertain)) return 'group';
  if (group.slice(0, parting + 1).some(isRepeated)) return null;
  const loop = inner.findIndex(isRepeated);
  return loop === -1 || inner.slice(loop + 1).every(isCertain) ? 'group or nothing' : null;
}

/** Whether each match of the holder passes through the term. */
function isCertain({ holder, options }: Step): boolean {
  return options.length === 1 && !(holder?.kind === 'repetition' && holder.least === 0);
}

function isRepeated({ holder }: Step): boolean {
  return holder?.kind === 'repetition' && holder.most > 1;
}
