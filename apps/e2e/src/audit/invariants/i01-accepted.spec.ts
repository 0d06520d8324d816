import { TicketOpened } from '@tierline/contracts';
import { changed, healthy, solved, waiting, without } from '../example.ts';
import { accepted } from './i01-accepted.ts';

const good = healthy();
const named = (different: Parameters<typeof healthy>[0]) => accepted(healthy(different)).named.join('\n');

it('is ok when each accepted ticket is stored, journalled and published once', () => {
  expect(accepted(good)).toMatchObject({ state: 'ok', named: [] });
  expect(accepted(good).figure).toBe('3 accepted; 3 tickets = 3 TicketOpened, 3 in the topic; 2 commands');
});

it('names an accepted ticket that is not stored', () => {
  const requests = without(good.requests, ({ ticket }) => ticket === waiting);
  expect(named({ requests })).toContain(`ticket ${waiting} was accepted and has 0 rows in intake`);
});

it('names an accepted ticket that was never published', () => {
  const records = without(good.records, ({ id }) => id === `${solved}#1`);
  expect(named({ records })).toContain(`its TicketOpened ${solved}#1 is not in the topic`);
});

it('names a ticket that was opened twice in the journal, or stored without it', () => {
  const opened = good.journal.find(({ aggregate }) => aggregate === solved)!;
  expect(named({ journal: [...good.journal, { ...opened, id: 'second', sequence: 2 }] })).toContain(
    `ticket ${solved} was accepted and has 2 TicketOpened in the journal`,
  );
  const journal = without(good.journal, ({ aggregate, type }) => aggregate === solved && type === TicketOpened.type);
  expect(named({ journal })).toContain(`ticket ${solved} is stored with 0 TicketOpened`);
});

it('names an idempotency key that opened two tickets', () => {
  const answers = changed(good.answers, ({ ticket }) => ticket === waiting, { key: 'k1' });
  expect(named({ answers })).toContain('acme/eva key k1 opened 2 tickets: ticket-1, ticket-2');
});

it('names a ticket of which nobody was told, when a key was tried again', () => {
  const stray = { ...good.requests[0]!, ticket: 'stray' };
  expect(named({ requests: [...good.requests, stray] })).toContain('acme/eva asked for 2 tickets and has 3');
});

it('names a command whose sequence was never journalled', () => {
  const answers = changed(good.answers, ({ command }) => command === 'resolve', { sequence: 8 });
  expect(named({ answers })).toContain(`resolve of ann on ${solved} was answered with sequence 8`);
});

it('names a row that stands further than its journal', () => {
  const standings = changed(good.standings, ({ aggregate }) => aggregate === waiting, { sequence: 9 });
  expect(named({ standings })).toContain(`any ${waiting} stands at 9, its journal ends at 1`);
});
