import {
  ClockMet,
  ClockPaused,
  ClockResumed,
  ClockRetargeted,
  ClockStarted,
  ClockStopped,
  SlaBreached,
  SlaOverrun,
  SlaWarned,
  is,
  type Fact,
  type Told,
} from '@tierline/contracts';
import type { ClockFact } from '../facts.ts';
import { promisedIn, type ClockEntry, type ClockKind, type Promised } from './clock.ts';

/** Whom to tell of what an entry says. */
export type Telling = (what: 'warned' | 'breached' | 'overran', entry: ClockEntry) => readonly Told[];

const shown = ({ clock, cause, consumed, paused, since, due }: ClockEntry) => ({
  clock,
  cause,
  consumed,
  paused,
  since,
  due,
});

const promised = (entry: Promised) => {
  const { warnings, steps, ...rest } = promisedIn(entry);
  return { ...rest, warnings: [...warnings], ...(steps && { steps: [...steps] }) };
};

const kindOf = (clock: string): ClockKind => clock.split(':', 1)[0] as ClockKind;

/** The event that publishes an entry. */
export const factOf = (entry: ClockEntry, tell: Telling): ClockFact => {
  const data = shown(entry);
  switch (entry.type) {
    case 'started': {
      const { kind, about, from } = entry;
      return ClockStarted({ ...data, ...promised(entry), kind, about, from });
    }
    case 'paused':
      return ClockPaused(data);
    case 'resumed':
      return ClockResumed(data);
    case 'met':
      return ClockMet(data);
    case 'stopped':
      return ClockStopped({ ...data, reached: entry.reached });
    case 'retargeted':
      return ClockRetargeted({ ...data, ...promised(entry) });
    case 'warned':
      return SlaWarned({ ...data, kind: kindOf(entry.clock), share: entry.share, tell: [...tell(entry.type, entry)] });
    case 'overran':
      return SlaOverrun({ ...data, kind: kindOf(entry.clock), share: entry.share, tell: [...tell(entry.type, entry)] });
    case 'breached':
      return SlaBreached({ ...data, kind: kindOf(entry.clock), tell: [...tell(entry.type, entry)] });
  }
};

/** The entry that an event publishes; null when it is about something else than a clock. */
export const entryOf = (fact: Fact, at: string): ClockEntry | null => {
  if (is(ClockStarted, fact)) return { ...fact.data, at, type: 'started' };
  if (is(ClockPaused, fact)) return { ...fact.data, at, type: 'paused' };
  if (is(ClockResumed, fact)) return { ...fact.data, at, type: 'resumed' };
  if (is(ClockMet, fact)) return { ...fact.data, at, type: 'met' };
  if (is(ClockStopped, fact)) return { ...fact.data, at, type: 'stopped' };
  if (is(ClockRetargeted, fact)) return { ...fact.data, at, type: 'retargeted' };
  if (is(SlaWarned, fact)) {
    const { tell: _tell, kind: _kind, ...entry } = fact.data;
    return { ...entry, at, type: 'warned' };
  }
  if (is(SlaOverrun, fact)) {
    const { tell: _tell, kind: _kind, ...entry } = fact.data;
    return { ...entry, at, type: 'overran' };
  }
  if (is(SlaBreached, fact)) {
    const { tell: _tell, kind: _kind, ...entry } = fact.data;
    return { ...entry, at, type: 'breached' };
  }
  return null;
};

/** Said in place of the policy's own name and conditions, which speak of customers, teams and other policies. */
const whyForRequester = 'the service agreement';

const promisedToRequester = ({ policy, calendar, target }: Promised) => {
  const editions = { policy: { ...policy }, calendar: { ...calendar } };
  return { ...editions, target, warnings: [], why: whyForRequester };
};

const entryForRequester = (entry: ClockEntry): ClockEntry | null => {
  const said = { ...shown(entry), at: entry.at };
  switch (entry.type) {
    case 'started': {
      const { kind, about, from } = entry;
      return { ...said, ...promisedToRequester(entry), kind, about, from, type: 'started' };
    }
    case 'retargeted':
      return { ...said, ...promisedToRequester(entry), type: 'retargeted' };
    case 'stopped':
      return { ...said, type: 'stopped', reached: entry.reached };
    case 'warned':
    case 'overran':
      return null;
    default:
      return { ...said, type: entry.type };
  }
};

/**
 * A ledger as the ticket's requester may read it: what was promised to him or her and what happened to that, without
 * the clocks inside the desk, its reminders, and how it chose the policy.
 */
export const ledgerForRequester = (ledger: readonly ClockEntry[]): readonly ClockEntry[] =>
  ledger.filter(({ clock }) => kindOf(clock).startsWith('sla-')).flatMap((entry) => entryForRequester(entry) ?? []);

/** The types of events that together are a ticket's clock ledger. */
export const ledgerTypes: readonly string[] = [
  ClockStarted,
  ClockPaused,
  ClockResumed,
  ClockMet,
  ClockStopped,
  ClockRetargeted,
  SlaWarned,
  SlaBreached,
  SlaOverrun,
].map(({ type }) => type);
