import { TicketClaimed, WorkStarted } from '@tierline/contracts';
import { changed, healthy, solved, waiting } from '../example.ts';
import { claims } from './i14-claims.ts';

const good = healthy();
const named = (different: Parameters<typeof healthy>[0]) => claims(healthy(different)).named.join('\n');

it('is ok when each claim has one winner', () => {
  expect(claims(good)).toMatchObject({
    state: 'ok',
    figure: '2 claims, 0 given by the desk; 1 told that they won, 1 that they lost',
  });
});

it('names a ticket that was claimed while somebody had it', () => {
  const isStart = ({ type }: { type: string }) => type === WorkStarted.type;
  const journal = changed(good.journal, isStart, { type: TicketClaimed.type, said: { agent: 'ben' } });
  expect(named({ journal })).toContain(`event ${solved}#5 (3): claimed by ben while ann has it`);
});

it('names two clients that were both told that they won', () => {
  const answers = changed(good.answers, ({ status }) => status === 409, { status: 200, sequence: 2 });
  const text = named({ answers });
  expect(text).toContain(`ticket ${solved} at sequence 2 was given to ann and to ben`);
  expect(text).toContain(`was given to ben; by the journal ann has it then`);
});

it('names a winner of whom the journal knows nothing', () => {
  const answers = changed(good.answers, ({ kind, status }) => kind === 'claim' && status === 200, {
    ticket: waiting,
    sequence: 1,
  });
  expect(named({ answers })).toContain(
    `ticket ${waiting} at sequence 1 was given to ann; by the journal nobody has it then`,
  );
});

it('names a ticket that is with somebody else than its journal says', () => {
  const tickets = changed(good.tickets, ({ ticket }) => ticket === solved, { owner: 'ben' });
  expect(named({ tickets })).toBe(`acme: ticket ${solved} is with ben, by the journal with ann`);
});

it('knows that an act that was taken back gives the ticket to whom had it before', () => {
  const claimed = good.journal.find(({ id }) => id === `${solved}#4`)!;
  const undone = { ...claimed, id: 'undone', type: 'tierline.ticket.act-undone.v1' };
  const story = (now: { state: string; owner: string | null }) => [
    { ...claimed, aggregate: 'other', sequence: 1 },
    { ...undone, aggregate: 'other', sequence: 2, said: { now } },
    { ...claimed, aggregate: 'other', id: 'again', sequence: 3, said: { agent: 'ben' } },
  ];
  expect(named({ journal: [...good.journal, ...story({ state: 'QUEUED', owner: null })] })).toBe('');
  expect(named({ journal: [...good.journal, ...story({ state: 'ASSIGNED', owner: 'ann' })] })).toContain(
    'claimed by ben while ann has it',
  );
});
