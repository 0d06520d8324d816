import type { Bodies, Command, Opening, Person, Requester, Standing, Step, Verb } from './step.ts';

/** Who opens a ticket, for whom, with what, and the queue that routing is expected to choose. */
export type Start = {
  readonly opener: Person;
  readonly requester: Requester;
  readonly opening: Omit<Opening, 'requester'>;
  readonly queue: string;
};

/** The steps of one ticket while they are being written; it knows where the ticket stands after them. */
export type Draft = ReturnType<typeof draftTicket>;

const openingStep = ({ opener, requester, opening, queue }: Start): Step => {
  const { id, name, email } = requester;
  const body = opener.id === id ? opening : { ...opening, requester: { id, name, email } };
  return { by: opener, command: { verb: 'open', body }, then: { state: 'QUEUED', queue, owner: null } };
};

/** Returns of one ticket that an agent may make; beyond them it is a decision of a lead. */
const bounceLimit = 2;

const asLead = (person: Person): Person => ({ ...person, roles: ['lead'] });

/** Starts the steps of a ticket with its opening. */
export const draftTicket = (start: Start) => {
  const { requester } = start;
  const steps: Step[] = [openingStep(start)];
  let owner: Person | null = null;
  let returns = 0;
  const standing = (): Standing => steps.at(-1)!.then;

  const add = <V extends Verb>(by: Person, verb: V, body: Bodies[V], change: Partial<Standing> = {}): void => {
    const then = { ...standing(), ...change };
    if (then.owner === null) owner = null;
    steps.push({ by, command: { verb, body } as Command, then });
  };
  const ofOwner = <V extends Verb>(verb: V, body: Bodies[V], change: Partial<Standing> = {}): void => {
    if (!owner) throw new Error(`nobody owns the ticket that is to ${verb}`);
    add(owner, verb, body, change);
  };

  const claim = (by: Person): void => {
    add(by, 'claim', {}, { state: 'ASSIGNED', owner: by.id });
    owner = by;
  };
  const resume = (): void => ofOwner('resume', {}, { state: 'IN_PROGRESS' });
  const release = (): void => {
    if (standing().state === 'PENDING') resume();
    ofOwner('release', {}, { state: 'QUEUED', owner: null });
  };
  /** The ticket becomes `by`'s, with no hold on it; whoever has it gives it back first. */
  const own = (by: Person): void => {
    if (owner?.id !== by.id) {
      if (owner) release();
      claim(by);
    } else if (standing().state === 'PENDING') resume();
  };
  const work = (by: Person): void => {
    own(by);
    if (standing().state === 'ASSIGNED') ofOwner('start', {}, { state: 'IN_PROGRESS' });
  };
  const waitIn = (to: string) => ({ state: 'QUEUED', queue: to, owner: null }) as const;

  return {
    steps,
    standing,
    owner: () => owner,
    own,
    work,
    release,
    reply: (text: string) => ofOwner('reply', { text }),
    note: (by: Person, text: string) => add(by, 'note', { text }),
    hold: (by: Person, body: Bodies['hold']) => {
      work(by);
      ofOwner('hold', body, { state: 'PENDING' });
    },
    transfer: (by: Person, body: Bodies['transfer']) => add(by, 'transfer', body, waitIn(body.queue)),
    escalate: (by: Person, body: Bodies['escalate']) => add(by, 'escalate', body, waitIn(body.queue)),
    giveBack: (by: Person, body: Bodies['return']) => {
      returns += 1;
      add(returns > bounceLimit ? asLead(by) : by, 'return', body, waitIn(body.queue));
    },
    resolve: (by: Person, body: Bodies['resolve']) => {
      work(by);
      ofOwner('resolve', body, { state: 'RESOLVED' });
    },
    cancel: (by: Person, reason: string) => add(by, 'cancel', { reason }, { state: 'CANCELLED' }),
    /** The requester answers; a ticket that waits for that goes on with its owner. */
    answer: (text: string) =>
      add(requester, 'answer', { text }, standing().state === 'PENDING' ? { state: 'IN_PROGRESS' } : {}),
    confirm: (comment?: string) => add(requester, 'confirm', comment ? { comment } : {}, { state: 'CLOSED' }),
    /** The requester rejects the solution; nobody of a replay has said to be there, so that the ticket waits. */
    reject: (reason: string) => add(requester, 'reject', { reason }, { state: 'QUEUED', owner: null }),
  };
};
