import { changed, healthy, solved, waiting } from '../example.ts';
import { timers } from './i04-timers.ts';

const good = healthy();
const named = (different: Parameters<typeof healthy>[0]) => timers(healthy(different)).named.join('\n');
const held = changed(good.tickets, ({ ticket }) => ticket === solved, { state: 'PENDING' });

it('is ok when each ticket has the timers of its state', () => {
  expect(timers(good)).toMatchObject({ state: 'ok', figure: '3 tickets; armed: 1 close' });
});

it('names a ticket that lacks its timer, or has it twice', () => {
  expect(named({ timers: [] })).toBe(`acme: RESOLVED ticket ${solved} needs one close timer and has 0`);
  expect(named({ timers: [...good.timers, ...good.timers] })).toContain('needs one close timer and has 2');
});

it('names a timer that its ticket does not need, or whose ticket is gone', () => {
  const stale = { ...good.timers[0]!, ticket: waiting };
  expect(named({ timers: [...good.timers, stale] })).toBe(
    `acme: QUEUED ticket ${waiting} has a close timer that it does not need`,
  );
  const lost = { ...good.timers[0]!, ticket: 'gone' };
  expect(named({ timers: [...good.timers, lost] })).toBe('1 timers of ticket gone, which is not there');
});

it('names a wake-up at another time than the hold says', () => {
  const wakeUp = { ...good.timers[0]!, kind: 'wake-up', due: Date.parse('2026-01-05T09:00:00.000Z') };
  expect(named({ tickets: held, timers: [wakeUp] })).toContain('the hold ends at 2026-01-05T08:00:10.000Z');
  const right = { ...wakeUp, due: Date.parse('2026-01-05T08:00:10.000Z') };
  expect(named({ tickets: held, timers: [right] })).toBe('');
});

it('wants a timer for a ticket that waits for its route', () => {
  const tickets = changed(good.tickets, ({ ticket }) => ticket === waiting, { queue: null });
  expect(named({ tickets })).toBe(`acme: QUEUED ticket ${waiting} needs one unrouted timer and has 0`);
});

it('wants a timer for who has not begun where a tier says how long that may last', () => {
  const tickets = changed(good.tickets, ({ ticket }) => ticket === solved, { state: 'ASSIGNED' });
  const queues = changed(good.queues, ({ tenant }) => tenant === 'acme', { acceptanceMinutes: 1 });
  const acceptance = { ...good.timers[0]!, kind: 'acceptance', due: Date.parse('2026-01-05T08:01:03.000Z') };
  expect(named({ tickets, queues, timers: [acceptance] })).toBe('');
  expect(named({ tickets, queues, timers: [] })).toBe(
    `acme: ASSIGNED ticket ${solved} needs one acceptance timer and has 0`,
  );
  expect(named({ tickets, timers: [acceptance] })).toContain('has a acceptance timer that it does not need');
  expect(named({ tickets, queues, timers: [{ ...acceptance, due: acceptance.due + 5 }] })).toContain(
    'the time to begin ends at 2026-01-05T08:01:03.000Z',
  );
});

const due = '2026-01-05T16:00:00.000Z';
const started = {
  ...good.journal.find(({ id }) => id === `${waiting}#3`)!,
  id: 'c2',
  type: 'tierline.ticket.clock-started.v1',
  sequence: 2,
  said: { clock: 'sla-resolution', due },
};
const clocked = (...more: object[]) => {
  const [close] = good.timers.map((timer) => ({ ...timer, clock: '' }));
  const stalled = { ...close!, tenant: 'globex', ticket: 'ticket-3', kind: 'stalled' };
  const timers = [
    close!,
    stalled,
    ...more.map((timer) => ({ ...close!, ticket: waiting, clock: 'sla-resolution', ...timer })),
  ];
  return named({ journal: [...good.journal, started], timers });
};
const breach = { kind: 'breach', due: Date.parse(due) };

