import { setTimeout as sleep } from 'node:timers/promises';
import { actingAs, type Acting, type Held, type Working } from './acting.ts';
import type { Pod } from './pods.ts';
import type { Agent } from './desk.ts';
import { isUndoable, stepsFor, undo } from './steps.ts';
import { acceptHandover, teamworkBy } from './teamwork.ts';

/** Goes first for one that others want, too. */
const contest = async ({ act, chance, held }: Acting, waiting: readonly string[]): Promise<Held | undefined> => {
  const ticket = chance.pick(waiting);
  const claimed = held(await act(ticket, { command: 'claim', body: {} }));
  return claimed && chance.happens(0.06) ? held(await act(ticket, undo)) : claimed;
};

/** One step on a ticket of one's own, sometimes taken back; undefined when the agent is done with it. */
const workOn = async (acting: Acting, own: Held): Promise<Held | undefined> => {
  const { act, chance, held, think } = acting;
  const isAtWork = own.state === 'ASSIGNED' || own.state === 'IN_PROGRESS';
  if (isAtWork && chance.happens(0.25)) return teamworkBy(acting)(acting, own);
  const step = stepsFor(own, chance);
  if (!step) return undefined;
  const after = await act(own.id, step);
  if (!isUndoable(step) || !chance.happens(0.2)) return held(after);
  await think(1_500);
  return held(await act(own.id, undo));
};

type Desk = { acting: Acting; pods: readonly Pod[]; working: Working };

/** What the desk gave without being asked. */
const given = async ({ acting, pods, working }: Desk): Promise<readonly Held[]> => {
  const { client, tenant, chance } = working;
  const pod = chance.pick(pods.filter(({ service }) => service === 'tier-queues'));
  const who = { tenant, person: acting.me, role: 'agent' } as const;
  const page = await client.look<{ items: Held[] }>(pod, who, 'tickets?owner=me&state=ASSIGNED&limit=20');
  return page?.items ?? [];
};

const takeAny = async (desk: Desk): Promise<Held | undefined> => {
  const { acting, working } = desk;
  const { chance, act, held } = acting;
  const waiting = working.tap.waiting(working.tenant).slice(-4);
  const way = chance.weighed({ contest: waiting.length > 0 ? 3 : 0, handover: 1, given: 1.5, next: 5 });
  if (way === 'contest') return contest(acting, waiting);
  if (way === 'handover') return acceptHandover(acting);
  if (way === 'next') return held(await acting.claimNext());
  const [first] = await given(desk);
  return first && held(await act(first.id, { command: 'start', body: {} }));
};

/** Tells whether work may be given; the desk gives none to who said nothing. */
const sayPresence = ({ client, tenant }: Working, person: string, presence: 'present' | 'away') =>
  client.ask({
    tenant,
    person,
    role: 'agent',
    kind: 'set-up',
    command: 'presence',
    service: 'tier-queues',
    path: 'me/presence',
    method: 'PUT',
    body: { presence },
  });

/** Goes home: takes nothing more, and mostly begins what was given, else it goes from one to the other for ever. */
const goHome = async (desk: Desk): Promise<void> => {
  const { acting, working } = desk;
  await sayPresence(working, acting.me, 'away');
  for (const { id } of await given(desk))
    if (acting.chance.happens(0.8)) await acting.act(id, { command: 'start', body: {} });
};

/** An agent at work: takes tickets, sometimes the very one that others want too, and does something with each. */
export const workAsAgent = async (working: Working, pods: readonly Pod[], { agentId }: Agent): Promise<void> => {
  const { chance, isOver } = working;
  const acting = actingAs(working, agentId);
  const desk = { acting, pods, working };
  await sayPresence(working, agentId, 'present');
  while (!isOver()) {
    await sleep(chance.between(80, 500));
    let own = await takeAny(desk);
    // Nothing waits: no need to ask ten times a second.
    if (!own) await sleep(chance.between(200, 600));
    for (let step = 0; own && step < 6 && !isOver(); step += 1) {
      await sleep(chance.between(40, 400));
      own = await workOn(acting, own);
    }
  }
  await goHome(desk);
};
