import {
  DomainError,
  MajorCommanderChanged,
  MajorIncidentDeclared,
  MajorIncidentEnded,
  StakeholderUpdateDue,
  StakeholdersUpdated,
} from '@tierline/contracts';
import { absenceAt, awayWords } from './absences.ts';
import type { Major } from './beside.ts';
import type { Desk } from './desk.ts';
import type { ChangeCommander, DeclareMajor, Doer, EndMajor, Surroundings, UpdateStakeholders } from './command.ts';
import type { TicketFact } from './facts.ts';
import { inState, openStates, requireLead } from './guards.ts';
import { stillThere, toAgent, toManagement, toldUpwards, unique } from './reminders.ts';
import type { KnownTicket } from './ticket.ts';
import { after, minute } from './time.ts';

const refuseCommander = (code: string, message: string): never => {
  throw new DomainError(code, `commander: ${message}.`, 'refused', { fields: [{ path: 'commander', message }] });
};

/** Refuses to command whom the desk does not know, and who is away. */
const requireThere = (commander: string, { teams, desk }: Surroundings, at: string): void => {
  if (!teams.has(commander)) refuseCommander('agent_absent', `the desk has no agent ${commander}`);
  const absence = absenceAt(desk, commander, at);
  if (absence) refuseCommander('away', awayWords(absence));
};

export const declareMajor = (
  ticket: KnownTicket,
  act: DeclareMajor,
  around: Surroundings,
  at: string,
): TicketFact[] => {
  const { by, commander, summary, updateEvery } = act;
  requireLead(ticket, by, 'declare a major incident');
  inState(ticket, 'declare a major incident of', openStates);
  if (ticket.beside.major)
    throw new DomainError('major_already', `${ticket.beside.major.commander} commands it already.`, 'conflict', {
      conflict: { commander: ticket.beside.major.commander },
    });
  requireThere(commander, around, at);
  const updateDue = after(at, updateEvery * minute);
  const tell = toldUpwards(ticket, around.desk, 'major-incidents', at);
  return [MajorIncidentDeclared({ commander, summary, updateEvery, updateDue, agentId: by.agentId, tell })];
};

/** The major incident, for its commander or a lead. */
const commanded = (ticket: KnownTicket, by: Doer): Major => {
  const { major } = ticket.beside;
  if (!major) throw new DomainError('not_major', 'The ticket is not a major incident.', 'conflict');
  if (by.lead || by.agentId === major.commander) return major;
  throw new DomainError(
    'commander_only',
    `Only ${major.commander}, who commands it, or a lead may do that.`,
    'forbidden',
  );
};

type Telling = Pick<Major, 'commander' | 'told'>;

/** Who heard of it before, whatever the desk says now: nobody is left with an old word. */
const toldBefore = ({ commander, told }: Telling, ticket: KnownTicket, desk: Desk, at: string) => {
  const before = told?.map((one) => ({ ...one, notBefore: at }));
  return { commander, tell: before ? stillThere(before, desk) : toldUpwards(ticket, desk, 'major-incidents', at) };
};

export const updateStakeholders = (
  ticket: KnownTicket,
  act: UpdateStakeholders,
  { desk }: Surroundings,
  at: string,
): TicketFact[] => {
  inState(ticket, 'update the stakeholders of', [...openStates, 'RESOLVED']);
  const major = commanded(ticket, act.by);
  const updateDue = after(at, major.updateEvery * minute);
  const { commander, tell } = toldBefore(major, ticket, desk, at);
  const everybody = unique([...tell, ...toManagement(ticket, desk, 'major-incidents', at)]);
  return [StakeholdersUpdated({ text: act.text, updateDue, agentId: act.by.agentId, commander, tell: everybody })];
};

/** Whoever commands may hand on, as a lead may; nothing that is due moves. */
export const changeCommander = (
  ticket: KnownTicket,
  { by, commander, reason }: ChangeCommander,
  around: Surroundings,
  at: string,
): TicketFact[] => {
  inState(ticket, 'change the commander of', [...openStates, 'RESOLVED']);
  const major = commanded(ticket, by);
  if (major.commander === commander)
    throw new DomainError('same_commander', `${commander} commands it already.`, 'conflict', {
      conflict: { commander },
    });
  requireThere(commander, around, at);
  const { tell } = toldBefore(major, ticket, around.desk, at);
  const { commander: previous, updateDue } = major;
  return [MajorCommanderChanged({ commander, previous, reason, updateDue, agentId: by.agentId, tell })];
};

export const endMajor = (
  ticket: KnownTicket,
  { by, reason }: EndMajor,
  { desk }: Surroundings,
  at: string,
): TicketFact[] => {
  inState(ticket, 'end the major incident of', [...openStates, 'RESOLVED']);
  const major = commanded(ticket, by);
  return [MajorIncidentEnded({ reason, agentId: by.agentId, ...toldBefore(major, ticket, desk, at) })];
};

/** The time of an update passed: the commander is reminded, and again after the next interval. */
export const updateIsDue = (ticket: KnownTicket, generation: number, desk: Desk, at: string): TicketFact[] => {
  const { major } = ticket.beside;
  if (!major || major.armed !== generation) return [];
  const { commander, updateDue: due, updateEvery } = major;
  const told = toAgent(commander, ticket, desk, at);
  const instead = told.standsInFor === undefined ? {} : { tell: [told] };
  return [StakeholderUpdateDue({ commander, due, updateDue: after(at, updateEvery * minute), ...instead })];
};

export const majorAfter = (major: Major | null, fact: TicketFact): Major | null => {
  switch (fact.type) {
    case MajorIncidentDeclared.type: {
      const { commander, summary, updateEvery, updateDue, tell: told } = fact.data;
      return { commander, summary, updateEvery, updateDue, ...(told && { told }), armed: 1 };
    }
    case StakeholdersUpdated.type: {
      const { updateDue, tell: told } = fact.data;
      return major && { ...major, updateDue, ...(told && { told }), armed: major.armed + 1 };
    }
    case StakeholderUpdateDue.type:
      return major && { ...major, updateDue: fact.data.updateDue, armed: major.armed + 1 };
    case MajorCommanderChanged.type:
      return major && { ...major, commander: fact.data.commander };
    case MajorIncidentEnded.type:
      return null;
    default:
      return major;
  }
};
