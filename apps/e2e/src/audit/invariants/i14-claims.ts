import {
  TicketClaimed,
  TicketEscalated,
  TicketMarkedSpam,
  TicketMerged,
  TicketQueued,
  TicketReopened,
  WorkStarted,
} from '@tierline/contracts';
import type { Evidence, JournalRow } from '../evidence.ts';
import { collectWrongs, counted, verdictOf, type Wrongs } from '../findings.ts';
import { judging, type Inspection } from '../inspection.ts';
import type { Answer } from '../run.ts';
import { setAside, storiesOf } from '../views.ts';

/** After these nobody has the ticket. */
const releases: ReadonlySet<string> = new Set(
  [TicketQueued, TicketEscalated, TicketReopened, TicketMerged, TicketMarkedSpam].map(({ type }) => type),
);

/** Who has the ticket after each event of its story, by sequence. */
const ownersOf = (story: readonly JournalRow[], wrong: Wrongs): Map<number, string | null> => {
  const owners = new Map<number, string | null>();
  let owner: string | null = null;
  for (const { type, said, sequence, aggregate, tenant, id } of story) {
    const name = `${tenant}: ticket ${aggregate}, event ${id} (${sequence})`;
    if (releases.has(type)) owner = null;
    if (said.now !== undefined) owner = said.now.owner;
    if (type === TicketClaimed.type) {
      if (owner !== null) wrong(`${name}: claimed by ${said.agent} while ${owner} has it`);
      owner = said.agent ?? null;
    }
    if (type === WorkStarted.type && said.agent !== owner) wrong(`${name}: ${said.agent} works on it, ${owner} has it`);
    owners.set(sequence, owner);
  }
  return owners;
};

const isWin = ({ kind, status, ticket }: Answer) =>
  kind === 'claim' && status >= 200 && status < 300 && Boolean(ticket);

const checkAnswers = (
  wins: readonly Answer[],
  owners: ReadonlyMap<string, Map<number, string | null>>,
  wrong: Wrongs,
) => {
  const winners = new Map<string, string>();
  for (const { ticket, person, sequence } of wins) {
    const seen = `${ticket} at sequence ${sequence}`;
    const other = winners.get(seen) ?? person;
    if (other !== person) wrong(`ticket ${seen} was given to ${other} and to ${person}`);
    winners.set(seen, person);
    const owner = owners.get(ticket!)?.get(sequence ?? 0);
    if (owner !== person)
      wrong(`ticket ${seen} was given to ${person}; by the journal ${owner ?? 'nobody'} has it then`);
  }
};

const checkOwners = (evidence: Evidence, wrong: Wrongs): void => {
  const stories = storiesOf(evidence)['tier-queues'];
  const owners = new Map([...stories].map(([ticket, story]) => [ticket, ownersOf(story, wrong)]));
  const parked = setAside(evidence)['tier-queues'].keys;
  for (const { tenant, ticket, owner } of evidence.tickets) {
    const last = [...(owners.get(ticket)?.values() ?? [])].at(-1) ?? null;
    if (last !== owner && !parked.has(ticket))
      wrong(`${tenant}: ticket ${ticket} is with ${owner}, by the journal with ${last}`);
  }
  checkAnswers(evidence.answers.filter(isWin), owners, wrong);
};

/** I14: between two releases a ticket has one owner, and who was told that he won is that one. */
export const inspectClaims = (): Inspection => {
  const wrong = collectWrongs();
  const sums = { claimed: 0, given: 0, won: 0, lost: 0 };
  return {
    look: (part) => {
      checkOwners(part, wrong);
      const claimed = part.journal.filter(({ type }) => type === TicketClaimed.type);
      sums.claimed += claimed.length;
      sums.given += claimed.filter(({ said }) => said.assignment !== undefined).length;
      sums.won += part.answers.filter(isWin).length;
      sums.lost += part.answers.filter(({ kind, status }) => kind === 'claim' && status === 409).length;
    },
    verdict: () => {
      const claims = `${counted(sums.claimed)} claims, ${counted(sums.given)} given by the desk`;
      const told = `${counted(sums.won)} told that they won, ${counted(sums.lost)} that they lost`;
      return verdictOf('I14', wrong, `${claims}; ${told}`);
    },
  };
};
export const claims = judging(inspectClaims);
