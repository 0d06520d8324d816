import { DomainError, SwarmAsked, SwarmJoined, SwarmLeft } from '@tierline/contracts';
import { settled } from './attention.ts';
import type { Swarm } from './beside.ts';
import type { AskSwarm, Doer, JoinSwarm, LeaveSwarm, Surroundings } from './command.ts';
import { refuseFor, skillsMissing } from './eligibility.ts';
import type { TicketFact } from './facts.ts';
import { inState, openStates, requireTeam } from './guards.ts';
import type { KnownTicket } from './ticket.ts';

const isExpert = (ticket: KnownTicket, { agentId }: Doer): boolean =>
  ticket.beside.swarm?.experts.includes(agentId) ?? false;

/** Refuses who is neither an expert that joined nor may act on the ticket anyway. */
export const requireHelper = (ticket: KnownTicket, by: Doer, around: Surroundings): void => {
  if (!isExpert(ticket, by)) requireTeam(ticket, by, around);
};

const requireKnown = (agents: readonly string[], { teams }: Surroundings): void => {
  const fields = agents.flatMap((agentId, index) =>
    teams.has(agentId) ? [] : [{ path: `agents.${index}`, message: `the desk has no agent ${agentId}` }],
  );
  if (fields.length === 0) return;
  const message = fields.map(({ path, message: why }) => `${path}: ${why}`).join('; ');
  throw new DomainError('agent_absent', `${message}.`, 'refused', { fields });
};

export const askSwarm = (ticket: KnownTicket, act: AskSwarm, around: Surroundings): TicketFact[] => {
  const { by, agents, skill, question } = act;
  inState(ticket, 'swarm', openStates);
  requireHelper(ticket, by, around);
  if (agents.length === 0 && skill === null) {
    const message = 'name agents or a skill';
    throw new DomainError('expert_required', `agents: ${message}.`, 'refused', {
      fields: [{ path: 'agents', message }],
    });
  }
  requireKnown(agents, around);
  return [
    SwarmAsked({ agents: [...agents], skill, question, agentId: by.agentId }),
    ...(by.lead ? settled(ticket, 'swarmed', by.agentId) : []),
  ];
};

const requireAsked = (swarm: Swarm | null, { agentId, lead }: Doer, { teams, people }: Surroundings): void => {
  if (lead || (teams.has(agentId) && swarm?.asked.includes(agentId))) return;
  const skill = swarm?.skill ?? null;
  if (skill === null || !teams.has(agentId))
    throw new DomainError('not_asked', 'Nobody asked you to join this ticket.', 'forbidden');
  const missing = skillsMissing(agentId, people?.get(agentId)?.agent, [{ skill }]);
  if (missing.length > 0) refuseFor(missing);
};

/** Who was asked by name may join, and who has the skill that was asked for. */
export const joinSwarm = (ticket: KnownTicket, { by }: JoinSwarm, around: Surroundings): TicketFact[] => {
  inState(ticket, 'join', openStates);
  if (ticket.owner === by.agentId || isExpert(ticket, by)) return [];
  requireAsked(ticket.beside.swarm, by, around);
  return [SwarmJoined({ agentId: by.agentId })];
};

export const leaveSwarm = (ticket: KnownTicket, { by }: LeaveSwarm): TicketFact[] =>
  isExpert(ticket, by) ? [SwarmLeft({ agentId: by.agentId })] : [];

/** Who stands beside the owner after the fact. */
export const swarmAfter = (swarm: Swarm | null, fact: TicketFact): Swarm | null => {
  switch (fact.type) {
    case SwarmAsked.type: {
      const { agents, skill, question } = fact.data;
      const asked = [...new Set([...(swarm?.asked ?? []), ...agents])];
      return { question, skill: skill ?? swarm?.skill ?? null, asked, experts: swarm?.experts ?? [] };
    }
    case SwarmJoined.type: {
      const { question, skill, asked, experts } = swarm ?? { question: '', skill: null, asked: [], experts: [] };
      return { question, skill, asked, experts: [...experts, fact.data.agentId] };
    }
    case SwarmLeft.type:
      return swarm && { ...swarm, experts: swarm.experts.filter((agentId) => agentId !== fact.data.agentId) };
    default:
      return swarm;
  }
};
