import { allParts, type AbsencePart } from '@tierline/contracts';
import { absenceFaults } from './absence-faults.ts';
import { absenceAt, absenceOf, standInFor, type Absence } from './absences.ts';

const of = (personId: string) => ({ personId, source: 'desk' as const });
const away = (personId: string, deputy: string | null, from = '2026-07-01', until = '2026-07-10'): Absence =>
  absenceOf(of(personId), { from, until, ...(deputy !== null && { deputy }) }, 'Etc/UTC');
const at = '2026-07-05T10:00:00.000Z';
const stands = (...absences: Absence[]) => standInFor({ absences }, 'lea', at);

describe('the days of an absence', () => {
  it('are whole ones of its zone, the last one too, over a change of the clocks', () =>
    expect(absenceOf(of('lea'), { from: '2026-10-24', until: '2026-10-25' }, 'Europe/Berlin')).toMatchObject({
      from: '2026-10-23T22:00:00.000Z',
      until: '2026-10-25T23:00:00.000Z',
    }));
  it('are those of the zone that it names, and instants are what they are', () =>
    expect(
      absenceOf(of('lea'), { from: '2026-07-01', until: '2026-07-01T12:00:00+02:00', zone: 'Asia/Tokyo' }, 'Etc/UTC'),
    ).toMatchObject({ from: '2026-06-30T15:00:00.000Z', until: '2026-07-01T10:00:00.000Z' }));
  it('end with the last instant before its end', () => {
    const absences = [away('lea', null)];
    const isAway = (moment: string) => absenceAt({ absences }, 'lea', moment) !== null;
    expect(['2026-06-30T23:59:59.999Z', '2026-07-01T00:00:00.000Z'].map(isAway)).toEqual([false, true]);
    expect(['2026-07-10T23:59:59.999Z', '2026-07-11T00:00:00.000Z'].map(isAway)).toEqual([true, false]);
  });
});

describe('who stands for somebody', () => {
  it('is he or she, the deputy of who is away, or that one’s', () => {
    expect(stands()).toBe('lea');
    expect(stands(away('lea', 'tom'))).toBe('tom');
    expect(stands(away('lea', 'tom'), away('tom', 'una'))).toBe('una');
    expect(stands(away('lea', 'tom'), away('tom', 'una', '2026-08-01', '2026-08-02'))).toBe('tom');
  });
  it('is nobody where the chain ends with who is away, or goes round', () => {
    expect(stands(away('lea', null))).toBeNull();
    expect(stands(away('lea', 'tom'), away('tom', null))).toBeNull();
    expect(stands(away('lea', 'tom'), away('tom', 'una'), away('una', 'tom'))).toBeNull();
  });
});

describe('absences of a desk', () => {
  const lea = { personId: 'lea', from: '2026-07-01', until: '2026-07-10' };
  const tom = { personId: 'tom', from: '2026-07-09', until: '2026-07-20' };
  const faults = (...absences: AbsencePart[]) =>
    absenceFaults(absences.length, allParts({ absences })).map(({ path, message }) => `${path}: ${message}`);

  it.each<[string, string, AbsencePart[]]>([
    ['ends before it begins', 'absences.0.until', [{ ...lea, until: '2026-06-30' }]],
    ['no IANA time zone', 'absences.0.zone', [{ ...lea, zone: 'Hamburg' }]],
    ['lea is away from', 'absences.1.from', [lea, { ...lea, from: '2026-07-10T08:00:00Z', until: '2026-08-01' }]],
    ['cannot stand in for himself or herself', 'absences.0.deputy', [{ ...lea, deputy: 'lea' }]],
    [
      'from lea to tom to lea, all away',
      'absences.0.deputy',
      [
        { ...lea, deputy: 'tom' },
        { ...tom, deputy: 'lea' },
      ],
    ],
    [
      'from lea to tom to una to lea',
      'absences.0.deputy',
      [
        { ...lea, deputy: 'tom' },
        { ...tom, deputy: 'una' },
        { ...tom, personId: 'una', deputy: 'lea' },
      ],
    ],
  ])('are refused when one %s', (message, path, absences) =>
    expect(faults(...absences)).toContainEqual(expect.stringMatching(`${path}: .*${message}`)),
  );
  it('may name each other as deputies when they are away one after the other', () =>
    expect(faults({ ...lea, deputy: 'tom' }, { ...tom, from: '2026-07-11', deputy: 'lea' })).toEqual([]));
  it('count days by the first shift of who is away', () => {
    const agents = [{ agentId: 'lea', name: 'Lea', teams: [], shifts: ['tokyo'] }];
    const calendars = [{ calendar: 'tokyo', name: 'Tokyo', zone: 'Asia/Tokyo', hours: {} }];
    const [one, other] = [
      { ...lea, until: '2026-07-01' },
      { ...lea, from: '2026-07-01T16:00:00Z' },
    ];
    expect(absenceFaults(2, allParts({ absences: [one, other], agents, calendars }))).toEqual([]);
    expect(absenceFaults(2, allParts({ absences: [one, other] }))).toHaveLength(2);
  });
});
