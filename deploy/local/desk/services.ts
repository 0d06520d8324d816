import { setTimeout as delay } from 'node:timers/promises';
import { Refusal } from '../refusal.ts';
import type { Document } from './document.ts';

/** The services that keep a desk, in the order in which they take a change. */
export const keepers = ['tier-queues', 'routing'] as const;
export type Keeper = (typeof keepers)[number];

export type Fault = { readonly path: string; readonly message: string };
export type Difference = {
  readonly part: string;
  readonly id: string;
  readonly what: 'new' | 'changed' | 'removed';
  readonly fields: readonly { readonly field: string; readonly from?: unknown; readonly to?: unknown }[];
};
export type Effect = {
  readonly part: string;
  readonly id: string;
  readonly what: string;
  readonly tickets: number;
  readonly some: readonly string[];
};
type Counted = { readonly deadlines: number; readonly some: readonly string[] };
/** What becomes of open tickets, as tier-queues says it. */
export type OpenTickets = {
  readonly effects: readonly Effect[];
  readonly deadlines:
    | (Readonly<Record<'earlier' | 'later' | 'begins' | 'ends' | 'overdue', Counted>> & {
        readonly open: number;
        readonly lookedAt: number;
      })
    | null;
  readonly notSaid: readonly string[];
};
export type Plan = {
  readonly sequence: number;
  readonly differences: readonly Difference[];
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
  /** Null where the change would be refused; routing says nothing of it. */
  readonly openTickets?: OpenTickets | null;
};

export type Asked = {
  readonly service: Keeper;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly body?: object;
  readonly expected?: number;
};
/** Asks a service as an admin of the tenant. @throws Refused for every answer but 2xx. */
export type Ask = (asked: Asked) => Promise<unknown>;

/** A service refused a change. */
export class Refused extends Refusal {
  override readonly name = 'Refused';
  readonly fields: readonly Fault[];

  constructor(service: Keeper, code: string, detail: string, fields: readonly Fault[]) {
    super(`${service} refused it (${code}): ${detail}`);
    this.fields = fields;
  }
}

export type Plans = Readonly<Record<Keeper, Plan>>;

/** What the document would change at each service. @throws Refused when its shape is wrong. */
export const planDesk = async (ask: Ask, document: Document): Promise<Plans> => {
  const [desk, routing] = await Promise.all(
    keepers.map((service) => ask({ service, method: 'POST', path: '/desk/plan?mode=replace', body: document })),
  );
  return { 'tier-queues': desk as Plan, routing: routing as Plan };
};

/** Both services check the whole document: what both find is one fault. */
export const faultsIn = (plans: Plans): Fault[] => {
  const byPath = new Map(keepers.flatMap((service) => plans[service].faults).map((fault) => [fault.path, fault]));
  return [...byPath.values()];
};

const namesIn = (document: Document, sort: string, field: string): string[] =>
  ((document[sort] ?? []) as Record<string, string>[]).map((part) => part[field] ?? '').sort();

const patience = 60_000;

const isKnown = (document: Document, known: Record<string, string[]>): boolean =>
  (
    [
      ['tiers', 'tier'],
      ['queues', 'queue'],
      ['calendars', 'calendar'],
    ] as const
  ).every(([sort, field]) => namesIn(document, sort, field).join() === [...(known[sort] ?? [])].sort().join());

/** Resolves when routing has heard of the new tiers, queues and calendars. */
const untilKnown = async (ask: Ask, document: Document): Promise<void> => {
  const end = Date.now() + patience;
  const known = () =>
    ask({ service: 'routing', method: 'GET', path: '/desk/known' }) as Promise<Record<string, string[]>>;
  while (!isKnown(document, await known())) {
    if (Date.now() > end) throw new Refusal('Routing has not heard of the new desk after a minute.');
    await delay(100);
  }
};

/**
 * Makes the desk what the document says: first tiers, queues and all that tier-queues keeps, then, when routing has
 * heard of them, catalogue and rules. Each is one transaction. If the second does not come about, rules go on as they
 * were, and the same command again completes it.
 * @throws Refused when a service does not take its part.
 */
export const applyDesk = async (ask: Ask, document: Document, plans: Plans, why: string): Promise<void> => {
  for (const service of keepers) {
    const { sequence: expected, differences } = plans[service];
    if (differences.length === 0) continue;
    if (service === 'routing') await untilKnown(ask, document);
    await ask({ service, method: 'PUT', path: '/desk?mode=replace', body: { ...document, why }, expected });
  }
};

/** The desk as the services keep it, in its canonical form. */
export const exportDesk = async (ask: Ask): Promise<Document> => {
  const parts = await Promise.all(
    keepers.map(async (service) => {
      const { document } = (await ask({ service, method: 'GET', path: '/desk' })) as { document: Document };
      return document;
    }),
  );
  return Object.assign({}, ...parts) as Document;
};

/** Has every service publish its part of the desk again; gives how many events each made of it. */
export const republishDesk = async (ask: Ask): Promise<Readonly<Record<Keeper, number>>> => {
  const counts = await Promise.all(
    keepers.map(async (service) => {
      const answer = (await ask({ service, method: 'POST', path: '/desk/republish' })) as { published: number };
      return [service, answer.published] as const;
    }),
  );
  return Object.fromEntries(counts) as Record<Keeper, number>;
};

/** One change of the part of a desk that a service keeps. */
export type Version = {
  readonly number: number;
  readonly at: string;
  readonly by: string;
  readonly why: string | null;
  readonly changes: number;
};

const versionsAt = async (ask: Ask, service: Keeper, query: string): Promise<readonly Version[]> =>
  ((await ask({ service, method: 'GET', path: `/desk/versions?${query}` })) as { items: Version[] }).items;

/** The latest changes of the desk at both services, newest first. */
export const historyOf = async (ask: Ask, most: number): Promise<(Version & { readonly service: Keeper })[]> => {
  const lists = await Promise.all(
    keepers.map(async (service) =>
      (await versionsAt(ask, service, `limit=${most}`)).map((version) => ({ service, ...version })),
    ),
  );
  return lists
    .flat()
    .sort((one, other) => (one.at < other.at ? 1 : -1))
    .slice(0, most);
};

/** The version of the catalogue that was in force when the desk left this version; null: today's is. */
const catalogueBeside = async (ask: Ask, number: number): Promise<number | null> => {
  const [latest] = await versionsAt(ask, 'tier-queues', 'limit=1');
  if (!latest || latest.number <= number) return null;
  const [next] = await versionsAt(ask, 'tier-queues', `limit=1&after=${number + 2}`);
  const [last] = await versionsAt(ask, 'routing', `limit=1&before=${encodeURIComponent(next!.at)}`);
  return last?.number ?? 0;
};

/**
 * The whole desk as it was after a version of tier-queues, with the catalogue of that time, or of the version of routing
 * that is named. @throws Refused when what is stored does not tell it exactly.
 */
export const documentAt = async (ask: Ask, number: number, catalogue?: number): Promise<Document> => {
  const beside = catalogue ?? (await catalogueBeside(ask, number));
  const of = async (service: Keeper, path: string) =>
    ((await ask({ service, method: 'GET', path })) as { document: Document }).document;
  return {
    ...(await of('tier-queues', `/desk/versions/${number}/document`)),
    ...(await of('routing', beside === null ? '/desk' : `/desk/versions/${beside}/document`)),
  };
};
