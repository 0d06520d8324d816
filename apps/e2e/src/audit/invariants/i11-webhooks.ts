import type { DeliveryRow, Evidence, JournalRow, SubscriptionRow } from '../evidence.ts';
import { collectWrongs, counted, verdictOf, type Wrongs } from '../findings.ts';
import { judging, type Inspection } from '../inspection.ts';
import { listens } from '../names.ts';
import { eventsById, firstRecords, setAside } from '../views.ts';

const wants = ({ tenant, types, createdAt }: SubscriptionRow, event: JournalRow): boolean =>
  event.topic === 'tickets' &&
  event.tenant === tenant &&
  event.at >= createdAt &&
  listens.notifications.has(event.type) &&
  (types === null || types.includes(event.type));

type Calls = {
  readonly ids: ReadonlyMap<string, Set<string>>;
  readonly taken: ReadonlySet<string>;
  readonly seen: ReadonlySet<string>;
};

/** Webhook ids of each subscription's events, those that its target took, and whose calls are written down at all. */
const callsOf = ({ run, calls }: Evidence): Calls => {
  const subscriptions = new Map(run.receivers.map(({ endpoint, subscription }) => [endpoint, subscription]));
  const ids = new Map<string, Set<string>>();
  const taken = new Set<string>();
  for (const { endpoint, eventId, webhookId, status } of calls) {
    const key = `${subscriptions.get(endpoint) ?? endpoint} ${eventId}`;
    ids.set(key, (ids.get(key) ?? new Set()).add(webhookId));
    if (status >= 200 && status < 300) taken.add(key);
  }
  return { ids, taken, seen: new Set(subscriptions.values()) };
};

/** True when the delivery may wait: its target is off or fails, or it waits behind one of its ticket that was refused. */
const mayWait = ({ state, failures }: SubscriptionRow, delivery: DeliveryRow, lane: readonly DeliveryRow[]): boolean =>
  state === 'disabled' ||
  failures > 0 ||
  lane.some((other) => other.state === 'waiting' && other.attempts > 0 && other.place <= delivery.place);

type Told = { required: number; sent: number; open: number };

const checkSubscription = (evidence: Evidence, subscription: SubscriptionRow, calls: Calls, wrong: Wrongs): Told => {
  const own = evidence.deliveries.filter(({ stream }) => stream === subscription.id);
  const byEvent = new Map(own.map((delivery) => [delivery.event, delivery]));
  const lanes = Map.groupBy(own, ({ ticket }) => ticket);
  const parked = setAside(evidence).notifications;
  const told = { required: 0, sent: 0, open: 0 };
  for (const event of evidence.journal) {
    if (!wants(subscription, event) || parked.events.has(event.id)) continue;
    told.required += 1;
    const name = `${subscription.tenant}: subscription ${subscription.id}: ${event.type} ${event.id} of ticket ${event.aggregate}`;
    const delivery = byEvent.get(event.id);
    if (!delivery) wrong(`${name} has no delivery`);
    else if (delivery.state === 'sent') {
      told.sent += 1;
      if (calls.seen.has(subscription.id) && !calls.taken.has(`${subscription.id} ${event.id}`))
        wrong(`${name} counts as sent, but its target never took it`);
    } else {
      told.open += 1;
      if (delivery.state === 'waiting' && !mayWait(subscription, delivery, lanes.get(event.aggregate) ?? []))
        wrong(`${name} still waits, although its target answers`);
    }
  }
  return told;
};

/** Each target hears the events of a ticket first in the order of the topic. */
const checkOrder = (evidence: Evidence, wrong: Wrongs): void => {
  const first = firstRecords(evidence);
  const last = new Map<string, { offset: number; eventId: string }>();
  const heard = new Set<string>();
  for (const { endpoint, ticket, eventId } of evidence.calls.toSorted((a, b) => a.at - b.at)) {
    const offset = first.get(eventId)?.offset;
    if (offset === undefined || heard.has(`${endpoint} ${eventId}`)) continue;
    heard.add(`${endpoint} ${eventId}`);
    const lane = `${endpoint} ${ticket}`;
    const before = last.get(lane);
    if (before && before.offset > offset)
      wrong(
        `${endpoint} heard of ticket ${ticket} first ${before.eventId} (@${before.offset}), then ${eventId} (@${offset})`,
      );
    else last.set(lane, { offset, eventId });
  }
};

const checkIds = (evidence: Evidence, calls: Calls, wrong: Wrongs): void => {
  const events = eventsById(evidence);
  for (const [key, ids] of calls.ids)
    if (ids.size > 1) wrong(`${key} was told under ${ids.size} webhook ids: ${[...ids].join(', ')}`);
  for (const { endpoint, eventId, ticket, type } of evidence.calls) {
    const event = events.get(eventId);
    if (!event) wrong(`${endpoint} was told event ${eventId}, which no service published`);
    else if (event.aggregate !== ticket || event.type !== type)
      wrong(`${endpoint} was told event ${eventId} as ${type} of ${ticket}`);
  }
};

/** I11: each subscription's events were delivered, or it can be seen that they were not. */
export const inspectWebhooks = (): Inspection => {
  const wrong = collectWrongs();
  const sums = { required: 0, sent: 0, open: 0 };
  return {
    look: (part) => {
      const calls = callsOf(part);
      checkIds(part, calls, wrong);
      for (const subscription of part.subscriptions) {
        const told = checkSubscription(part, subscription, calls, wrong);
        sums.required += told.required;
        sums.sent += told.sent;
        sums.open += told.open;
      }
      checkOrder(part, wrong);
    },
    verdict: ({ subscriptions }) => {
      const [required, sent, open] = [sums.required, sums.sent, sums.open].map(counted);
      const rest = `${required} required = ${sent} sent + ${open} failed or waiting for a dead target`;
      return verdictOf('I11', wrong, `${counted(subscriptions.length)} subscriptions, ${rest}`);
    },
  };
};
export const webhooks = judging(inspectWebhooks);
