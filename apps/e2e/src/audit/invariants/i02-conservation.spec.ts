import { changed, escalated, healthy, solved, waiting, without } from '../example.ts';
import { conservation } from './i02-conservation.ts';

const good = healthy();
const named = (different: Parameters<typeof healthy>[0]) => conservation(healthy(different)).named.join('\n');
const parkedIn = (service: 'routing' | 'reporting', key: string) => [
  {
    service,
    topic: 'tickets' as const,
    partition: 0,
    offset: 0,
    key,
    event: `${key}#1`,
    reason: 'bad',
    discarded: false,
  },
];

it('is ok when every ticket is in one state everywhere', () => {
  expect(conservation(good)).toMatchObject({ state: 'ok', named: [] });
  expect(conservation(good).figure).toBe('3 opened in 2 tenants = 2 QUEUED + 1 RESOLVED; 0 events parked');
});

it('names a ticket that one service lost, unless the service parked it', () => {
  const routes = without(good.routes, ({ ticket }) => ticket === escalated);
  expect(named({ routes })).toBe(`globex: ticket ${escalated} was opened and has 0 rows in routing.route`);
  expect(named({ routes, parked: parkedIn('routing', escalated) })).toBe('');
});

it('names a ticket under another tenant, and one that nobody opened', () => {
  const tickets = changed(good.tickets, ({ ticket }) => ticket === solved, { tenant: 'globex' });
  expect(named({ tickets })).toContain(`acme: ticket ${solved} was opened and has 0 rows in tier-queues.ticket`);
  const strays = [...good.tickets, { ...good.tickets[0]!, ticket: 'stray' }];
  expect(named({ tickets: strays })).toContain('tier-queues.ticket has ticket stray, which nobody opened');
});

it('names a ticket whose state the services tell differently, unless one of them set it aside', () => {
  const facts = changed(good.facts, ({ ticket }) => ticket === waiting, { state: 'ASSIGNED' });
  expect(named({ facts })).toBe(`ticket ${waiting} is QUEUED in tier-queues and ASSIGNED in reporting`);
  expect(named({ facts, parked: parkedIn('reporting', waiting) })).toBe('');
  const requests = changed(good.requests, ({ ticket }) => ticket === solved, { status: 'in-progress' });
  expect(named({ requests })).toBe(`ticket ${solved} is RESOLVED in tier-queues and in-progress in intake`);
  const owned = changed(good.facts, ({ ticket }) => ticket === solved, { owner: 'ben' });
  expect(named({ facts: owned })).toBe(`ticket ${solved} is with ann in tier-queues and with ben in reporting`);
});
