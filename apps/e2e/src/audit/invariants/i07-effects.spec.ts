import type { InboxRow } from '../evidence.ts';
import { changed, healthy, solved, waiting, without } from '../example.ts';
import { effects } from './i07-effects.ts';

const good = healthy();
const named = (different: Parameters<typeof healthy>[0]) => effects(healthy(different)).named.join('\n');
const taken = (service: string, event: string) => (row: InboxRow) => row.service === service && row.event === event;
const parked = [
  {
    service: 'routing' as const,
    topic: 'tickets' as const,
    partition: 0,
    offset: 2,
    key: solved,
    event: `${solved}#1`,
    reason: 'bad',
    discarded: false,
  },
];

it('is ok when every event took effect once', () => {
  expect(effects(good)).toMatchObject({ state: 'ok', named: [] });
  expect(effects(good).figure).toContain(
    '2 messages, 4 hops, 0 openings asked for, 19 timeline entries, 19 history rows, 12 deliveries',
  );
});

it('names an event that was taken twice, with its place', () => {
  const inbox = [...good.inbox, good.inbox.find(taken('tier-queues', `${waiting}#2`))!];
  expect(named({ inbox })).toBe(
    `tier-queues took tierline.ticket.routed.v1 ${waiting}#2 of ${waiting} (tickets/0@10) 2 times`,
  );
});

it('names an event that was not taken, unless it was parked', () => {
  const inbox = without(good.inbox, taken('routing', `${solved}#1`));
  expect(named({ inbox })).toContain(`routing did not take tierline.ticket.opened.v1 ${solved}#1`);
  const routes = changed(good.routes, ({ ticket }) => ticket === solved, { hop: 0 });
  expect(named({ inbox, parked, routes })).toBe('');
});

it('names an event that was taken and never published', () => {
  const stranger = { service: 'intake' as const, event: 'nobody', tenant: 'acme' };
  expect(named({ inbox: [...good.inbox, stranger] })).toBe('intake took event nobody, which no service published');
});

it('names a message that the requester sees twice, or not at all', () => {
  const twice = changed(good.messages, ({ kind }) => kind === 'desk/message', { count: 2 });
  expect(named({ messages: twice })).toBe(`intake shows 2 desk/message in ticket ${solved}, 1 were published`);
  const none = without(good.messages, ({ kind }) => kind === 'desk/solution');
  expect(named({ messages: none })).toBe(`intake shows 0 desk/solution in ticket ${solved}, 1 were published`);
});

it('names a hop that was counted twice or routed twice', () => {
  const routes = changed(good.routes, ({ ticket }) => ticket === waiting, { hop: 2 });
  expect(named({ routes })).toBe(`routing counts 2 hops of ticket ${waiting}, 1 were asked for`);
  const routed = good.journal.find(({ id }) => id === `${waiting}#2`)!;
  const again = { ...routed, id: 'again', sequence: 2 };
  expect(named({ journal: [...good.journal, again] })).toContain(`hop 1 of ticket ${waiting} was routed 2 times`);
});

it('names a timeline entry too many, and one too few', () => {
  const isClaim = ({ ticket, kind }: { ticket: string; kind: string }) => ticket === solved && kind === 'claimed';
  expect(named({ entries: changed(good.entries, isClaim, { count: 2 }) })).toBe(
    `tier-queues has 2 claimed entries in ticket ${solved}, 1 were published`,
  );
  expect(named({ entries: without(good.entries, isClaim) })).toContain('has 0 claimed entries');
});

it('names a history row too many, one too few, and a wrong count', () => {
  const again = { ...good.history[0]!, number: 10 };
  expect(named({ history: [...good.history, again] })).toContain(
    `reporting has 2 history rows of event ${solved}#1 of ticket ${solved}`,
  );
  const history = without(good.history, ({ event }) => event === `${solved}#2`);
  expect(named({ history })).toContain(`no history row of tierline.ticket.routed.v1 ${solved}#2`);
  expect(named({ history })).toContain(`events of ticket ${solved} with 3 at place 2`);
  const facts = changed(good.facts, ({ ticket }) => ticket === waiting, { events: 4 });
  expect(named({ facts })).toBe(`reporting counts 4 events of ticket ${waiting} and has 3 rows`);
});

it('names a second delivery of an event, and a mail told of twice', () => {
  const deliveries = [...good.deliveries, good.deliveries[0]!];
  expect(named({ deliveries })).toBe(
    `notifications has a second delivery of event ${solved}#1 of ticket ${solved} to sub-1`,
  );
  const sent = { ...good.journal[2]!, service: 'notifications' as const, type: 'tierline.ticket.notification-sent.v1' };
  const mails = [1, 2].map((sequence) => ({ ...sent, id: `m${sequence}`, sequence, said: { delivery: 'd1' } }));
  expect(named({ journal: [...good.journal, ...mails] })).toContain(
    'the mail d1 of ticket ticket-1 was told of twice: m1, m2',
  );
});

it('names a copy of the desk that is behind', () => {
  const copies = changed(good.copies, ({ table }) => table === 'queue', { sequence: 0 });
  expect(named({ copies })).toBe("routing's copy of acme/queue/desk stands at 0, tier-queues published 1");
});

it('names a ticket that the desk asked for and that was not opened', () => {
  const asked = {
    ...good.journal[4]!,
    id: 'asked',
    type: 'tierline.ticket.opening-asked.v1',
    sequence: 8,
    said: { opens: 'new' },
  };
  expect(named({ journal: [...good.journal, asked] })).toContain(
    `asked of ticket ${solved} asked for ticket new, opened 0 times`,
  );
});
