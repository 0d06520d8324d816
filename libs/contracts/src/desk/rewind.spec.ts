import fc from 'fast-check';
import { allParts } from './document.ts';
import { deskDifferences, type DeskDifference } from './difference.ts';
import { rewound } from './rewind.ts';
import type { DeskParts } from './sorts.ts';

const team = (name: string, more: object = {}) => ({ team: name, name, ...more });
const rule = (name: string, priority = 'P1') => ({ name, then: { priority }, enabled: true, when: {} });
const desk = (teams: object[], rules: object[] = []) => allParts({ teams, rules } as unknown as Partial<DeskParts>);

const teamsOf = fc
  .uniqueArray(fc.record({ team: fc.constantFrom('a', 'b', 'c', 'd'), lead: fc.constantFrom('x', 'y', undefined) }), {
    selector: (one) => one.team,
  })
  .map((some) => some.map(({ team: name, lead }) => team(name, lead === undefined ? {} : { lead })));
const rulesOf = fc
  .uniqueArray(
    fc.record({ name: fc.constantFrom('a', 'order', 'c', 'd', 'e'), priority: fc.constantFrom('P1', 'P2') }),
    {
      selector: ({ name }) => name,
    },
  )
  .map((some) => some.map(({ name, priority }) => rule(name, priority)));
const desks = fc.tuple(teamsOf, rulesOf).map(([teams, rules]) => desk(teams, rules));
const byTeam = ({ teams, ...rest }: DeskParts) => ({
  ...rest,
  teams: teams.toSorted((one, other) => (one.team < other.team ? -1 : 1)),
});

describe('a desk as it was', () => {
  it('is told from how it is and from all changes since, its rules in their order', () =>
    fc.assert(
      fc.property(fc.array(desks, { minLength: 2, maxLength: 5 }), (states) => {
        const changes = states.slice(1).map((after, index) => deskDifferences(states[index]!, after));
        const { parts, unclear } = rewound(states.at(-1)!, changes.toReversed());
        expect(unclear).toEqual([]);
        expect(byTeam(parts)).toEqual(byTeam(states[0]!));
      }),
    ));

  it('is the same where nothing changed since', () =>
    expect(rewound(desk([team('a')]), [])).toEqual({ parts: desk([team('a')]), unclear: [] }));

  it('is not guessed where the place of a rule was not kept', () => {
    const changes = deskDifferences(desk([], [rule('a'), rule('b')]), desk([], [rule('b')])).map(
      ({ place: _, ...one }) => one,
    );
    expect(rewound(desk([], [rule('b')]), [changes]).unclear).toMatchObject([{ part: 'rules', id: 'a' }]);
  });

  it.each<[string, DeskParts]>([
    ['is gone', desk([])],
    ['is another', desk([team('a', { lead: 'z' })])],
  ])('is not guessed where a part %s without a change that says so', (_, now) => {
    const changes: DeskDifference[] = deskDifferences(desk([team('a')]), desk([team('a', { lead: 'x' })]));
    expect(rewound(now, [changes]).unclear).toMatchObject([{ part: 'teams', id: 'a' }]);
  });

  it('is not guessed where a part is there that went', () => {
    const changes = deskDifferences(desk([team('a')]), desk([]));
    expect(rewound(desk([team('a')]), [changes]).unclear).toMatchObject([{ part: 'teams', id: 'a' }]);
  });
});
