type Members = Readonly<Record<string, unknown>>;

/**
 * A copy of `options` whose functions, and those in `answer`, call what `latest` has in their place at that time: a
 * component has new closures in each render, and its client stays.
 */
export function withLatestFunctions<Options extends object>(
  options: Options,
  latest: () => Partial<Options> | null,
): Options {
  const copy = copyOf(options as Members, latest);
  const { answer } = options as Members;
  if (answer === undefined) return copy as Options;
  const latestAnswer = () => (latest() as Members | null)?.answer as Members | undefined;
  return { ...copy, answer: copyOf(answer as Members, latestAnswer) } as Options;
}

function copyOf(members: Members, latest: () => Members | null | undefined): Members {
  const entries = Object.entries(members).map(([name, member]) => {
    if (typeof member !== 'function') return [name, member] as const;
    return [
      name,
      (...args: readonly unknown[]) => {
        const current = latest()?.[name];
        return (typeof current === 'function' ? current : member)(...args);
      },
    ] as const;
  });
  return Object.fromEntries(entries);
}
