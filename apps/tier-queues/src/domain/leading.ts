import { standInFor } from './absences.ts';
import type { Doer } from './command.ts';
import type { Desk } from './desk.ts';
import { lastPlace, type KnownTicket } from './ticket.ts';

type Teams = Pick<Desk, 'teams' | 'absences'>;

/** Those whom the desk names as leads of the team, whoever is told first at the head. */
export const leadsOf = (team: string | null, { teams }: Pick<Desk, 'teams'>): readonly string[] => {
  const { lead, leads = [] } = (team === null ? undefined : teams.get(team)) ?? {};
  return lead === undefined ? leads : [lead, ...leads];
};

/** For whom the person leads the team at this moment: for himself or herself, or for the lead who is away; null: not. */
export const leadsFor = (team: string | null, person: string, desk: Teams, at: string): string | null => {
  const leads = leadsOf(team, desk);
  if (leads.includes(person)) return person;
  // Most who ask lead nothing: nobody is looked for while nobody is away.
  if (desk.absences.length === 0) return null;
  return leads.find((lead) => standInFor(desk, lead, at) === person) ?? null;
};

/**
 * True when the person has the rights of a lead over the team at this moment: who is named by the desk, also while away,
 * and whoever mails for a lead who is away go to, as long as that lasts.
 */
export const leads = (team: string | null, person: string, desk: Teams, at: string): boolean =>
  leadsFor(team, person, desk, at) !== null;

/** Who acts, with the rights over this ticket: those of a lead for who leads its team, or the last one between two queues. */
export const withRightsOver = (ticket: KnownTicket, by: Doer, desk: Desk, at: string): Doer =>
  by.lead || !leads(lastPlace(ticket)?.team ?? null, by.agentId, desk, at) ? by : { ...by, lead: true };

/** The teams that are led by the person, or may be while others are away: now or ever, as absences are noted. */
const teamsInHandsOf = (person: string, { teams, absences }: Teams): string[] => {
  const hands = new Set([person]);
  for (const one of hands) for (const { personId, deputy } of absences) if (deputy === one) hands.add(personId);
  return [...teams.keys()].filter((team) => leadsOf(team, { teams }).some((lead) => hands.has(lead)));
};

/** What somebody is about to note of another person's absences. */
export type Noting = {
  readonly personId: string;
  /** In which the person works. */
  readonly teams: readonly string[];
  readonly namesDeputy: boolean;
};

/**
 * Why somebody may not say when another person is away; null: he or she may. Of a member, whoever leads a team of his or
 * hers; where the rights over teams would go to the deputy that is named, only who is named as lead of each: nobody makes
 * himself or herself a lead.
 */
export const whyNotToNote = (by: string, noting: Noting, desk: Teams, at: string): string | null => {
  const { personId, teams, namesDeputy } = noting;
  const handed = teamsInHandsOf(personId, desk);
  const foreign = namesDeputy ? handed.find((team) => !leadsOf(team, desk).includes(by)) : undefined;
  if (foreign !== undefined)
    return `with the deputy the rights over team ${foreign} would be handed on, and ${by} is not named as its lead`;
  if ([...teams, ...handed].some((team) => leads(team, by, desk, at))) return null;
  return `${personId} is in no team that ${by} leads`;
};