it('wants one deadline for each running clock, and no warning after it', () => {
  expect(clocked(breach)).toBe('');
  expect(clocked(breach, { kind: 'warning', due: breach.due - 1 })).toBe('');
  expect(clocked({ kind: 'warning', due: breach.due - 1 })).toBe(
    `acme: QUEUED ticket ${waiting} needs one breach timer of clock sla-resolution and has 0`,
  );
  expect(clocked({ ...breach, due: breach.due + 1 })).toContain('the clock at 2026-01-05T16:00:00.000Z');
  expect(clocked(breach, { kind: 'warning', due: breach.due + 1 })).toContain('after its deadline, or several');
});

it('names a timer of a clock that does not run', () => {
  expect(clocked(breach, { ...breach, clock: 'ola-waiting' })).toBe(
    `acme: QUEUED ticket ${waiting} has a breach timer of clock ola-waiting, which does not run`,
  );
});

it('wants one timer for the next step after a breach, and no other timer then', () => {
  const begun = { clock: 'sla-resolution', due, since: '2026-01-05T08:00:00.000Z', consumed: 0, target: 28_800_000 };
  const told = { clock: 'sla-resolution', due, since: due, consumed: 28_800_000 };
  const of = (kind: string, sequence: number, said: object) => ({
    ...started,
    id: `c${sequence}`,
    type: `tierline.ticket.${kind}.v1`,
    sequence,
    said,
  });
  const missed = [of('clock-started', 2, { ...begun, steps: [110, 150] }), of('sla-breached', 3, told)];
  const [close] = good.timers.map((timer) => ({ ...timer, clock: '' }));
  const stalled = { ...close!, tenant: 'globex', ticket: 'ticket-3', kind: 'stalled' };
  const judged = (events: object[], ...more: object[]) =>
    named({
      journal: [...good.journal, ...(events as typeof missed)],
      timers: [
        close!,
        stalled,
        ...more.map((timer) => ({ ...close!, ticket: waiting, clock: 'sla-resolution', ...timer })),
      ],
    });
  const step = { kind: 'overrun', due: Date.parse('2026-01-05T16:48:00.000Z') };
  expect(judged(missed, step)).toBe('');
  expect(judged(missed)).toContain('needs 1 overrun timers of clock sla-resolution and has 0');
  expect(judged(missed, step, step)).toContain('needs 1 overrun timers of clock sla-resolution and has 2');
  expect(judged(missed, { ...step, due: step.due - 1 })).toContain(
    'is due at 2026-01-05T16:47:59.999Z, 110 % are used up at 2026-01-05T16:48:00.000Z',
  );
  expect(judged(missed, breach)).toContain('has a breach timer of clock sla-resolution, which is breached');
  expect(judged(missed.slice(0, 1), breach, step)).toContain(
    'has a overrun timer of clock sla-resolution before it is breached',
  );
  const late = { ...told, since: '2026-01-05T20:30:00.000Z', consumed: 45_000_000 };
  const last = [...missed, of('sla-overrun', 4, { ...late, share: 150 })];
  expect(judged(last, { kind: 'stalled', clock: '', due: 1 })).toBe('');
  expect(judged(last, step)).toContain('needs 0 overrun timers of clock sla-resolution and has 1');
});

it('wants a sign for an open ticket on which nothing is due, where a desk keeps clocks', () => {
  expect(clocked()).toContain('needs 1 stalled timers and has 0');
  expect(clocked(breach, { kind: 'stalled', clock: '', due: 1 })).toContain('needs 0 stalled timers and has 1');
});

it('wants a timer for the next word to the stakeholders of a major incident', () => {
  const type = 'tierline.ticket.major-declared.v1';
  const journal = [...good.journal, { ...started, type, said: {} }];
  expect(named({ journal })).toBe(`acme: QUEUED ticket ${waiting} needs one stakeholder-update timer and has 0`);
  const ended = { ...started, type: 'tierline.ticket.major-ended.v1', sequence: 3, said: {} };
  expect(named({ journal: [...journal, ended] })).toBe('');
});
