import type { Chance } from './chance.ts';
import { desk, handover, higherTier, otherQueue, queuesOf, tierOf } from './desk.ts';
import type { Held, Step } from './acting.ts';

const secondsFromNow = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();

const resolution: Step = { command: 'resolve', body: { code: 'solved', solution: 'Renewed the certificate.' } };

/** Into a tier that routing finds the queue of, or into a queue by name. Undefined at the top. */
export const escalation = ({ queue }: Held, chance: Chance): Step | undefined => {
  const tier = higherTier(tierOf(queue) ?? '');
  if (tier === undefined) return undefined;
  const named = chance.happens(0.6) ? { queue: chance.pick(queuesOf(tier)) } : {};
  return { command: 'escalate', body: { tier, ...named, reason: 'It needs more than we know here.', handover } };
};

const transferral = ({ queue }: Held): Step | undefined => {
  const other = otherQueue(queue);
  return other === undefined ? undefined : { command: 'transfer', body: { queue: other, reason: 'It belongs there.' } };
};

/** It is about something else: runbook and promises follow, and it stays with who has it. */
export const recategorisation = (chance: Chance): Step => ({
  command: 'recategorise',
  body: { category: chance.pick(desk.categories).category, reason: 'It is about this.' },
});

const hold = (chance: Chance): Step => ({
  command: 'hold',
  body: { reason: 'VENDOR', until: secondsFromNow(chance.between(2, 9)) },
});

/** What is done with several tickets at once, by how often it is. */
export const bulkStep = (held: Held, chance: Chance): Step => {
  const name = chance.weighed({ claim: 2, note: 2, hold: 1, transfer: 1, recategorise: 1 });
  const claim = { command: 'claim', body: {} };
  switch (name) {
    case 'claim':
      return claim;
    case 'note':
      return { command: 'note', body: { text: 'All of them are about the same.' } };
    case 'hold':
      return hold(chance);
    case 'transfer':
      return transferral(held) ?? claim;
    case 'recategorise':
      return recategorisation(chance);
  }
};

export const missing = ['evidence', 'symptom', 'wrong-team'] as const;

/** What may be done next with a ticket of one's own, by how often it is. */
export const stepsFor = (held: Held, chance: Chance): Step | undefined => {
  if (held.state === 'PENDING') return { command: 'resume', body: {} };
  if (held.state === 'RESOLVED')
    return chance.happens(0.12) ? { command: 'reopen', body: { reason: 'It came back.' } } : undefined;
  if (held.state === 'ASSIGNED' && chance.happens(0.4)) return { command: 'start', body: {} };
  const name = chance.weighed({
    reply: 3,
    note: 2,
    hold: 1,
    transfer: 0.8,
    return: 0.6,
    release: 0.4,
    resolve: 3.2,
    cancel: 0.2,
    spam: 0.2,
    'notify-up': 0.2,
    recategorise: 0.6,
  });
  switch (name) {
    case 'reply':
      return { command: 'reply', body: { text: 'We are at it.' } };
    case 'note':
      return { command: 'note', body: { text: 'Looked at the log.' } };
    case 'hold':
      return hold(chance);
    case 'transfer':
      return transferral(held) ?? resolution;
    case 'return':
      return { command: 'return', body: { reason: 'Something is missing.', missing: chance.pick(missing) } };
    case 'release':
      return { command: 'release', body: {} };
    case 'cancel':
      return { command: 'cancel', body: { reason: 'Opened by mistake.' } };
    case 'spam':
      return { command: 'spam', body: {} };
    case 'notify-up':
      return { command: 'notify-up', body: { reason: 'The board meets in an hour.' } };
    case 'recategorise':
      return recategorisation(chance);
    case 'resolve':
      return resolution;
  }
};

/** Acts that can be taken back for some seconds. */
export const isUndoable = ({ command }: Step): boolean => ['hold', 'transfer', 'spam'].includes(command);
export const undo: Step = { command: 'undo', body: {} };
