import { deskOf } from './desk.ts';
import { casesOf } from './testing/log-sample.ts';

describe('the desk of a log', () => {
  const cases = casesOf(['works Ana @ Desk', 'works Bo @ Mail 2nd', 'works Ana @ Mail 2nd', 'works Cy Li @ Disks 3rd']);
  const { desk, queueOf, agentOf } = deskOf(cases);

  it('has a queue for each team at the tier that its name ends with', () =>
    expect(desk.queues).toEqual([
      { queue: 'desk', name: 'Desk', tier: 'tier-1', team: 'desk' },
      { queue: 'mail-2nd', name: 'Mail 2nd', tier: 'tier-2', team: 'mail-2nd' },
      { queue: 'disks-3rd', name: 'Disks 3rd', tier: 'tier-3', team: 'disks-3rd' },
    ]));

  it('has the tiers that the log has, each with its first queue as the default', () => {
    expect(desk.tiers.map(({ tier, rank, defaultQueue }) => [tier, rank, defaultQueue])).toEqual([
      ['tier-1', 1, 'desk'],
      ['tier-2', 2, 'mail-2nd'],
      ['tier-3', 3, 'disks-3rd'],
    ]);
    expect(deskOf(casesOf(['works Bo @ Mail 2nd'])).desk.tiers.map(({ rank }) => rank)).toEqual([2]);
  });

  it('has every person in all teams in which he or she appears', () =>
    expect(desk.agents).toEqual([
      { agentId: 'Ana', name: 'Ana', teams: ['desk', 'mail-2nd'] },
      { agentId: 'Bo', name: 'Bo', teams: ['mail-2nd'] },
      { agentId: 'Cy-Li', name: 'Cy Li', teams: ['disks-3rd'] },
    ]));

  it('has a category for each team that leads to its queue', () =>
    expect(desk.categories[1]).toEqual({
      category: 'mail-2nd',
      name: 'Mail 2nd',
      type: 'incident',
      tier: 'tier-2',
      queue: 'mail-2nd',
    }));

  it('tells how the names of the log are called there', () => {
    expect(queueOf('Disks 3rd')).toBe('disks-3rd');
    expect(agentOf('Cy Li')).toEqual({ id: 'Cy-Li', name: 'Cy Li', roles: ['agent'] });
  });
});

describe('names that cannot be told apart', () => {
  it.each([
    ['teams', ['works Ana @ G 1', 'works Ana @ G-1'], '"G-1" and "G 1" would both be called "g-1"'],
    ['people', ['works Cy Li @ Desk', 'works Cy-Li @ Desk'], '"Cy-Li" and "Cy Li" would both be called "Cy-Li"'],
    ['a team without a letter', ['works Ana @ ???'], 'has no letter or digit'],
  ])('are refused: %s', (_, story, message) => expect(() => deskOf(casesOf(story))).toThrow(message));

  it('do not include names that differ in an accent only', () =>
    expect(deskOf(casesOf(['works Andrés @ Desk', 'works Andres @ Desk'])).desk.agents).toHaveLength(2));
});
