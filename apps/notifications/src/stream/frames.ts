import { hintForRequester, type Hint } from '../domain/hint.ts';

/** One server-sent event. `id` is the position from which a reader resumes that got this far. */
export const frame = (event: string, data: unknown, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

/** A hint as it is stored: whom it concerns, and what it says. */
export type StoredHint = {
  readonly tenant: string;
  readonly ticket: string;
  readonly kind: 'ticket' | 'presence';
  readonly requester: string | null;
  readonly teams: readonly string[];
  readonly body: Hint | null;
};

/** Who reads, and what of the hints: all of the desk, those of some teams, or the public ones of own tickets. */
export type Reader = {
  readonly tenant: string;
  readonly person: string;
  readonly sees: 'desk' | 'teams' | 'own';
  readonly teams: readonly string[];
};

const isOwn = ({ person }: Reader, hint: StoredHint) => hint.requester === person;

/** What the reader is told of a hint; null: nothing. */
export const toldOf = (reader: Reader, hint: StoredHint, isPublic: (type: string) => boolean): object | null => {
  if (hint.tenant !== reader.tenant || !hint.body) return null;
  if (reader.sees === 'desk') return hint.body;
  if (reader.sees === 'teams' && hint.teams.some((team) => reader.teams.includes(team))) return hint.body;
  return isOwn(reader, hint) && isPublic(hint.body.type) ? hintForRequester(hint.body) : null;
};
