import { lead, type Acting, type Held, type Step, type Who } from './acting.ts';
import { agentsOf, desk } from './desk.ts';
import { bulkStep, escalation, isUndoable, missing, recategorisation, undo } from './steps.ts';

/** Work on a ticket of one's own that concerns other tickets or other people; gives what the agent holds after it. */
type Teamwork = (acting: Acting, held: Held) => Promise<Held | undefined>;

/** Merged with another one, and often parted again. */
const merge: Teamwork = async ({ act, others, chance, held, think }, { id }) => {
  const [into] = others(id, 1);
  if (into === undefined) return undefined;
  const merged = await act(id, { command: 'merge', body: { into, reason: 'The same fault.' } });
  if (!merged || merged.status >= 300) return undefined;
  const then = chance.weighed({ nothing: 2, undo: 1.5, unmerge: 2 });
  if (then === 'nothing') return undefined;
  await think(2_500);
  return held(await act(id, { command: then, body: {} }));
};

const split: Teamwork = async ({ act, held }, { id }) => {
  const body = { subject: 'Printer without paper', description: 'By the way, the printer has no paper.' };
  return held(await act(id, { command: 'split', body }));
};

/** Others become its children, and hear what it is answered; sometimes it solves them all. */
const family: Teamwork = async ({ act, others, chance, held, think }, { id }) => {
  const children = others(id, chance.between(1, 3));
  for (const to of children) await act(id, { command: 'link', body: { kind: 'parent-of', to } });
  await think(600);
  const [first] = children;
  if (first !== undefined && chance.happens(0.3))
    await act(id, { command: 'unlink', body: { kind: 'parent-of', to: first } });
  else if (chance.happens(0.25)) return held(await act(id, { command: 'undo', body: {} }));
  const told = await act(id, { command: 'reply', body: { text: 'All of you: we are at it.', children: true } });
  await think(600);
  if (chance.happens(0.4)) return held(told);
  const body = { code: 'solved', solution: 'Replaced the switch.', children: true };
  return held(await act(id, { command: 'resolve', body }));
};

/** Somebody else joins, says something, and mostly leaves again. */
const swarm: Teamwork = async ({ act, chance, held, think, me }, { id }) => {
  const { agentId } = chance.pick(desk.agents.filter((agent) => agent.agentId !== me));
  const expert: Who = { person: agentId, role: 'agent' };
  const asked = await act(id, { command: 'swarm', body: { agents: [agentId], question: 'Is the store full?' } });
  await act(id, { command: 'join', body: {} }, expert);
  await think(500);
  await act(id, { command: 'note', body: { text: 'It is not.' } }, expert);
  if (chance.happens(0.7)) await act(id, { command: 'leave', body: {} }, expert);
  return held(asked);
};

/** Handed up; now and then called back, or taken back, before somebody has it. */
const escalate: Teamwork = async ({ act, chance, held, floor, me, think }, own) => {
  const step = escalation(own, chance);
  if (!step) return undefined;
  const answer = await act(own.id, step);
  if (!answer || answer.status >= 300) return undefined;
  if (chance.happens(0.25)) {
    await think(2_000);
    return held(await act(own.id, chance.happens(0.6) ? { command: 'recall', body: {} } : undo));
  }
  floor.handedUp.push({ ticket: own.id, by: me });
  if (floor.handedUp.length > 30) floor.handedUp.shift();
  return undefined;
};

/** A lead makes it a major incident with others below it; its commander tells stakeholders, and mostly ends it. */
const major: Teamwork = async ({ act, others, chance, held, me, think }, { id }) => {
  const body = { commander: me, summary: 'Nobody can send mail.', updateEvery: 5 };
  const declared = await act(id, { command: 'declare-major', body }, lead);
  const ids = others(id, chance.between(1, 4));
  if (ids.length > 0) await act(id, { command: 'add-children', body: { ids } }, lead);
  await think(800);
  await act(id, { command: 'update-stakeholders', body: { text: 'Half of it works again.' } });
  await act(id, { command: 'reply', body: { text: 'We work on the cause.', children: true } });
  await think(800);
  if (chance.happens(0.3)) {
    const body = { commander: chance.pick(desk.agents).agentId, reason: 'My shift ends.' };
    await act(id, { command: 'change-commander', body });
  }
  if (chance.happens(0.7)) await act(id, { command: 'end-major', body: { reason: 'All of it works.' } });
  return held(declared);
};

