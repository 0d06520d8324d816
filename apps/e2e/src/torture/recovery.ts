import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from './chance.ts';
import type { Client } from './client.ts';
import { tenants } from './desk.ts';
import type { Service } from './fault.ts';
import type { Pod } from './pods.ts';
import type { Receivers } from './receivers.ts';
import type { Tap } from './tap.ts';

/** Tickets of one probe: they fall into several partitions, so that both processes of a service have their part. */
const tickets = 4;

export type Probing = {
  client: Client;
  tap: Tap;
  receivers: Receivers;
  pods: readonly Pod[];
  chance: Chance;
  /** How long what was hit may take to work again, in milliseconds. */
  patience: number;
};

const lead = (tenant: string) => ({ tenant, person: 'lea', role: 'lead' }) as const;

const until = async (end: number, holds: () => boolean | Promise<boolean>): Promise<boolean> => {
  while (!(await holds())) {
    if (Date.now() > end) return false;
    await sleep(50);
  }
  return true;
};

/** Whether a ticket that is opened now is queued, can be worked on, is written down and told, where that was hit. */
const passes = async (probing: Probing, hit: ReadonlySet<Service>, among: readonly Pod[], end: number) => {
  const { client, tap, receivers, chance } = probing;
  const tenant = chance.pick(tenants);
  const at = (service: Service): Pod => chance.pick(among.filter((pod) => pod.service === service));
  const opened = await client.ask({
    tenant,
    person: 'probe',
    role: 'requester',
    kind: 'open',
    command: 'open',
    service: 'intake',
    path: 'tickets',
    body: { subject: 'Does it work again?', description: 'Opened after a fault.' },
    at: at('intake'),
  });
  const id = opened?.body.id;
  if (id === undefined || !(await until(end, () => tap.wasQueued(id)))) return false;
  if (hit.has('tier-queues')) {
    const path = `tickets/${id}/note`;
    const body = { text: 'It works again.' };
    const wish = { kind: 'command', command: 'note', service: 'tier-queues', path, body, ticket: id } as const;
    if (!(await client.ask({ ...lead(tenant), ...wish, at: at('tier-queues') }))) return false;
  }
  const history = async () => (await client.look(at('reporting'), lead(tenant), `tickets/${id}/history`)) !== undefined;
  if (hit.has('reporting') && !(await until(end, history))) return false;
  return !hit.has('notifications') || until(end, () => receivers.heardOf(id));
};

/**
 * Milliseconds from now until a command over HTTP and the chain of events (opened → queued, and what follows in the
 * services that were hit) work. With `only`, its own HTTP door has to. Null when that took longer than the patience.
 */
export const recoveryTime = async (
  probing: Probing,
  hit: readonly Service[],
  only: Pod | undefined,
): Promise<number | null> => {
  const from = performance.now();
  const end = Date.now() + probing.patience;
  const among = probing.pods.filter((pod) => only === undefined || pod === only || pod.service !== only.service);
  const passed = await Promise.all(Array.from({ length: tickets }, () => passes(probing, new Set(hit), among, end)));
  return passed.every(Boolean) ? Math.round(performance.now() - from) : null;
};
