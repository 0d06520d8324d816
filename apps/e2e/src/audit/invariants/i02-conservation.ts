import { TicketOpened } from '@tierline/contracts';
import type { Evidence } from '../evidence.ts';
import { collectWrongs, counted, verdictOf, type Wrongs } from '../findings.ts';
import { judging, type Inspection } from '../inspection.ts';
import { kindOf, type Service } from '../names.ts';
import { setAside, tenantsOfTickets } from '../views.ts';

type Ticketed = { readonly ticket: string; readonly tenant: string };

/** Where each service keeps its tickets. */
const placesOf = (evidence: Evidence): readonly [Service, string, readonly Ticketed[]][] => [
  ['intake', 'request', evidence.requests],
  ['routing', 'route', evidence.routes],
  ['tier-queues', 'ticket', evidence.tickets],
  ['reporting', 'ticket_fact', evidence.facts.filter(({ opened }) => opened)],
  ['notifications', 'ticket', evidence.correspondents],
];

const checkPlaces = (evidence: Evidence, wrong: Wrongs): void => {
  const opened = tenantsOfTickets(evidence);
  const aside = setAside(evidence);
  for (const [service, table, rows] of placesOf(evidence)) {
    const present = Map.groupBy(rows, ({ ticket }) => ticket);
    for (const [ticket, tenant] of opened) {
      const found = present.get(ticket)?.filter((row) => row.tenant === tenant).length ?? 0;
      if (found === 1 || (found === 0 && aside[service].keys.has(ticket))) continue;
      wrong(`${tenant}: ticket ${ticket} was opened and has ${found} rows in ${service}.${table}`);
    }
    for (const [ticket, [row]] of present)
      if (!opened.has(ticket)) wrong(`${row!.tenant}: ${service}.${table} has ticket ${ticket}, which nobody opened`);
  }
};

/** What the requester is told while the desk has the ticket in a state. */
const statusesOf: Readonly<Record<string, readonly string[]>> = {
  NEW: ['received'],
  QUEUED: ['waiting'],
  ASSIGNED: ['in-progress'],
  IN_PROGRESS: ['in-progress'],
  PENDING: ['waiting-for-you', 'on-hold'],
  RESOLVED: ['resolved'],
  CLOSED: ['closed'],
  CANCELLED: ['cancelled'],
  SPAM: ['cancelled'],
  MERGED: ['merged'],
};

/** The three services that know a ticket's state tell one story. */
const checkStates = (evidence: Evidence, wrong: Wrongs): void => {
  const aside = setAside(evidence);
  const facts = new Map(evidence.facts.map((fact) => [fact.ticket, fact]));
  const requests = new Map(evidence.requests.map((request) => [request.ticket, request]));
  for (const { ticket, state, owner } of evidence.tickets) {
    if (aside['tier-queues'].keys.has(ticket)) continue;
    const fact = facts.get(ticket);
    if (fact && !aside.reporting.keys.has(ticket)) {
      if (fact.state !== state) wrong(`ticket ${ticket} is ${state} in tier-queues and ${fact.state} in reporting`);
      else if (state !== 'CANCELLED' && fact.owner !== owner)
        wrong(`ticket ${ticket} is with ${owner} in tier-queues and with ${fact.owner} in reporting`);
    }
    const status = requests.get(ticket)?.status;
    const expected = statusesOf[state];
    if (status && expected && !expected.includes(status) && !aside.intake.keys.has(ticket))
      wrong(`ticket ${ticket} is ${state} in tier-queues and ${status} in intake`);
  }
};

/** I2: per tenant, every ticket that was opened is in one state everywhere, or set aside. */
export const inspectConservation = (): Inspection => {
  const wrong = collectWrongs();
  const states = new Map(Object.keys(statusesOf).map((state) => [state, 0]));
  const tenants = new Set<string>();
  let opened = 0;
  return {
    look: (part) => {
      checkPlaces(part, wrong);
      checkStates(part, wrong);
      opened += tenantsOfTickets(part).size;
      for (const tenant of tenantsOfTickets(part).values()) tenants.add(tenant);
      for (const { state } of part.tickets) states.set(state, (states.get(state) ?? 0) + 1);
    },
    verdict: ({ parked }) => {
      const aside = parked.filter(({ event }) => event).length;
      const found = [...states].filter(([, count]) => count > 0);
      const sums = found.map(([state, count]) => `${counted(count)} ${state}`).join(' + ');
      const figure = `${counted(opened)} ${kindOf(TicketOpened.type)} in ${tenants.size} tenants = ${sums}; ${counted(aside)} events parked`;
      return verdictOf('I2', wrong, figure);
    },
  };
};
export const conservation = judging(inspectConservation);
