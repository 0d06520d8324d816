import { TicketQueued, TicketResumed } from '@tierline/contracts';
import { begin, changed, healthy, second, solved, waiting, without } from '../example.ts';
import { deadlines } from './i05-deadlines.ts';

const good = healthy();
const named = (different: Parameters<typeof healthy>[0]) => deadlines(healthy(different)).named.join('\n');
const isResumed = ({ type }: { type: string }) => type === TicketResumed.type;

it('is ok when a hold ended once, and not early', () => {
  expect(deadlines(good)).toMatchObject({
    state: 'ok',
    figure: '1 deadlines took effect; late p99 200 ms, worst 200 ms',
  });
});

it('names an effect that came early', () => {
  const journal = changed(good.journal, isResumed, { at: begin + 9.9 * second });
  expect(named({ journal })).toBe(`acme: ticket ${solved}, event ${solved}#8 (6): wake-up came 100 ms early`);
});

it('names an effect that came twice', () => {
  const resumed = good.journal.find(isResumed)!;
  const journal = [...good.journal, { ...resumed, id: 'again', sequence: 8 }];
  expect(named({ journal })).toContain('event again (8): wake-up took effect once more than it was due');
});

it('names a deadline that passed without effect', () => {
  const journal = good.journal.filter(({ aggregate, sequence }) => aggregate !== solved || sequence < 6);
  expect(named({ journal })).toBe(
    `acme: ticket ${solved}: wake-up was due at 2026-01-05T08:00:10.000Z and did not come`,
  );
});

it('takes a deadline away with what it was about', () => {
  expect(named({ journal: without(good.journal, isResumed) })).toBe('');
});

it('names a stopgap queue that came before the wait for a route was over', () => {
  const isQueued = ({ aggregate, type }: { aggregate: string; type: string }) =>
    aggregate === waiting && type === TicketQueued.type;
  const journal = changed(good.journal, isQueued, { said: { cause: 'unrouted' } });
  expect(named({ journal })).toContain('unrouted came 28000 ms early');
  expect(named({ journal, run: { ...good.run, variables: { UNROUTED_AFTER_SECONDS: '1' } } })).toBe('');
});

it('names a timer that stands there long after its time', () => {
  const timers = [{ ...good.timers[0]!, due: begin }];
  expect(named({ timers })).toBe(
    `acme: the close timer of ticket ${solved} was due at 2026-01-05T08:00:00.000Z and is still there`,
  );
});
