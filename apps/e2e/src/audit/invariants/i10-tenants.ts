import type { Evidence } from '../evidence.ts';
import { collectWrongs, counted, verdictOf, type Wrongs } from '../findings.ts';
import { judging, type Inspection } from '../inspection.ts';
import { eventsById, placeOf, poisonPlaces, tenantsOfTickets } from '../views.ts';

const checkEvents = (evidence: Evidence, wrong: Wrongs): void => {
  const tenants = tenantsOfTickets(evidence);
  for (const { service, id, topic, aggregate, tenant } of evidence.journal) {
    const of =
      topic === 'tickets' ? tenants.get(aggregate) : aggregate.includes('/') ? aggregate.split('/')[0] : tenant;
    if (of !== undefined && of !== tenant) wrong(`${service}: event ${id} of ${tenant} is about ${aggregate} of ${of}`);
  }
  const events = eventsById(evidence);
  const poison = poisonPlaces(evidence);
  for (const record of evidence.records) {
    const event = record.id === null ? undefined : events.get(record.id);
    if (event && event.tenant !== record.tenant && !poison.has(placeOf(record)))
      wrong(`${placeOf(record)}: event ${event.id} of ${event.tenant} travels as one of ${record.tenant}`);
  }
  for (const { service, event, tenant } of evidence.inbox) {
    const of = events.get(event)?.tenant;
    if (of !== undefined && of !== tenant) wrong(`${service} took event ${event} of ${of} as one of ${tenant}`);
  }
};

const checkHomes = (evidence: Evidence, wrong: Wrongs): void => {
  const tenants = tenantsOfTickets(evidence);
  for (const { service, table, tenant, ticket } of evidence.homes) {
    const of = tenants.get(ticket);
    if (of !== undefined && of !== tenant)
      wrong(`${service}.${table} has rows of ${tenant} about ticket ${ticket} of ${of}`);
  }
};

const checkCalls = (evidence: Evidence, wrong: Wrongs): void => {
  const events = eventsById(evidence);
  for (const { tenant, endpoint, eventId } of evidence.calls) {
    const of = events.get(eventId)?.tenant;
    if (of !== undefined && of !== tenant) wrong(`webhook ${endpoint} of ${tenant} was told event ${eventId} of ${of}`);
  }
};

const checkProbes = ({ walls, probes }: Evidence, wrong: Wrongs): string => {
  for (const { service, table, open } of walls) if (open) wrong(`${service}.${table}: ${open}`);
  const tried = probes ?? [];
  for (const { what, outcome } of tried) if (outcome === 'reached') wrong(what);
  const silent = tried.filter(({ outcome }) => outcome === 'no answer').length;
  return tried.length === 0
    ? 'no live probes'
    : `${counted(tried.length)} live probes (${counted(silent)} without answer)`;
};

/** I10: nothing of one tenant is in another's rows, events or webhooks, nor behind another's door. */
export const inspectTenancy = (): Inspection => {
  const wrong = collectWrongs();
  let calls = 0;
  return {
    look: (part) => {
      checkEvents(part, wrong);
      checkHomes(part, wrong);
      checkCalls(part, wrong);
      calls += part.calls.length;
    },
    verdict: (whole) => {
      const probed = checkProbes(whole, wrong);
      const looked = `${counted(whole.homesSeen)} homes of tickets, ${counted(whole.walls.length)} tables with walls`;
      return verdictOf('I10', wrong, `${looked}, ${counted(calls)} webhook calls, ${probed}`);
    },
  };
};
export const tenancy = judging(inspectTenancy);
