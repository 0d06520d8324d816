import type { DeskAgent } from './desk.ts';

/** What an agent last said: present takes what is given, busy takes what he or she wants, away takes nothing. */
export type Presence = 'present' | 'busy' | 'away';
export const presences = ['present', 'busy', 'away'] as const satisfies readonly Presence[];

/** An agent as he or she stands now. */
export type Person = {
  readonly agent: DeskAgent;
  /** Null where nothing was said, or a shift ended since. */
  readonly presence: Presence | null;
  /** Places that the tickets take which he or she has taken, or works on; not those on hold. */
  readonly load: number;
};

export type People = ReadonlyMap<string, Person>;
