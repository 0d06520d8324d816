import { parseLog, tierOf } from './log.ts';
import { aRow, logOf } from './testing/log-sample.ts';

describe('a log', () => {
  it('is read as cases in the order of the file, each with its rows in their order', () => {
    const cases = parseLog(
      logOf(
        aRow({ caseId: '1-7', team: 'Desk', resource: 'Ana' }),
        aRow({ caseId: '1-3', team: 'Mail 2nd', resource: 'Bo' }),
        aRow({ caseId: '1-7', team: 'Disks 3rd', resource: 'Cy', status: 'Completed', transition: 'Closed' }),
      ),
    );
    expect(cases.map(({ id, rows }) => [id, rows.map(({ team, tier, status }) => [team, tier, status])])).toEqual([
      [
        '1-7',
        [
          ['Desk', 1, 'in-progress'],
          ['Disks 3rd', 3, 'closed'],
        ],
      ],
      ['1-3', [['Mail 2nd', 2, 'in-progress']]],
    ]);
  });

  it('tells whom a wait is for, where it says so', () => {
    const cases = parseLog(logOf(aRow({ transition: 'Wait' }), aRow({ transition: 'Wait - Vendor' })));
    expect(cases[0]?.rows.map(({ status, waitsFor }) => [status, waitsFor])).toEqual([
      ['wait', null],
      ['wait', 'Vendor'],
    ]);
  });

  it('may have a byte order mark, further columns and empty lines', () => {
    const [head, ...rest] = logOf(aRow({})).split('\n');
    const text = `\uFEFF${head},Extra\n\n${rest.map((line) => (line ? `${line},x` : line)).join('\n')}`;
    expect(parseLog(text)).toHaveLength(1);
  });

  it.each([
    ['Desk', 1],
    ['Mail 2nd', 2],
    ['Disks 3rd', 3],
    ['2nd Desk', 1],
  ])('finds the tier of team %s by the ending: %i', (team, tier) => expect(tierOf(team)).toBe(tier));
});

describe('a file that is no such log', () => {
  it.each([
    ['no event', logOf(), 'Line 1: the log has no event.'],
    ['nothing at all', '', 'Line 1: the log has no event.'],
    ['a missing column', logOf(aRow({})).replace('impact', 'weight'), 'Line 1: the column "impact" is missing.'],
    [
      'an unknown status',
      logOf(aRow({}), aRow({ transition: 'Asleep' })),
      'Line 3, column "lifecycle:transition": "Accepted/Asleep" is not a known status.',
    ],
    [
      'an unknown impact',
      logOf(aRow({ impact: 'Huge' })),
      'Line 2, column "impact": "Huge" is none of Low, Medium, High, Major.',
    ],
    ['a wrong time', logOf(aRow({ at: 'noon' })), 'Line 2, column "Complete Timestamp": "noon" is not a time.'],
    ['an empty team', logOf(aRow({ team: '' })), 'Line 2, column "organization involved": is empty.'],
    ['a short line', `${logOf(aRow({}))}1-1,Ana\n`, 'Line 3: '],
  ])('is refused for %s, naming the line and the column', (_, text, message) =>
    expect(() => parseLog(text)).toThrow(message),
  );
});
