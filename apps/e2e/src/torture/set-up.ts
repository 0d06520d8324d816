import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Wish } from './client.ts';
import { bulkStaff, bulkTenant, desk, tenantsAt } from './desk.ts';
import { manners, type Receivers } from './receivers.ts';
import type { RunFile } from './run-folder.ts';
import type { Tap } from './tap.ts';

const admin = (tenant: string) => ({ tenant, person: 'admin', role: 'admin', kind: 'set-up' }) as const;

const accepted = async (client: Client, wish: Wish) => {
  const answer = await client.ask(wish);
  if (answer && answer.status < 300) return answer.body;
  throw new Error(`${wish.command} of ${wish.tenant} was answered with ${answer?.status} ${answer?.body.code}`);
};

const setUpTenant = async (client: Client, tenant: string) => {
  const { tiers, queues, calendars, policies, categories } = desk;
  const { agents, teams } = tenant === bulkTenant ? bulkStaff : { ...desk, teams: [] };
  const put = { ...admin(tenant), method: 'PUT' } as const;
  const body = { tiers, queues, agents, teams, calendars, policies };
  await accepted(client, { ...put, command: 'put-desk', service: 'tier-queues', path: 'desk', body });
  const catalogue = {
    command: 'put-categories',
    service: 'routing',
    path: 'categories',
    body: { categories },
  } as const;
  await accepted(client, { ...put, ...catalogue });
};

const subscribe = async (client: Client, receivers: Receivers, tenant: string): Promise<RunFile['receivers']> => {
  const made: RunFile['receivers'] = [];
  for (const manner of manners) {
    const url = receivers.urlOf(tenant, manner);
    const wish = { command: 'subscribe', service: 'notifications', path: 'subscriptions', body: { url } } as const;
    const { id } = await accepted(client, { ...admin(tenant), ...wish });
    made.push({ tenant, endpoint: `${tenant}/${manner}`, subscription: id!, manner });
  }
  return made;
};

const opens = (tenant: string): Wish => ({
  tenant,
  person: 'ana',
  role: 'requester',
  kind: 'open',
  command: 'open',
  service: 'intake',
  path: 'tickets',
  body: { subject: 'First ticket', description: 'Tells that the desk is known everywhere.' },
});

/** Gives each tenant its desk, its subscriptions and a first ticket; resolves when that has found its queue. */
export const setUp = async (
  client: Client,
  { receivers, tap, rate }: { receivers: Receivers; tap: Tap; rate: number },
): Promise<RunFile['receivers']> => {
  const all = tenantsAt(rate);
  const made: RunFile['receivers'] = [];
  for (const tenant of all) {
    await setUpTenant(client, tenant);
    if (tenant !== bulkTenant) made.push(...(await subscribe(client, receivers, tenant)));
  }
  const end = Date.now() + 60_000;
  for (const tenant of all) {
    const { id } = await accepted(client, opens(tenant));
    while (!tap.wasQueued(id!)) {
      if (Date.now() > end) throw new Error(`The first ticket of ${tenant} (${id}) found no queue within a minute`);
      await sleep(100);
    }
  }
  return made;
};