/** A lead gives a ticket that waits, or one that somebody has, to a colleague; now and then takes that back. */
const assign: Teamwork = async ({ act, others, chance, held, me, think }, own) => {
  const colleagues = agentsOf(own.queue).filter(({ agentId }) => agentId !== me);
  const [id = own.id] = chance.happens(0.5) ? others(own.id, 1) : [];
  if (colleagues.length === 0) return own;
  const { agentId } = chance.pick(colleagues);
  const assigned = await act(id, { command: 'assign', body: { agentId } }, lead);
  const isTakenBack = chance.happens(0.3);
  if (isTakenBack) await think(1_500);
  const last = isTakenBack ? await act(id, undo, lead) : assigned;
  return id === own.id ? held(last) : own;
};

/** A lead has what waits routed again, by name or by where it waits, while others take it. */
const reroute: Teamwork = async ({ reroute: again, others, chance }, own) => {
  const ids = others(own.id, chance.between(1, 5));
  const wanted = {
    named: { ids },
    queue: { queue: chance.pick(desk.queues).queue },
    category: { category: chance.pick(desk.categories).category },
  };
  await again(wanted[chance.weighed({ named: ids.length > 0 ? 2 : 0, queue: 0.5, category: 1 })]);
  return own;
};

/** A lead says what a waiting ticket is really about: it may move by it, and somebody often takes it just then. */
const recategorise: Teamwork = async ({ act, others, chance, held }, own) => {
  const [id] = others(own.id, 1);
  if (id === undefined) return own;
  const asked = act(id, recategorisation(chance), lead);
  const taken = chance.happens(0.3) ? await act(id, { command: 'claim', body: {} }) : undefined;
  await asked;
  return held(taken) ?? own;
};

/** The same with several at once: they wait, or are with somebody else by now; often all of it is taken back. */
const bulk: Teamwork = async ({ actOnEach, others, chance, held, think }, own) => {
  const ids = [own.id, ...others(own.id, chance.between(1, 8))];
  const step = bulkStep(own, chance);
  const done = held(await actOnEach(ids, step));
  if (!isUndoable(step) || !chance.happens(0.4)) return done ?? own;
  await think(1_500);
  return held(await actOnEach(ids, undo));
};

const kinds = { merge, split, family, swarm, escalate, assign, major, reroute, recategorise, bulk } as const;

const weights: Readonly<Record<keyof typeof kinds, number>> = {
  merge: 1.2,
  split: 0.6,
  family: 0.8,
  swarm: 0.8,
  escalate: 2.4,
  assign: 0.8,
  major: 0.35,
  reroute: 0.5,
  recategorise: 0.6,
  bulk: 0.8,
};

/** One of these, by how often it is. */
export const teamworkBy = ({ chance }: Acting): Teamwork => kinds[chance.weighed(weights)];

/** What becomes of a hand-over that somebody accepted. */
const afterAcceptance: Readonly<Record<'rate' | 'return' | 'undo', (chance: Acting['chance']) => Step>> = {
  rate: (chance) => ({
    command: 'rate-hand-over',
    body: { score: chance.between(1, 5), reason: 'The exact time was missing.' },
  }),
  return: (chance) => ({
    command: 'return',
    body: { reason: 'It cannot be analysed without it.', missing: chance.pick(missing) },
  }),
  undo: () => undo,
};

/** Takes a ticket that a colleague handed up together with its hand-over; often rates it, or gives it back. */
export const acceptHandover = async (acting: Acting): Promise<Held | undefined> => {
  const { act, chance, floor, held, me, think, waits } = acting;
  const handed = floor.handedUp.filter(({ ticket, by }) => by !== me && waits(ticket));
  if (handed.length === 0) return undefined;
  const { ticket } = chance.pick(handed);
  const accepted = held(await act(ticket, { command: 'accept-hand-over', body: {} }));
  const then = chance.weighed({ nothing: 2.5, rate: 5, return: 1.5, undo: 1 });
  if (!accepted || then === 'nothing') return accepted;
  await think(400);
  return held(await act(ticket, afterAcceptance[then](chance)));
};
