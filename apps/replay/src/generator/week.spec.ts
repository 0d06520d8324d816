import { people } from '@tierline/local';
import fc from 'fast-check';
import { faultOf } from '../lifecycle.ts';
import type { Plan } from '../step.ts';
import { companyDesk, requesters } from './company.ts';
import { topics } from './topics.ts';
import { generateDays } from './week.ts';

const desk = companyDesk(topics);
const rankOfQueue = (queue: string | null): number =>
  Number(desk.queues.find((one) => one.queue === queue)!.tier.slice(-1));
const teamsOf = (id: string): readonly string[] => desk.agents.find(({ agentId }) => agentId === id)?.teams ?? [];
const verbsOf = ({ steps }: Plan) => steps.map(({ command }) => command.verb);
const sum = (plans: readonly Plan[], verb: string): number =>
  plans.flatMap(verbsOf).filter((one) => one === verb).length;
const solvedAt = (plans: readonly Plan[], rank: number): number =>
  plans
    .flatMap(({ steps }) => steps)
    .filter(({ command, then }) => command.verb === 'resolve' && rankOfQueue(then.queue) === rank).length;
const days = fc.record({ seed: fc.nat(), days: fc.integer({ min: 1, max: 3 }) });

describe('generated days', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(generateDays({ seed: 5, days: 2 })).toEqual(generateDays({ seed: 5, days: 2 }));
    expect(generateDays({ seed: 5, days: 1 })).not.toEqual(generateDays({ seed: 6, days: 1 }));
  });

  it('have plans that the lifecycle of a ticket allows', () =>
    fc.assert(
      fc.property(days, (wanted) => {
        expect(generateDays(wanted).plans.flatMap((plan) => faultOf(plan) ?? [])).toEqual([]);
      }),
      { numRuns: 40 },
    ));

  it('are worked on by agents who are in the team of the queue', () =>
    fc.assert(
      fc.property(days, (wanted) => {
        for (const { steps } of generateDays(wanted).plans) {
          steps.forEach(({ by, command }, index) => {
            if (['open', 'answer', 'confirm', 'reject'].includes(command.verb)) return;
            expect(teamsOf(by.id)).toContain(steps[index - 1]!.then.queue);
          });
        }
      }),
      { numRuns: 20 },
    ));

  it('are counted as they are', () =>
    fc.assert(
      fc.property(days, (wanted) => {
        const { plans, count } = generateDays(wanted);
        const tops = plans.map(({ steps }) => Math.max(...steps.map(({ then }) => rankOfQueue(then.queue))));
        expect(count).toEqual({
          cases: plans.length,
          up: sum(plans, 'escalate'),
          down: sum(plans, 'return'),
          sideways: sum(plans, 'transfer'),
          resolved: plans.filter((plan) => verbsOf(plan).includes('resolve')).length,
          solutions: { 1: solvedAt(plans, 1), 2: solvedAt(plans, 2), 3: solvedAt(plans, 3) },
          reopenings: sum(plans, 'reject'),
          reopened: plans.filter((plan) => verbsOf(plan).includes('reject')).length,
          closed: sum(plans, 'confirm'),
          cancelled: sum(plans, 'cancel'),
          highest: {
            1: tops.filter((top) => top === 1).length,
            2: tops.filter((top) => top === 2).length,
            3: tops.filter((top) => top === 3).length,
          },
        });
      }),
      { numRuns: 20 },
    ));

  it('are solved mostly at tier 1, seldom at tier 3', () => {
    const { plans } = generateDays({ seed: 11, days: 60 });
    const solved = plans.filter((plan) => verbsOf(plan).includes('resolve'));
    const share = (rank: number) =>
      solved.filter(({ steps }) => rankOfQueue(steps.at(-1)!.then.queue) === rank).length / solved.length;
    expect(share(1)).toBeGreaterThan(0.58);
    expect(share(1)).toBeLessThan(0.72);
    expect(share(2)).toBeGreaterThan(0.2);
    expect(share(3)).toBeGreaterThan(0.05);
    expect(share(3)).toBeLessThan(0.15);
  });

  it.each([0, 1, 2, 3])('leave work in every state on the last evening (seed %i)', (seed) => {
    const { plans } = generateDays({ seed, days: 1 });
    const last = plans.map(({ steps }) => ({ ...steps.at(-1)!.then, opened: steps[0]! }));
    const waiting = last.filter(({ state }) => state === 'QUEUED').map(({ queue }) => rankOfQueue(queue));
    expect(new Set(waiting)).toEqual(new Set([1, 2, 3]));
    for (const state of ['ASSIGNED', 'IN_PROGRESS', 'PENDING', 'RESOLVED', 'CLOSED'])
      expect(last.map((ticket) => ticket.state)).toContain(state);
  });

  it.each([0, 1, 2, 3])('leave a solution to confirm and a question to answer for Anna Berg (seed %i)', (seed) => {
    const ofAnna = generateDays({ seed, days: 1 }).plans.filter(({ steps: [first] }) => {
      const { requester } = first!.command.body as { requester?: { id: string } };
      return (requester?.id ?? first!.by.id) === 'anna.berg';
    });
    const states = ofAnna.map(({ steps }) => steps.at(-1)!.then.state);
    expect(states).toEqual(expect.arrayContaining(['RESOLVED', 'QUEUED', 'PENDING']));
  });
});

describe('the company', () => {
  it('has the people as whom one can look at it', () => {
    expect(requesters.map(({ id }) => id)).toContain(people['requester']?.subject);
    expect(teamsOf(people['tier1-agent']!.subject)).toEqual(['service-desk']);
    expect(teamsOf(people['tier2-agent']!.subject).map(rankOfQueue)).toEqual([2, 2]);
    expect(teamsOf(people['tier3-agent']!.subject).map(rankOfQueue)).toEqual([3, 3]);
    expect(teamsOf(people['lead']!.subject)).toEqual(['service-desk']);
  });

  it('has at least four stories in each category, each told differently', () => {
    for (const { stories } of topics) expect(stories.length).toBeGreaterThanOrEqual(4);
    const subjects = topics.flatMap(({ stories }) => stories.map(({ subject }) => subject));
    expect(new Set(subjects).size).toBe(subjects.length);
  });

  it('has what a hand-over to tier 3 needs wherever a story may get there', () => {
    const thin = topics.filter(({ third, stories }) => third && stories.some(({ finding }) => !finding));
    expect(thin).toEqual([]);
  });
});
