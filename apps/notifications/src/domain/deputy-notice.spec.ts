import { deputedIn, deputyNews, withdrawnIn, withdrawnNews } from './deputy-notice.ts';

const now = '2026-12-28T08:00:00.000Z';
const christmas = { from: '2026-12-21', until: '2027-01-03', deputy: 'tom' };

it('is for whom an absence names that is not over', () => {
  expect(
    deputedIn(
      [
        christmas,
        { from: '2026-12-21', until: '2026-12-26', deputy: 'tom' },
        { from: '2026-12-21', until: '2026-12-27', deputy: 'una' },
        { from: '2026-12-28T06:00:00Z', until: '2026-12-28T08:00:00Z', deputy: 'tom' },
        { from: '2027-02-01', until: '2027-02-02' },
      ],
      now,
    ).map(({ until, deputy }) => [until, deputy]),
  ).toEqual([
    ['2027-01-03', 'tom'],
    ['2026-12-27', 'una'],
  ]);
});

it('says for whom, and from when to when', () => {
  const days = deputyNews({ ...christmas, personId: 'lea', name: 'Lea Fischer' });
  expect(days.title).toBe('You stand in for Lea Fischer from 2026-12-21 to 2027-01-03');
  expect(days.text).toContain('Lea Fischer is away from 2026-12-21 to 2027-01-03, and you are named as deputy.');
  const hours = { from: '2026-12-28T10:00:00+02:00', until: '2026-12-28T12:30:00+02:00', deputy: 'tom' };
  expect(deputyNews({ ...hours, personId: 'lea', name: null }).title).toBe(
    'You stand in for lea from 2026-12-28 08:00 UTC to 2026-12-28 10:30 UTC',
  );
});

describe('a deputy does not stand in after all', () => {
  const shorter = { ...christmas, until: '2026-12-30' };
  it('when nobody says so any more, or another stands in', () => {
    expect(withdrawnIn([christmas], [], now)).toEqual([christmas]);
    expect(withdrawnIn([christmas], [{ ...christmas, deputy: 'una' }], now)).toEqual([christmas]);
    expect(withdrawnIn([christmas], [{ ...christmas, from: '2027-01-04', until: '2027-01-05' }], now)).toEqual([
      christmas,
    ]);
  });
  it('but not when it is for a part of the time, or another says so too', () => {
    expect(withdrawnIn([christmas], [shorter], now)).toEqual([]);
    expect(
      withdrawnIn([christmas], [{ ...christmas, from: '2027-01-03T09:00:00Z', until: '2027-02-01' }], now),
    ).toEqual([]);
  });
  it('nor when it is over', () => expect(withdrawnIn([{ ...christmas, until: '2026-12-26' }], [], now)).toEqual([]));
  it('and is told for whom, and when', () =>
    expect(withdrawnNews({ ...christmas, personId: 'lea', name: 'Lea Fischer' })).toEqual({
      title: 'You no longer stand in for Lea Fischer from 2026-12-21 to 2027-01-03',
      text: 'You were named as deputy of Lea Fischer from 2026-12-21 to 2027-01-03. That is withdrawn.',
    }));
});
