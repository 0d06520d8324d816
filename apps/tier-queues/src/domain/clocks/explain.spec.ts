import { evolveClock, type Clock, type ClockEntry } from './clock.ts';
import { alwaysOpen, hamburg } from './examples.ts';
import { explain } from './explain.ts';
import { ledgerForRequester } from './ledger.ts';
import { breach, overrun, pause, resume, retarget, startClock, stop, warn, type Terms } from './running.ts';
import { durationWords, hoursWords } from './wording.ts';

const hour = 3_600_000;
const gold: Terms = {
  policy: { id: 'gold', version: 3 },
  calendar: hamburg,
  target: 4 * hour,
  warnings: [50],
  why: 'Gold: organisation acme',
};
const start = startClock({ kind: 'sla-resolution', about: null, from: '2026-01-07T07:00:00Z' }, gold, {
  at: '2026-01-07T07:00:05Z',
  cause: 'opened',
});

type Act = (clock: Clock) => readonly ClockEntry[];
const ledger = (...acts: readonly Act[]) =>
  acts.reduce<readonly ClockEntry[]>(
    (entries, act) => [...entries, ...act(entries.reduce<Clock | null>(evolveClock, null)!)],
    start,
  );

const hold: Act = (clock) => pause(clock, hamburg, { at: '2026-01-07T10:10:00Z', cause: 'held-customer' });
const goOn: Act = (clock) => resume(clock, hamburg, { at: '2026-01-08T14:15:00Z', cause: 'requester-replied' });

