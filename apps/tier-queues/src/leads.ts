import type { Caller } from '@tierline/auth';
import { absenceAt } from './domain/absences.ts';
import type { Desk } from './domain/desk.ts';
import { leads, leadsFor } from './domain/leading.ts';

/** True for whom the token's role makes a lead of every team. */
export const isLeadOfAll = ({ roles }: Caller): boolean => roles.includes('lead') || roles.includes('admin');

/** True when the caller leads the team at this moment, by the token's role or by the desk. */
export const mayDecideFor = (team: string, by: Caller, desk: Desk, at: string): boolean =>
  isLeadOfAll(by) || leads(team, by.subject, desk, at);

/** The teams that the caller leads at this moment. */
export const teamsLed = (by: Caller, desk: Desk, at: string): readonly string[] | 'all' =>
  isLeadOfAll(by) ? 'all' : [...desk.teams.keys()].filter((team) => leads(team, by.subject, desk, at));

/** A team that somebody leads by the desk; in place of whom, and until when, while a lead is away. */
export type Led = { team: string; name: string; standsInFor: string | null; until: string | null };

/** The teams that the desk gives the person to lead at this moment. */
export const ledBy = (person: string, desk: Desk, at: string): Led[] =>
  [...desk.teams.values()].flatMap(({ team, name }): Led[] => {
    const lead = leadsFor(team, person, desk, at);
    if (lead === null) return [];
    const absence = lead === person ? null : absenceAt(desk, lead, at);
    return [{ team, name, standsInFor: absence && lead, until: absence && absence.until }];
  });
