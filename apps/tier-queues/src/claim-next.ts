import type { Caller } from '@tierline/auth';
import { DomainError, type Priority } from '@tierline/contracts';
import { originOf } from '@tierline/messaging';
import { together, type Transaction } from '@tierline/persistence';
import { setTimeout as sleep } from 'node:timers/promises';
import { unjudged, type Desk, type Queue } from './domain/desk.ts';
import { refuseFor, roomFor, shortcomings, wordsOf } from './domain/eligibility.ts';
import type { Person } from './domain/people.ts';
import type { KnownTicket } from './domain/ticket.ts';
import { waitingLanes } from './lanes.ts';
import { isLeadOfAll, mayDecideFor } from './leads.ts';
import { sees, sightOf, type Sight } from './sight.ts';
import { lockPerson } from './staff.ts';
import { answerOf, type TicketAnswer, type Tickets } from './tickets.ts';

/** Tries to find a waiting ticket while all candidates are just being changed by others. */
const tries = 3;
const pause = 15;

/** Candidates looked at: more than claims can be under way at once. */
const candidates = 64;

/** A queue to take from, with the needs that the taker fulfils there, and the priorities that he or she has room for. */
type Source = {
  readonly queue: string;
  readonly words: readonly string[];
  readonly priorities: readonly Priority[] | null;
};

/**
 * By priority, soonest deadline and age. In each queue it goes along the index, once for each lane that the agent may
 * take from: however many tickets wait, and however many of them need somebody else.
 * The lane is looked at again as a text of its own, so that the ticket is found by its key and not along the lane.
 */
const firstInTurn = `WITH RECURSIVE source AS (
    SELECT * FROM jsonb_to_recordset($2::jsonb) AS r(queue text, words text[], priorities text[])
  ), ${waitingLanes}, candidate AS MATERIALIZED (
    SELECT first.* FROM waiting w JOIN source s USING (queue) CROSS JOIN LATERAL (
      SELECT id, lane, priority, due_at, queued_at FROM ticket
      WHERE tenant_id = $1 AND lane = w.lane AND state = 'QUEUED'
        AND (s.priorities IS NULL OR coalesce(priority, '${unjudged}') = ANY(s.priorities))
      ORDER BY priority, due_at, queued_at, id LIMIT ${candidates}
    ) AS first
    WHERE string_to_array(substr(w.lane, length(queue) + 2), ',') <@ s.words
    ORDER BY first.priority, first.due_at, first.queued_at, first.id LIMIT ${candidates}
  )
  SELECT candidates.some, first.id, first.sequence, first.body
  FROM (SELECT EXISTS (SELECT FROM candidate) AS some) AS candidates LEFT JOIN LATERAL (
    SELECT free.* FROM (SELECT * FROM candidate ORDER BY priority, due_at, queued_at, id) AS c CROSS JOIN LATERAL (
      SELECT t.id, t.sequence, t.body FROM ticket t WHERE t.tenant_id = $1 AND t.id = c.id AND t.lane || '' = c.lane
        AND t.state = 'QUEUED'
      FOR UPDATE SKIP LOCKED
    ) AS free LIMIT 1
  ) AS first ON true`;

type Free = { id: string; sequence: number; body: KnownTicket };

/** Locks the ticket whose turn it is among those that nobody else has locked. `some`: there is one, locked or not. */
const firstOf = async (tx: Transaction, tenant: string, sources: readonly Source[]) => {
  const [found] = await tx.query<(Free | { id: null }) & { some: boolean }>(firstInTurn, [
    tenant,
    JSON.stringify(sources),
  ]);
  return found!;
};

const refuse = (index: number, code: string, message: string, kind: 'refused' | 'forbidden'): never => {
  const path = `queues.${index}`;
  throw new DomainError(code, `${path}: ${message}.`, kind, { fields: [{ path, message }] });
};

type Seen = { readonly desk: Desk; readonly at: string; readonly sight: Sight };

/** The named queues, each of which the caller must be allowed to claim from; without any, those of the own teams. */
const queuesFor = (
  by: Caller,
  person: Person | undefined,
  { desk, at, sight }: Seen,
  named: readonly string[] | undefined,
): Queue[] => {
  const teams = person?.agent.teams ?? [];
  if (!named) return [...desk.queues.values()].filter(({ team }) => teams.includes(team));
  return named.map((name, index) => {
    const queue = desk.queues.get(name) ?? refuse(index, 'queue_absent', `there is no queue ${name}`, 'refused');
    if (teams.includes(queue.team) || (sees(sight, name) && mayDecideFor(queue.team, by, desk, at))) return queue;
    return refuse(
      index,
      'not_in_team',
      `queue ${name} belongs to team ${queue.team}, and you are neither in it nor lead it`,
      'forbidden',
    );
  });
};

/** The queues that the caller may take from now. Refused when there is none, for the first reason of the first queue. */
const sourcesOf = (
  by: Caller,
  person: Person | undefined,
  queues: readonly Queue[],
  desk: Desk,
  at: string,
): Source[] => {
  const judged = queues.map((queue) => ({
    queue,
    found: shortcomings(by.subject, person, { queue, needs: { skills: [], certifications: [] } }, desk, at),
  }));
  const open = judged.filter(({ found }) => found.length === 0);
  if (open.length === 0 && judged.length > 0) refuseFor(judged[0]!.found);
  return open.map(({ queue }) => ({
    queue: queue.queue,
    words: person ? wordsOf(person.agent, queue, desk, at) : [],
    priorities: person ? roomFor(person, queue, desk) : null,
  }));
};

/** Claims the ticket whose turn it is in the caller's queues, or in these; null when none waits that the caller may take. */
export const claimNext = async (
  tickets: Tickets,
  tx: Transaction,
  by: Caller,
  named: readonly string[] | undefined,
): Promise<TicketAnswer | null> => {
  const [desk, person] = await together(tickets.deskOf(tx, by.tenant), lockPerson(tx, by.tenant, by.subject));
  const seen = { desk, at: tx.now, sight: await sightOf(tx, by) };
  const queues = queuesFor(by, person, seen, named);
  const sources = sourcesOf(by, person, queues, desk, tx.now);
  if (sources.length === 0) return null;
  for (let attempt = 1; ; attempt += 1) {
    const found = await firstOf(tx, by.tenant, sources);
    if (found.id !== null) {
      const act = { type: 'claim', by: { agentId: by.subject, lead: isLeadOfAll(by) } } as const;
      const known = new Map(person && [[by.subject, person]]);
      const teams = new Map(person && [[by.subject, person.agent.teams]]);
      const looked = { desk, teams, people: known };
      const { id, sequence, body: state } = found;
      const locked = { tenant: by.tenant, id, sequence, state };
      const [result] = await tickets.run(tx, [{ id, origin: originOf(by), command: act, looked, locked }]);
      return answerOf(result!);
    }
    if (!found.some || attempt === tries) return null;
    await sleep(pause);
  }
};
