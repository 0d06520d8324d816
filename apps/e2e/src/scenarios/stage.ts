import { eventually } from '@tierline/testing';
import { startTierline, type Tierline } from '../tierline.ts';
import { apiOf, type Api } from './api.ts';
import { company } from './company.ts';
import { nightCompany, nightThatIsOver } from './night-company.ts';
import { admin, agentCalled, leadCalled, requesterCalled } from './people.ts';
import { mailboxOf, sightOf } from './sight.ts';

/** Routing hears of the desk by events: until then it would send tickets to a fallback. */
const untilRoutingKnows = (api: Api, tier: string, queue: string) =>
  eventually(async () => {
    const rules = [{ name: queue, when: {}, then: { tier, queue } }];
    expect(await api<object>(admin, 'POST', 'routing/simulate', { rules })).toMatchObject({ queue });
  }, 60_000);

const untilRoutingSendsTo = (api: Api, queue: string) =>
  eventually(async () => {
    expect(await api<object>(admin, 'POST', 'routing/simulate', {})).toMatchObject({ queue });
  }, 60_000);

/** A company with three tiers: its people, and what can be seen of their tickets. */
const openCompany = async (tierline: Tierline) => {
  const api = apiOf(tierline.running, 'harbour');
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
    viktorsMailbox: mailboxOf(tierline.running.mailApiUrl, 'viktor@harbour.example'),
    /** Of management. */
    nadia: agentCalled(api, 'Nadia', ['auditor']),
    nadiasMailbox: mailboxOf(tierline.running.mailApiUrl, 'nadia@harbour.example'),
    ...sightOf(api, lea),
  };
};

/** A company in which one person is the help desk, as the preset for it says, applied as its owner would. */
const openSmallCompany = async (tierline: Tierline) => {
  const why = 'We begin with a help desk of one.';
  const { code, output } = await tierline.script(
    'desk',
    ...['apply', 'deploy/presets/small.yaml', '--tenant', 'corner-shop', '--why', why],
  );
  if (code !== 0) throw new Error(output);
  const api = apiOf(tierline.running, 'corner-shop');
  return {
    paula: requesterCalled(api, 'Paula'),
    /** All tiers. */
    tom: agentCalled(api, 'Tom Keller'),
    ...sightOf(api, admin),
  };
};

/** A company whose Tier 1 is a partner's by night. It is night until `nightEnds`. */
const openNightCompany = async (tierline: Tierline) => {
  const api = apiOf(tierline.running, 'lighthouse');
  const { desk, rules } = nightCompany();
  await api(admin, 'PUT', 'tier-queues/desk', desk);
  for (const { tier, queue } of desk.queues) await untilRoutingKnows(api, tier, queue);
  await api(admin, 'PUT', 'routing/rules', { rules });
  await untilRoutingSendsTo(api, 'night-desk');
  const lea = leadCalled(api, 'Lea');
  return {
    amara: requesterCalled(api, 'Amara'),
    bola: requesterCalled(api, 'Bola'),
    /** The partner, by night. */
    nora: agentCalled(api, 'Nora', ['partner-agent']),
    /** The company's own, by day. */
    tom: agentCalled(api, 'Tom'),
    lea,
    nightEnds: async () => {
      await api(admin, 'PUT', 'tier-queues/desk', nightThatIsOver());
      await untilRoutingSendsTo(api, 'service-desk');
    },
    ...sightOf(api, lea),
  };
};

/** Starts Tierline, empty; companies come onto it one by one. */
export const openStage = async () => {
  const tierline = await startTierline('--no-demo');
  return {
    company: () => openCompany(tierline),
    smallCompany: () => openSmallCompany(tierline),
    nightCompany: () => openNightCompany(tierline),
    close: () => tierline.stop(),
  };
};

export type Stage = Awaited<ReturnType<typeof openStage>>;
