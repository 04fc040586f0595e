/** Sold during a run. */
export const extraAuction = 'a3';

/** The template opens the first two. */
export const auctionsOfRun = ['a1', 'a2', extraAuction];