describe('the explanation of a deadline', () => {
  it('calls the policy by its name, and one that is gone by its id', () => {
    const line = (name: string) =>
      `Promised by Gold: organisation acme (policy ${name}, version 3; calendar hamburg, version 7).`;
    expect(explain(start, [hamburg], [{ id: 'gold', name: 'Gold for Acme' }])[2]).toBe(line('Gold for Acme'));
    expect(explain(start, [hamburg], [{ id: 'silver', name: 'Silver' }])[2]).toBe(line('gold'));
  });

  it('says when, what, by whom, and what happened so far', () =>
    expect(explain(ledger(hold, goOn), [hamburg])).toEqual([
      'Due Thu 8 Jan 16:05 (Europe/Berlin).',
      'Solution within 4 h of working time: Mon–Fri 08:00–12:00 and 13:00–17:00.',
      'Promised by Gold: organisation acme (policy gold, version 3; calendar hamburg, version 7).',
      'Counts from Wed 7 Jan 08:00: the ticket was opened.',
      '3 h 10 min used before it was put on hold on Wed 7 Jan 11:10: an answer of the requester is needed.',
      'Went on from Thu 8 Jan 15:15, after 11 h 5 min of working time on hold: the requester wrote.',
    ]));

  it.each([
    ['sla-resolution', 'Counts from Wed 7 Jan 08:00: the ticket was opened.'],
    ['sla-next-response', 'Counts from Wed 7 Jan 08:00: the requester wrote.'],
    ['ola-waiting', 'Counts from Wed 7 Jan 08:00: it came to the team.'],
  ] as const)('says what a %s counts from, not when that was noted', (kind, line) => {
    const noted = startClock({ kind, about: null, from: '2026-01-07T07:00:00Z' }, gold, {
      at: '2026-01-07T07:00:20Z',
      cause: 'queued',
    });
    expect(explain(noted, [hamburg])[3]).toBe(line);
  });

  it('says what is left while it is on hold', () =>
    expect(explain(ledger(hold), [hamburg])[0]).toBe(
      'On hold since Wed 7 Jan 11:10 (Europe/Berlin); 50 min are left when it goes on.',
    ));

  it('still says since when it is on hold after the promise changed meanwhile', () => {
    const change: Act = (clock) =>
      retarget(clock, hamburg, { ...gold, target: 8 * hour }, { at: '2026-01-07T13:00:00Z', cause: 'policy-changed' });
    expect(explain(ledger(hold, change), [hamburg])[0]).toBe(
      'On hold since Wed 7 Jan 11:10 (Europe/Berlin); 4 h 50 min are left when it goes on.',
    );
  });

  it('tells of a vendor by the contract with it', () => {
    const contract: Terms = { ...gold, why: 'Contract with Contoso: vendor Contoso', calendar: alwaysOpen };
    const asked = startClock({ kind: 'uc-vendor', about: 'Contoso', from: '2026-01-07T10:00:00Z' }, contract, {
      at: '2026-01-07T10:00:00Z',
      cause: 'held-vendor',
    });
    expect(explain(asked, [alwaysOpen])).toEqual([
      'Due Wed 7 Jan 14:00 (Etc/UTC).',
      'Answer of the vendor within 4 h of working time: at any hour of any day.',
      'Promised by Contract with Contoso: vendor Contoso (policy gold, version 3; calendar always, version 1).',
      'Counts from Wed 7 Jan 10:00: it waits for a vendor.',
    ]);
  });

  it('tells its requester the promise and the story, and nothing of how the desk reminds itself', () => {
    const whole = ledger(
      (clock) => warn(clock, hamburg, 50, '2026-01-07T09:00:00Z'),
      (clock) => breach(clock, hamburg, '2026-01-07T11:00:00.800Z'),
      (clock) => overrun({ ...clock, steps: [150] }, hamburg, '2026-01-07T14:00:00Z'),
    );
    const shown = ledgerForRequester(whole);
    expect(explain(shown, [hamburg])).toEqual([
      'Was due Wed 7 Jan 12:00 (Europe/Berlin) and is late.',
      'Solution within 4 h of working time: Mon–Fri 08:00–12:00 and 13:00–17:00.',
      'Promised by the service agreement (policy gold, version 3; calendar hamburg, version 7).',
      'Counts from Wed 7 Jan 08:00: the ticket was opened.',
      'Missed on Wed 7 Jan 12:00.',
    ]);
    expect(shown.map(({ type }) => type)).toEqual(['started', 'breached']);
    expect(JSON.stringify(shown)).not.toMatch(/acme|Gold|\b50\b|150/);
  });

  it('names the days on the way that are not as usual', () => {
    const slow = startClock(
      { kind: 'sla-resolution', about: null, from: '2026-12-23T08:00:00Z' },
      { ...gold, target: 16 * hour },
      { at: '2026-12-23T08:00:00Z', cause: 'opened' },
    );
    expect(explain(slow, [hamburg])).toEqual(
      expect.arrayContaining([
        'Due Mon 28 Dec 14:00 (Europe/Berlin).',
        'Other hours on the way: Thu 24 Dec open 08:00–12:00 (Heiligabend); Fri 25 Dec closed (1. Weihnachtstag).',
      ]),
    );
  });

  it('tells a warning, a miss, another promise and the end', () => {
    const late = ledger(
      (clock) => warn(clock, hamburg, 50, '2026-01-07T09:00:00Z'),
      (clock) => breach(clock, hamburg, '2026-01-07T11:00:00.800Z'),
      (clock) =>
        retarget(
          clock,
          hamburg,
          { ...gold, target: 8 * hour },
          { at: '2026-01-07T12:00:00Z', cause: 'priority-changed' },
        ),
      (clock) => stop(clock, hamburg, { at: '2026-01-07T14:00:00Z', cause: 'resolved' }, 'reached'),
      (clock) => resume(clock, hamburg, { at: '2026-01-08T14:00:00Z', cause: 'requester-rejected' }),
    );
    expect(explain(late, [hamburg]).slice(4)).toEqual([
      'Warned on Wed 7 Jan 10:00: 50 % used.',
      'Missed on Wed 7 Jan 12:00.',
      'Since Wed 7 Jan 13:00 the target is 8 h, with 4 h used: its priority changed.',
      '6 h used until Wed 7 Jan 15:00: it was solved.',
      'Counts again from Thu 8 Jan 15:00, with 6 h used: the requester said that it is not solved.',
    ]);
  });

  const at = '2026-01-07T13:00:00Z';
  it.each<[string, readonly Act[]]>([
    ['Was due Wed 7 Jan 12:00 (Europe/Berlin) and is late.', [(clock) => breach(clock, hamburg, at)]],
    [
      'On hold since Wed 7 Jan 14:00 (Europe/Berlin); it was late before.',
      [(clock) => pause(clock, hamburg, { at, cause: 'held-vendor' })],
    ],
    [
      'Reached on Wed 7 Jan 14:00 (Europe/Berlin), too late.',
      [(clock) => stop(clock, hamburg, { at, cause: 'resolved' }, 'reached')],
    ],
    [
      'Ended on Wed 7 Jan 14:00 (Europe/Berlin) without a result.',
      [(clock) => stop(clock, hamburg, { at, cause: 'merged' }, 'given-up')],
    ],
    [
      'Ended on Wed 7 Jan 11:10 (Europe/Berlin) without a result.',
      [(clock) => stop(clock, hamburg, { at: '2026-01-07T10:10:00Z', cause: 'cancelled' }, 'given-up')],
    ],
    [
      'Kept on Wed 7 Jan 11:10 (Europe/Berlin).',
      [(clock) => stop(clock, hamburg, { at: '2026-01-07T10:10:00Z', cause: 'resolved' }, 'reached')],
    ],
  ])('begins with "%s"', (line, acts) => expect(explain(ledger(...acts), [hamburg])[0]).toBe(line));

  it('needs the calendar that was counted by, and entries', () => {
    expect(() => explain(start, [alwaysOpen])).toThrow(expect.objectContaining({ code: 'calendar_unknown' }));
    expect(() => explain([], [hamburg])).toThrow(RangeError);
  });
});

describe('words', () => {
  it.each([
    [0, '0 min'],
    [59_999, 'less than 1 min'],
    [11_400_000, '3 h 10 min'],
    [7_200_000, '2 h'],
    [2_700_000, '45 min'],
  ])('has %p ms as %s', (milliseconds, words) => expect(durationWords(milliseconds)).toBe(words));

  it('has hours by runs of equal days', () => {
    const day = [{ from: '09:00', to: '17:00' }];
    expect(hoursWords(alwaysOpen)).toBe('at any hour of any day');
    expect(
      hoursWords({
        ...hamburg,
        hours: { monday: day, wednesday: day, thursday: day, sunday: [{ from: '22:00', to: '06:00' }] },
      }),
    ).toBe('Mon 09:00–17:00, Wed–Thu 09:00–17:00, Sun 22:00–06:00');
  });
});
