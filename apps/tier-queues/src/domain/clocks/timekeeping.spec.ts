import { begun, book, clock, fresh, opened, start, tell, working } from './examples.ts';
import { keepTime, type PromiseBook } from './timekeeping.ts';

const hour = 3_600_000;

describe('keeping time', () => {
  it('promises nothing before routing has judged, and then counts from the opening', () => {
    expect(
      tell({ ...start, ticket: { ...fresh, state: 'NEW', hold: null, place: null, priority: null } }).ledger,
    ).toEqual([]);
    expect(clock(tell(start), 'sla-first-response')).toMatchObject({ from: opened, due: '2026-01-07T11:00:00.000Z' });
    expect(clock(tell(start), 'ola-waiting')).toMatchObject({ from: start.at });
  });

  it('stores the policy that won, why, and the edition of the calendar', () =>
    expect(tell({ ...start, ticket: { ...fresh, category: 'vpn' } }).ledger).toContainEqual(
      expect.objectContaining({
        clock: 'sla-resolution',
        policy: { id: 'network', version: 1 },
        calendar: { id: 'hamburg', version: 7 },
        why: 'Network: category vpn; goes before 1 more that fit',
      }),
    ));

  it('adds nothing when it is asked again', () => {
    const told = tell(start, begun);
    expect(keepTime(told.clocks, working, book, { at: '2026-01-07T09:00:00.000Z', cause: 'queued' })).toEqual([]);
  });

  it('says which calendar is missing', () =>
    expect(() => keepTime([], fresh, { ...book, calendars: [] }, start)).toThrow(
      expect.objectContaining({ code: 'calendar_unknown' }),
    ));
});

describe('a promise that comes or goes', () => {
  const without: PromiseBook = { ...book, policies: [] };

  it('ends what nothing promises any more, and goes on when it is promised again', () => {
    const gone = tell(start, { at: '2026-01-07T08:00:00.000Z', cause: 'policy-changed', ticket: fresh, in: without });
    expect(gone.clocks.map(({ state }) => state)).toEqual(['stopped', 'stopped', 'stopped']);
    const back = tell(
      start,
      { at: '2026-01-07T08:00:00.000Z', cause: 'policy-changed', ticket: fresh, in: without },
      { at: '2026-01-07T09:00:00.000Z', cause: 'policy-changed', ticket: fresh },
    );
    expect(clock(back, 'sla-resolution')).toMatchObject({ state: 'running', consumed: hour });
  });

  it('that is made later counts from then', () =>
    expect(
      clock(
        tell({ ...start, in: without }, { at: '2026-03-04T08:00:00.000Z', cause: 'policy-changed', ticket: fresh }),
        'sla-resolution',
      ),
    ).toMatchObject({
      from: '2026-03-04T08:00:00.000Z',
    }));

  it('changes with the priority', () =>
    expect(
      clock(
        tell(start, begun, {
          at: '2026-01-07T09:00:00.000Z',
          cause: 'priority-changed',
          ticket: { ...working, priority: 'P1' },
        }),
        'sla-resolution',
      ),
    ).toMatchObject({
      target: 4 * hour,
      consumed: 2 * hour,
      due: '2026-01-07T11:00:00.000Z',
    }));
});
