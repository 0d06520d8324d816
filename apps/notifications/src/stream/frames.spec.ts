import { isForRequesters } from '@tierline/contracts';
import { frame, toldOf, type Reader, type StoredHint } from './frames.ts';

const body = {
  ticket: 't',
  source: 'tier-queues',
  sequence: 3,
  type: 'claimed',
  at: '2026-01-05T08:00:00.000Z',
  changed: { owner: 'tom' },
};
const claimed: StoredHint = { tenant: 'acme', ticket: 't', kind: 'ticket', requester: 'anna', teams: ['phones'], body };
const replied: StoredHint = { ...claimed, body: { ...body, type: 'agent-replied' } };
const reader = (sees: Reader['sees'], more: Partial<Reader> = {}): Reader => ({
  tenant: 'acme',
  person: 'anna',
  sees,
  teams: [],
  ...more,
});
const told = (to: Reader, hint: StoredHint) => toldOf(to, hint, isForRequesters);

it('is one server-sent event, in one line of data whatever the text holds', () => {
  expect(frame('ticket', { text: 'a\nb' }, '12')).toBe('id: 12\nevent: ticket\ndata: {"text":"a\\nb"}\n\n');
});

it('tells agents of the desk everything of their tenant and nothing of another', () => {
  expect(told(reader('desk'), claimed)).toEqual(body);
  expect(told(reader('desk', { tenant: 'globex' }), claimed)).toBeNull();
});

it('tells a partner’s agent of tickets that one of the own teams has or just had', () => {
  expect(told(reader('teams', { person: 'ida', teams: ['phones'] }), claimed)).toEqual(body);
  expect(told(reader('teams', { person: 'ida', teams: ['network'] }), claimed)).toBeNull();
});

it('tells a requester of public events of own tickets, without what is the desk’s', () => {
  expect(told(reader('own'), claimed)).toBeNull();
  expect(told(reader('own'), replied)).toEqual({ ...body, type: 'agent-replied', changed: undefined });
  expect(told(reader('own'), replied)).not.toHaveProperty('changed');
  expect(told(reader('own', { person: 'ben' }), replied)).toBeNull();
});
