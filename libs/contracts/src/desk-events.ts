import { z } from 'zod';
import { AbsencePart, Away } from './desk/absence.ts';
import { AgentPart } from './desk/agent.ts';
import { CalendarPart, Holiday } from './desk/calendar.ts';
import { HandoverPart } from './desk/handover.ts';
import { LimitsPart } from './desk/limits.ts';
import { ManagementPart } from './desk/management.ts';
import { PolicyPart } from './desk/policy.ts';
import { CertificationPart, PartnerPart, SkillPart, TeamPart } from './desk/skill.ts';
import { QueuePart, TierPart } from './desk/tier.ts';
import { Actor, defineEvent } from './event.ts';
import { PersonId } from './words.ts';

const source = '/tier-queues';
const topic = 'desk' as const;

/** Which edition it is: 1, 2, 3 … with each change. */
const version = z.int().positive();

export const CalendarChanged = defineEvent('tierline.desk.calendar-changed.v1', {
  topic,
  source,
  summary: 'A calendar, whole; the latest one counts.',
  data: CalendarPart.extend({
    version,
    /** Every date that is closed, public holidays written out. */
    closedOn: z.array(Holiday),
  }),
  example: {
    calendar: 'hamburg',
    name: 'Hamburg office',
    version: 1,
    zone: 'Europe/Berlin',
    hours: {
      monday: [
        { from: '08:00', to: '12:00' },
        { from: '13:00', to: '17:00' },
      ],
    },
    publicHolidays: { country: 'DE', state: 'HH' },
    exceptions: [{ date: '2026-12-24', name: 'Heiligabend', hours: [{ from: '08:00', to: '12:00' }] }],
    closedOn: [{ date: '2026-12-25', name: '1. Weihnachtstag' }],
  },
});

export const PolicyChanged = defineEvent('tierline.desk.policy-changed.v1', {
  topic,
  source,
  summary: 'A policy of service levels, whole; the latest one counts.',
  data: PolicyPart.extend({ version }),
  example: {
    policy: 'standard',
    name: 'Standard',
    version: 1,
    order: 90,
    when: {},
    calendar: 'hamburg',
    targets: { 'sla-first-response': { P1: 60, P3: 240 }, 'sla-resolution': { P1: 240, P3: 960 } },
    warnings: [75],
    onBreach: ['tell-lead'],
  },
});

export const TeamChanged = defineEvent('tierline.desk.team-changed.v1', {
  topic,
  source,
  summary: 'A team, whole; the latest one counts.',
  data: TeamPart,
  example: { team: 'service-desk', name: 'Service desk', lead: 'lea.fischer' },
});

export const PartnerChanged = defineEvent('tierline.desk.partner-changed.v1', {
  topic,
  source,
  summary: 'A partner, whole; the latest one counts.',
  data: PartnerPart,
  example: { partner: 'northcall', name: 'Northcall', contact: 'noc@northcall.example', calendar: 'hamburg' },
});

export const SkillChanged = defineEvent('tierline.desk.skill-changed.v1', {
  topic,
  source,
  summary: 'A skill, whole; the latest one counts.',
  data: SkillPart,
  example: { skill: 'exchange', name: 'Exchange servers' },
});

export const CertificationChanged = defineEvent('tierline.desk.certification-changed.v1', {
  topic,
  source,
  summary: 'A certification, whole; the latest one counts.',
  data: CertificationPart,
  example: { certification: 'ccnp', name: 'Network professional', issuer: 'Cisco' },
});

export const HandoverTemplateChanged = defineEvent('tierline.desk.handover-changed.v1', {
  topic,
  source,
  summary: 'What a hand-over between two tiers has to say, whole; the latest one counts.',
  data: HandoverPart,
  example: {
    from: 'tier-1',
    to: 'tier-2',
    fields: [
      { field: 'symptom', required: true },
      { field: 'evidence', required: false },
    ],
  },
});

export const LimitsChanged = defineEvent('tierline.desk.limits-changed.v1', {
  topic,
  source,
  summary: 'How long things may last, whole; the latest one counts.',
  data: LimitsPart,
  example: { closeDays: 5, holdCapDays: { CUSTOMER: 14 } },
});

export const DeskPartRemoved = defineEvent('tierline.desk.part-removed.v1', {
  topic,
  source,
  summary: 'A part of the desk is there no longer: a tier, queue, team, agent, calendar …',
  data: z.object({ kind: z.string(), id: z.string() }),
  example: { kind: 'queue', id: 'messaging' },
});

export const TierChanged = defineEvent('tierline.desk.tier-changed.v1', {
  topic,
  source,
  summary: 'A tier, whole; the latest one counts.',
  data: TierPart,
  example: { tier: 'tier-1', name: 'Tier 1', rank: 1, defaultQueue: 'service-desk' },
});

export const QueueChanged = defineEvent('tierline.desk.queue-changed.v1', {
  topic,
  source,
  summary: 'A queue, whole; the latest one counts.',
  data: QueuePart,
  example: { queue: 'service-desk', name: 'Service desk', tier: 'tier-1', team: 'service-desk' },
});

export const AgentChanged = defineEvent('tierline.desk.agent-changed.v1', {
  topic,
  source,
  summary: 'An agent and the teams that he or she works in, whole; the latest one counts.',
  data: AgentPart,
  example: { agentId: 'tom.first', name: 'Tom First', teams: ['service-desk'] },
});

export const AbsenceChanged = defineEvent('tierline.desk.absence-changed.v1', {
  topic,
  source,
  summary: 'When somebody of the desk is away and who stands in, as the desk document says; the latest one counts.',
  data: AbsencePart,
  example: { personId: 'lea.fischer', from: '2026-12-21', until: '2027-01-03', deputy: 'tom.first' },
});

export const AbsencesSaid = defineEvent('tierline.desk.absences-said.v1', {
  topic,
  source,
  summary:
    'When somebody of the desk is away, all of it, as he or she says, or a lead; beside what the desk document says. The ' +
    'latest one counts.',
  data: z.object({ personId: PersonId, saidBy: Actor, items: z.array(Away) }),
  example: {
    personId: 'lea.fischer',
    saidBy: 'agent:lea.fischer',
    items: [{ from: '2026-12-21', until: '2027-01-03', deputy: 'tom.first' }],
  },
});

export const ManagementChanged = defineEvent('tierline.desk.management-changed.v1', {
  topic,
  source,
  summary: 'Somebody of management and what he or she is told of, whole; the latest one counts.',
  data: ManagementPart,
  example: { personId: 'nadia.berg', name: 'Nadia Berg', email: 'nadia.berg@acme.example', tiers: ['tier-3'] },
});
