/** The exponent of the Pareto distribution of readers: few authors have many. */
const exponent = 1.5;

/** Keeps one author from dominating the sample. */
const mostOfMean = 10_000;

/** The numbers of readers of the authors of `count` posts, relative to the mean; the same for the same seed. */
export function sampleFollowers(seed: number, count: number): readonly number[] {
  const random = createRandom(seed);
  const drawn = Array.from({ length: count }, () =>
    Math.min(mostOfMean, ((exponent - 1) / exponent) * (1 - random()) ** (-1 / exponent)),
  );
  const mean = drawn.reduce((sum, each) => sum + each, 0) / count;
  return drawn.map((each) => each / mean);
}

/** A linear congruential generator with the constants of Numerical Recipes: at least 0, below 1. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
