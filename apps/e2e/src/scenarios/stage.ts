import { eventually } from '@tierline/testing';
import { startTierline } from '../tierline.ts';
import { apiOf, type Api } from './api.ts';
import { company } from './company.ts';
import { admin, agentCalled, leadCalled, requesterCalled } from './people.ts';
import { sightOf } from './sight.ts';

/** Routing hears of the desk by events: until then it would send tickets to a fallback. */
const untilRoutingKnows = (api: Api, tier: string, queue: string) =>
  eventually(async () => {
    const rules = [{ name: queue, when: {}, then: { tier, queue } }];
    expect(await api<object>(admin, 'POST', 'routing/simulate', { rules })).toMatchObject({ queue });
  }, 60_000);

/** Starts Tierline with one company on it: its people, and what can be seen of their tickets. */
export const openCompany = async () => {
  const tierline = await startTierline('--no-demo');
  const api = apiOf(tierline.running);
  await api(admin, 'PUT', 'tier-queues/desk', company.desk);
  await api(admin, 'PUT', 'routing/categories', { categories: company.categories });
  for (const { tier, queue } of company.desk.queues) await untilRoutingKnows(api, tier, queue);
  const lea = leadCalled(api, 'Lea');
  return {
    amara: requesterCalled(api, 'Amara'),
    bola: requesterCalled(api, 'Bola'),
    chidi: requesterCalled(api, 'Chidi'),
    /** Tier 1. */
    tom: agentCalled(api, 'Tom'),
    /** Tier 2, workplace and network. */
    mara: agentCalled(api, 'Mara'),
    sofia: agentCalled(api, 'Sofia'),
    /** Tier 3; the certificate of one has expired. */
    anton: agentCalled(api, 'Anton'),
    viktor: agentCalled(api, 'Viktor'),
    lea,
    ...sightOf(api, lea),
    close: () => tierline.stop(),
  };
};
