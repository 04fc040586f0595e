import type { EngineOwner } from './engine-spec.ts';

/** The user and group `nobody` on Linux, for engines that refuse to run as root; undefined for other users. */
export const nobodyIfRoot: EngineOwner | undefined =
  process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;
