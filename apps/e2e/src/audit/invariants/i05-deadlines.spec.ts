import { AcceptanceLapsed, TicketClaimed, TicketQueued, TicketResumed } from '@tierline/contracts';
import { begin, changed, healthy, second, solved, waiting, without } from '../example.ts';
import { deadlines } from './i05-deadlines.ts';

const good = healthy();
const named = (different: Parameters<typeof healthy>[0]) => deadlines(healthy(different)).named.join('\n');
const isResumed = ({ type }: { type: string }) => type === TicketResumed.type;

it('is ok when a hold ended once, and not early', () => {
  expect(deadlines(good)).toMatchObject({
    state: 'ok',
    figure: 'deadlines that took effect: 1 wake-up; late p99 200 ms, worst 200 ms',
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

it('names a time to begin that was cut short, and one that passed without effect', () => {
  const queues = changed(good.queues, ({ tenant }) => tenant === 'acme', { acceptanceMinutes: 1 });
  const upTo = good.journal.filter(({ aggregate, sequence }) => aggregate !== solved || sequence < 3);
  const journal = changed(upTo, ({ type }) => type === TicketClaimed.type, { said: { agent: 'ann', queue: 'desk' } });
  const claimed = journal.find(({ type }) => type === TicketClaimed.type)!;
  const lapsed = (seconds: number) => ({
    ...claimed,
    id: 'lapsed',
    type: AcceptanceLapsed.type,
    at: begin + seconds * second,
    sequence: 3,
  });
  expect(named({ queues, journal: [...journal, lapsed(63.1)] })).toBe('');
  expect(named({ queues, journal: [...journal, lapsed(62)] })).toContain('acceptance came 1000 ms early');
  expect(named({ queues, journal })).toContain('acceptance was due at 2026-01-05T08:01:03.000Z and did not come');
  expect(named({ journal })).toBe('');
});

/** Clock events of the waiting ticket, after its first event in the desk. */
const clock = (seconds: number, kind: string, said: object, sequence: number) => ({
  ...good.journal.find(({ id }) => id === `${waiting}#3`)!,
  id: `c${sequence}`,
  type: `tierline.ticket.${kind}.v1`,
  at: begin + seconds * second,
  sequence,
  said: { clock: 'sla-resolution', ...said },
});
const due = '2026-01-05T08:01:00.000Z';
const started = clock(2, 'clock-started', { due }, 2);
const breached = (seconds: number, sequence = 3) => clock(seconds, 'sla-breached', { due }, sequence);
const clocked = (...events: (typeof started)[]) =>
  deadlines(healthy({ journal: [...good.journal, started, ...events] }));

it('takes a promise that was breached once, and not early', () => {
  expect(clocked(breached(60.3))).toMatchObject({ state: 'ok', named: [] });
  expect(clocked(breached(60.3)).figure).toBe(
    'deadlines that took effect: 1 wake-up, 1 breach; late p99 300 ms, worst 300 ms',
  );
});

it('names a promise that was breached early, twice, or not at all', () => {
  expect(clocked(breached(59)).named).toEqual([
    `acme: ticket ${waiting}, event c3 (3): sla-resolution was breached 1000 ms early`,
  ]);
  expect(clocked(breached(61), breached(62, 4)).named).toEqual([
    `acme: ticket ${waiting}, event c4 (4): sla-resolution was breached twice`,
  ]);
  expect(clocked().named).toEqual([`acme: ticket ${waiting}: sla-resolution was due at ${due} and was not breached`]);
});

it('names a promise that was breached on hold, and expects none of it there', () => {
  const paused = clock(30, 'clock-paused', {}, 3);
  expect(clocked(paused).state).toBe('ok');
  expect(clocked(paused, breached(70, 4)).named.join()).toContain('sla-resolution was breached while it did not run');
});

it('judges a promise anew when its target changed', () => {
  const later = '2026-01-05T08:02:00.000Z';
  const retargeted = clock(70, 'clock-retargeted', { due: later, consumed: 1, target: 2 }, 4);
  expect(clocked(breached(61), retargeted).named).toEqual([
    `acme: ticket ${waiting}: sla-resolution was due at ${later} and was not breached`,
  ]);
  const again = clock(120.5, 'sla-breached', { due: later }, 5);
  expect(clocked(breached(61), retargeted, again).state).toBe('ok');
});

it('takes the steps after a breach, each once and not early', () => {
  const at = (seconds: number) => new Date(begin + seconds * second).toISOString();
  const told = (seconds: number) => ({ since: at(seconds), consumed: (seconds - 2) * second, due });
  const start = clock(2, 'clock-started', { ...told(2), target: 58 * second, steps: [120, 150] }, 2);
  const missed = clock(60.1, 'sla-breached', told(60.1), 3);
  const overran = (seconds: number, share: number, sequence: number) =>
    clock(seconds, 'sla-overrun', { ...told(seconds), share }, sequence);
  const judged = (...events: (typeof start)[]) => deadlines(healthy({ journal: [...good.journal, start, ...events] }));
  expect(judged(missed, overran(71.7, 120, 4), overran(89.1, 150, 5))).toMatchObject({
    named: [],
    figure: expect.stringContaining('1 breach, 2 overrun;') as string,
  });
  expect(judged(missed, overran(95, 150, 4)).named).toEqual([]);
  const wrongOf = (...events: (typeof start)[]) => judged(...events).named.join();
  expect(wrongOf(missed, overran(71, 120, 4))).toContain(
    'event c4 (4): sla-resolution was overrun at 120 % 600 ms early',
  );
  expect(wrongOf(missed, overran(72, 120, 4), overran(73, 120, 5))).toContain('was overrun at 120 % again');
  expect(wrongOf(missed, overran(90, 150, 4), overran(91, 120, 5))).toContain('was overrun at 120 % again');
  expect(wrongOf(missed, overran(90, 130, 4))).toContain('130 %, which is no step of its policy');
  expect(wrongOf(overran(72, 120, 3))).toContain('was overrun while it did not run, or before its breach');
  const paused = clock(65, 'clock-paused', { ...told(65), due: undefined }, 4);
  expect(wrongOf(missed, paused, overran(72, 120, 5))).toContain('was overrun while it did not run');
});

it('lets a hold go that was taken back, and keeps one that came back', () => {
  const undone = (said: object) => ({ ...clock(12, 'act-undone', {}, 8), aggregate: solved, said });
  const upTo = good.journal.filter(({ aggregate, sequence }) => aggregate !== solved || sequence < 6);
  expect(named({ journal: [...upTo, undone({ now: { state: 'IN_PROGRESS', owner: 'ann' } })] })).toBe('');
  const held = { now: { state: 'PENDING', owner: 'ann' }, until: '2026-01-05T08:01:00.000Z' };
  expect(named({ journal: [...upTo, undone(held)] })).toContain('wake-up was due at 2026-01-05T08:01:00.000Z');
});
