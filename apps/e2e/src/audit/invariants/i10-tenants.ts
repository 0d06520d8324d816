import type { Evidence } from '../evidence.ts';
import { collectWrongs, counted, verdictOf, type Verdict, type Wrongs } from '../findings.ts';
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

/** I10: nothing of one tenant is in another's rows, events or webhooks, nor behind another's door. */
export const tenancy = (evidence: Evidence): Verdict => {
  const wrong = collectWrongs();
  checkEvents(evidence, wrong);
  checkHomes(evidence, wrong);
  checkCalls(evidence, wrong);
  for (const { service, table, open } of evidence.walls) if (open) wrong(`${service}.${table}: ${open}`);
  const probes = evidence.probes ?? [];
  for (const { what, outcome } of probes) if (outcome === 'reached') wrong(what);
  const silent = probes.filter(({ outcome }) => outcome === 'no answer').length;
  const probed =
    probes.length === 0
      ? 'no live probes'
      : `${counted(probes.length)} live probes (${counted(silent)} without answer)`;
  const looked = `${counted(evidence.homesSeen)} homes of tickets, ${counted(evidence.walls.length)} tables with walls`;
  return verdictOf('I10', wrong, `${looked}, ${counted(evidence.calls.length)} webhook calls, ${probed}`);
};
