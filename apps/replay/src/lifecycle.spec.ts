import { draftTicket } from './draft.ts';
import { faultOf } from './lifecycle.ts';
import type { Person, Standing, Step, Verb } from './step.ts';

const ana: Person = { id: 'ana', name: 'Ana', roles: ['agent'] };
const bo: Person = { id: 'bo', name: 'Bo', roles: ['agent'] };
const eve = { id: 'eve', name: 'Eve', roles: ['requester'], email: 'eve@log.example' } as const;
const opening = {
  ...{ subject: 's', description: 'd', category: 'c' },
  ...({ impact: 'low', urgency: 'low', channel: 'web' } as const),
};
const opened = () => draftTicket({ opener: eve, requester: eve, opening, queue: 'desk' });
const step = (by: Person, verb: Verb, then: Standing) => ({ by, command: { verb, body: {} }, then }) as Step;
const waiting: Standing = { state: 'QUEUED', queue: 'desk', owner: null };
const taken: Standing = { state: 'ASSIGNED', queue: 'desk', owner: 'ana' };
const worked: Standing = { ...taken, state: 'IN_PROGRESS' };

describe('the lifecycle of a ticket', () => {
  it('allows a whole way', () => {
    const draft = opened();
    draft.work(ana);
    draft.reply('Looking.');
    draft.hold(ana, { reason: 'CUSTOMER' });
    draft.answer('Here it is.');
    draft.transfer(ana, { queue: 'other', reason: 'theirs' });
    draft.resolve(bo, { code: 'solved', solution: 'done', lowerTierCouldHave: false });
    draft.reject('no');
    draft.resolve(bo, { code: 'solved', solution: 'done', lowerTierCouldHave: false });
    draft.confirm();
    expect(faultOf({ id: 'a', steps: draft.steps })).toBeUndefined();
    expect(draft.steps.map(({ command }) => command.verb).join(' ')).toBe(
      'open claim start reply hold answer transfer claim start resolve reject claim start resolve confirm',
    );
  });

  it.each<[string, Step[]]>([
    ['step 1: the first step does not open the ticket', [step(ana, 'claim', taken)]],
    ['step 2: a ticket in QUEUED takes no start', [...opened().steps, step(ana, 'start', worked)]],
    [
      'step 2: claim does not lead to RESOLVED',
      [...opened().steps, step(ana, 'claim', { ...taken, state: 'RESOLVED' })],
    ],
    ['step 2: only the first step opens the ticket', [...opened().steps, ...opened().steps]],
    ['step 3: start is for ana, not bo', [...opened().steps, step(ana, 'claim', taken), step(bo, 'start', worked)]],
    ['step 2: ASSIGNED needs an owner', [...opened().steps, step(ana, 'claim', { ...taken, owner: null })]],
    ['step 2: transfer changes the queue', [...opened().steps, step(ana, 'transfer', waiting)]],
    ['step 2: claim changes no queue', [...opened().steps, step(ana, 'claim', { ...taken, queue: 'other' })]],
  ])('does not allow: %s', (fault, steps) => expect(faultOf({ id: 'a', steps })).toBe(`a, ${fault}.`));
});
