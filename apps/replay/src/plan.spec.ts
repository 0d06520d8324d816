import fc from 'fast-check';
import { deskOf } from './desk.ts';
import { faultOf } from './lifecycle.ts';
import { casesOf } from './testing/log-sample.ts';
import { planCase } from './plan.ts';
import type { Step } from './step.ts';

const stepsOf = (...events: string[]): readonly Step[] => {
  const cases = casesOf(events);
  const plan = planCase(cases[0]!, deskOf(cases));
  expect(faultOf(plan)).toBeUndefined();
  return plan.steps;
};
/** The commands as `verb by`, the opening left out. */
const toldOf = (...events: string[]): string[] =>
  stepsOf(...events)
    .slice(1)
    .map(({ by, command }) => `${command.verb} ${by.id}`);
const bodyOf = (steps: readonly Step[], verb: string): unknown =>
  steps.find(({ command }) => command.verb === verb)?.command.body;

describe('the plan of a case', () => {
  it('opens the ticket in the category of the first team, as a person of the country', () => {
    const [first] = stepsOf('works Ana @ Mail 2nd');
    expect(first).toMatchObject({
      by: { id: 'people.sweden', roles: ['requester'] },
      command: { verb: 'open', body: { category: 'mail-2nd', channel: 'web', impact: 'low' } },
      then: { state: 'QUEUED', queue: 'mail-2nd', owner: null },
    });
  });

  it('opens it as an alarm where nobody has it in hand yet', () =>
    expect(stepsOf('queued Ana @ Desk')[0]).toMatchObject({
      by: { id: 'monitoring' },
      command: { body: { channel: 'monitoring', requester: { id: 'people.sweden' } } },
    }));

  it('claims and starts, holds, goes on, and resolves', () =>
    expect(toldOf('works Ana @ Desk', 'waits Ana @ Desk', 'works Ana @ Desk', 'closed Ana @ Desk')).toEqual([
      'claim Ana',
      'start Ana',
      'hold Ana',
      'resume Ana',
      'resolve Ana',
    ]));

  it('leaves a ticket alone that goes on as it was', () =>
    expect(
      toldOf('works Ana @ Desk', 'works Ana @ Desk', 'assigned Ana @ Desk', 'waits Ana @ Desk', 'waits Ana @ Desk'),
    ).toEqual(['claim Ana', 'start Ana', 'hold Ana']));

  it('gives a ticket back before somebody else takes it', () =>
    expect(toldOf('waits Ana @ Desk', 'assigned Bo @ Desk', 'queued Cy @ Desk', 'works Cy @ Desk')).toEqual([
      ...['claim Ana', 'start Ana', 'hold Ana', 'resume Ana', 'release Ana'],
      ...['claim Bo', 'release Bo', 'claim Cy', 'start Cy'],
    ]));

  it('escalates with a hand-over that has what the tier needs', () => {
    const steps = stepsOf('works Ana @ Desk', 'queued Ana @ Mail 2nd', 'works Bo @ Disks 3rd');
    expect(steps.slice(3).map(({ by, command }) => `${command.verb} ${by.id}`)).toEqual([
      'escalate Ana',
      'escalate Ana',
      'claim Bo',
      'start Bo',
    ]);
    const [second, third] = steps.slice(3, 5).map(({ command }) => command.body as { handover: object });
    expect(second).toMatchObject({ tier: 'tier-2', queue: 'mail-2nd' });
    expect(Object.keys(second!.handover)).toEqual(['symptom', 'since', 'affected', 'tried', 'reach', 'asked']);
    expect(Object.keys(third!.handover)).toEqual(expect.arrayContaining(['analysis', 'hypothesis']));
  });

  it('returns to the team that the log names', () =>
    expect(bodyOf(stepsOf('works Ana @ Disks 3rd', 'works Bo @ Desk'), 'return')).toEqual({
      queue: 'desk',
      reason: 'Disks 3rd hands over to Desk',
      missing: 'wrong-team',
    }));

  it('transfers between teams of a tier, also out of a hold', () =>
    expect(toldOf('waits Ana @ Mail 2nd', 'works Bo @ Web 2nd')).toEqual([
      ...['claim Ana', 'start Ana', 'hold Ana', 'transfer Ana', 'claim Bo', 'start Bo'],
    ]));

  it('lets the requester reject a solution that the log works on after, also in another team', () =>
    expect(toldOf('closed Ana @ Mail 2nd', 'works Ana @ Mail 2nd', 'closed Ana @ Mail 2nd', 'works Bo @ Desk')).toEqual(
      [
        ...['claim Ana', 'start Ana', 'resolve Ana', 'reject people.sweden'],
        ...['claim Ana', 'start Ana', 'resolve Ana', 'reject people.sweden', 'return Ana', 'claim Bo', 'start Bo'],
      ],
    ));

  it('cancels where that is the end, and notes it where it is not', () => {
    expect(toldOf('works Ana @ Desk', 'cancelled Ana @ Desk')).toEqual(['claim Ana', 'start Ana', 'cancel Ana']);
    expect(toldOf('works Ana @ Desk', 'cancelled Ana @ Desk', 'works Bo @ Desk')).toEqual([
      ...['claim Ana', 'start Ana', 'note Ana', 'release Ana', 'claim Bo', 'start Bo'],
    ]);
  });

  it('notes a status that the log does not name', () =>
    expect(toldOf('unmatched Ana @ Desk', 'closed Ana @ Desk')).toEqual([
      'note Ana',
      'claim Ana',
      'start Ana',
      'resolve Ana',
    ]));

  it.each([
    ['Desk', 'CUSTOMER'],
    ['Disks 3rd', 'VENDOR'],
  ])('holds in %s for the %s, where the log does not say for whom', (team, reason) =>
    expect(bodyOf(stepsOf(`waits Ana @ ${team}`), 'hold')).toMatchObject({ reason }),
  );
});

describe('any log', () => {
  const event = fc
    .tuple(
      fc.constantFrom('queued', 'assigned', 'works', 'waits', 'closed', 'cancelled', 'unmatched'),
      fc.constantFrom('Ana', 'Bo', 'Cy'),
      fc.constantFrom('Desk', 'Mail 2nd', 'Web 2nd', 'Disks 3rd'),
    )
    .map(([kind, resource, team]) => `${kind} ${resource} @ ${team}`);

  it('is planned in steps that the lifecycle of a ticket allows', () =>
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 30 }), (events) => void stepsOf(...events)),
      { numRuns: 500 },
    ));

  it('is planned in as many moves up, down and sideways as it has', () =>
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 30 }), (events) => {
        const ranks = events.map((text) => (text.endsWith('2nd') ? 2 : text.endsWith('3rd') ? 3 : 1));
        const verbs = stepsOf(...events).map(({ command }) => command.verb);
        const ups = ranks.filter((rank, index) => index > 0 && rank > ranks[index - 1]!).length;
        const downs = ranks.filter((rank, index) => index > 0 && rank < ranks[index - 1]!).length;
        expect(verbs.filter((verb) => verb === 'escalate')).toHaveLength(ups);
        expect(verbs.filter((verb) => verb === 'return')).toHaveLength(downs);
      }),
      { numRuns: 300 },
    ));
});
