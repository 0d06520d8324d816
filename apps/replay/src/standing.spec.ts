import { hasLanded, isAsPlanned, type SeenTicket } from './standing.ts';
import type { Person, Standing, Step } from './step.ts';

const by: Person = { id: 'ana', name: 'Ana', roles: ['agent'] };
const waiting: Standing = { state: 'QUEUED', queue: 'desk', owner: null };
const seen = (given: Partial<SeenTicket>): SeenTicket => ({
  ...waiting,
  counts: { escalations: 0, reopens: 0 },
  timeline: [],
  ...given,
});
const rejection: Step = { by, command: { verb: 'reject', body: { reason: 'no' } }, then: waiting };
const confirmation: Step = { by, command: { verb: 'confirm', body: {} }, then: { ...waiting, state: 'CLOSED' } };
const answer: Step = { by, command: { verb: 'answer', body: { text: 'yes' } }, then: waiting };
const opening = { by, command: { verb: 'open', body: {} }, then: waiting } as Step;
const escalation = { by, command: { verb: 'escalate', body: {} }, then: waiting } as Step;

describe('a ticket', () => {
  it('stands as planned when state, queue and owner do', () => {
    expect(isAsPlanned(waiting, opening)).toBe(true);
    expect(isAsPlanned({ ...waiting, owner: 'bo' }, opening)).toBe(false);
  });
});

describe('the effect of a command', () => {
  it('is there after an opening, once there is a queue', () => {
    expect(hasLanded(seen({ state: 'NEW', queue: null }), [opening])).toBe(false);
    expect(hasLanded(seen({ state: 'CLOSED' }), [opening])).toBe(true);
  });

  it('is there after an escalation, once that many are counted and there is a queue', () => {
    const counts = { escalations: 1, reopens: 0 };
    expect(hasLanded(seen({ counts, queue: null }), [opening, escalation])).toBe(false);
    expect(hasLanded(seen({ counts }), [opening, escalation])).toBe(true);
    expect(hasLanded(seen({ counts }), [opening, escalation, escalation])).toBe(false);
  });

  it('is there after a rejection, once that many reopenings are counted, whatever came after', () => {
    expect(hasLanded(seen({ state: 'RESOLVED' }), [rejection])).toBe(false);
    expect(hasLanded(seen({ state: 'RESOLVED', counts: { escalations: 0, reopens: 1 } }), [rejection])).toBe(true);
  });

  it('is there after an answer, once the desk has it', () => {
    expect(hasLanded(seen({ timeline: [{ kind: 'opened' }] }), [answer])).toBe(false);
    expect(hasLanded(seen({ timeline: [{ kind: 'requester-replied' }] }), [answer])).toBe(true);
  });

  it('is there after a confirmation, once the ticket is not resolved any more', () => {
    expect(hasLanded(seen({ state: 'RESOLVED' }), [confirmation])).toBe(false);
    expect(hasLanded(seen({ state: 'CLOSED' }), [confirmation])).toBe(true);
  });
});
