import { begin, changed, healthy, second, waiting, without } from '../example.ts';
import { orphans } from './i03-orphans.ts';

const good = healthy();
const named = (different: Parameters<typeof healthy>[0]) => orphans(healthy(different)).named.join('\n');
const lost = changed(good.tickets, ({ ticket }) => ticket === waiting, { queue: null });

it('is ok when every open ticket is in a queue', () => {
  expect(orphans(good)).toMatchObject({
    state: 'ok',
    figure: '2 open tickets; orphans older than a minute in 0 of 1 looks',
  });
});

it('names an open ticket that has no queue for longer than a minute', () => {
  expect(named({ tickets: lost })).toBe(`acme: QUEUED ticket ${waiting} has had no queue for 598 s`);
  expect(named({ tickets: lost, readAt: begin + 30 * second })).toBe('');
});

it('leaves out one whose events are parked', () => {
  const row = {
    topic: 'tickets' as const,
    partition: 0,
    offset: 3,
    key: waiting,
    event: null,
    reason: '',
    discarded: false,
  };
  expect(named({ tickets: lost, parked: [{ service: 'routing', ...row }] })).toBe('');
});

it('names a ticket in a queue that is none, and one that never came', () => {
  const tickets = changed(good.tickets, ({ ticket }) => ticket === waiting, { queue: 'nowhere' });
  expect(named({ tickets })).toContain('is in nowhere, which is no queue');
  const fewer = without(good.tickets, ({ ticket }) => ticket === waiting);
  expect(named({ tickets: fewer })).toBe(`acme: ticket ${waiting} was opened 600 s ago and is in no queue`);
});

it('names orphans that the watch saw while no fault was about', () => {
  const samples = [{ at: begin + 300 * second, orphans: [waiting], outboxAge: {}, away: [] }];
  expect(named({ samples })).toContain(`without a queue for a minute: ${waiting}`);
  const fault = { at: begin + 100 * second, kind: 'kill', seconds: 90 };
  expect(named({ samples, faults: [fault] })).toBe('');
  expect(named({ samples, faults: [{ ...fault, missed: 'the service was away' }] })).not.toBe('');
});
