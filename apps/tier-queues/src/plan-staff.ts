import { deskSorts, type DeskDifference } from '@tierline/contracts';
import type { Transaction } from '@tierline/persistence';
import type { DeskChange } from './domain/desk-change.ts';
import type { Desk, DeskAgent, Queue } from './domain/desk.ts';
import { isAble } from './domain/eligibility.ts';
import { ownNeeds } from './domain/needs.ts';
import type { KnownTicket } from './domain/ticket.ts';
import { effectOf, inQueues, type Effect } from './plan-tickets.ts';

type Staffed = { readonly desk: Pick<Desk, 'queues' | 'book' | 'limits'>; readonly agents: readonly DeskAgent[] };

const someAble = ({ desk, agents }: Staffed, queue: Queue | undefined, { needs }: KnownTicket, at: string): boolean =>
  queue !== undefined &&
  agents.some((agent) => {
    const work = { queue, needs: ownNeeds(needs, queue.queue) };
    return agent.teams.includes(queue.team) && isAble({ agent, presence: null, load: 0 }, work, desk, at);
  });

/** Queues of which it may matter that people or demands change. */
const concerned = (differences: readonly DeskDifference[], before: Staffed, after: Staffed): string[] => {
  const agents = new Set(differences.filter(({ part }) => part === 'agents').map(({ id }) => id));
  const teams = [...before.agents, ...after.agents].flatMap((one) => (agents.has(one.agentId) ? one.teams : []));
  const own = differences.filter(({ part, what }) => part === 'queues' && what === 'changed').map(({ id }) => id);
  const theirs = [...before.desk.queues.values()].filter(({ team }) => teams.includes(team)).map(({ queue }) => queue);
  return [...new Set([...own, ...theirs])];
};

const among = async (
  tx: Transaction,
  tenant: string,
  differences: readonly DeskDifference[],
  { before, after }: { readonly before: Staffed; readonly after: Staffed },
): Promise<Effect[]> => {
  const queues = concerned(differences, before, after);
  const rows = await inQueues(tx, tenant, queues);
  const unserved = rows.filter(({ body }) => {
    const queue = body.place?.queue ?? '';
    const isServed = (by: Staffed) => someAble(by, by.desk.queues.get(queue), body, tx.now);
    return isServed(before) && !isServed(after);
  });
  const teamsOf = ({ agents }: Staffed, owner: string) => agents.find(({ agentId }) => agentId === owner)?.teams ?? [];
  const left = rows.filter(({ body: { owner, place } }) => {
    if (owner === null || !place) return false;
    const isIn = (by: Staffed) => teamsOf(by, owner).includes(by.desk.queues.get(place.queue)?.team ?? '');
    return isIn(before) && !isIn(after);
  });
  const owners = Map.groupBy(left, ({ body }) => body.owner!);
  return [
    ...queues.flatMap((queue) =>
      effectOf(
        'queues',
        queue,
        'nobody-able',
        unserved.filter(({ body }) => body.place?.queue === queue),
      ),
    ),
    ...[...owners].flatMap(([owner, some]) => effectOf('agents', owner, 'owner-leaves-team', some)),
  ];
};

const agentsNow = async (tx: Transaction, tenant: string): Promise<DeskAgent[]> => {
  const rows = await tx.query<{ body: DeskAgent }>(
    'SELECT body FROM desk_part WHERE tenant_id = $1 AND kind = $2 AND body IS NOT NULL',
    [tenant, deskSorts.agents.kind],
  );
  return rows.map(({ body }) => body);
};

/** The agents after the change. A merge has read those alone that it names; the others stay as they are. */
const agentsThen = (now: readonly DeskAgent[], { differences, after }: DeskChange): DeskAgent[] => {
  const changed = new Map(after.agents.map((agent) => [agent.agentId, agent]));
  const gone = differences.filter(({ part, what }) => part === 'agents' && what === 'removed').map(({ id }) => id);
  const staying = now.filter(({ agentId }) => !gone.includes(agentId) && !changed.has(agentId));
  return [...staying, ...changed.values()];
};

/** Which open tickets nobody can serve any more, or are with who leaves their team. */
export const staffEffects = async (
  tx: Transaction,
  tenant: string,
  change: DeskChange,
  { now, then }: { readonly now: Desk; readonly then: Desk },
): Promise<Effect[]> => {
  const agents = await agentsNow(tx, tenant);
  return among(tx, tenant, change.differences, {
    before: { desk: now, agents },
    after: { desk: then, agents: agentsThen(agents, change) },
  });
};
