import type { Caller } from '@tierline/auth';
import { absenceAt } from './domain/absences.ts';
import type { Desk } from './domain/desk.ts';
import { leadsFor } from './domain/leading.ts';
import { isOfPartner } from './sight.ts';

/** True for whom the token's role makes a lead of every team. */
export const isLeadOfAll = ({ roles }: Caller): boolean => roles.includes('lead') || roles.includes('admin');

/**
 * For whom the caller leads the team by the desk at this moment; null: not at all. Nobody makes a partner's agent the lead
 * of a team in the house by going on leave: the desk has to name him or her.
 */
const leadsByDesk = (team: string, by: Caller, desk: Desk, at: string): string | null => {
  const lead = leadsFor(team, by.subject, desk, at);
  const isInHouse = desk.teams.get(team)?.partner === undefined;
  return lead !== null && lead !== by.subject && isInHouse && isOfPartner(by) ? null : lead;
};

/** True when the caller leads the team at this moment, by the token's role or by the desk. */
export const mayDecideFor = (team: string, by: Caller, desk: Desk, at: string): boolean =>
  isLeadOfAll(by) || leadsByDesk(team, by, desk, at) !== null;

/** The teams that the caller leads at this moment. */
export const teamsLed = (by: Caller, desk: Desk, at: string): readonly string[] | 'all' =>
  isLeadOfAll(by) ? 'all' : ledBy(by, desk, at).map(({ team }) => team);

/** Somebody who asks, with the teams that he or she leads in place of a lead who is away. */
export type Reader = Caller & { readonly standsIn: readonly string[] };

/** The caller as a reader at this moment. What a partner's agent may see does not grow while others are away. */
export const readerOf = (by: Caller, desk: Desk, at: string): Reader => {
  const inPlace = isOfPartner(by) ? [] : ledBy(by, desk, at).filter(({ standsInFor }) => standsInFor !== null);
  return { ...by, standsIn: inPlace.map(({ team }) => team) };
};

/** A team that somebody leads by the desk; in place of whom, and until when, while a lead is away. */
export type Led = { team: string; name: string; standsInFor: string | null; until: string | null };

/** The teams that the desk gives the caller to lead at this moment. */
export const ledBy = (by: Caller, desk: Desk, at: string): Led[] =>
  [...desk.teams.values()].flatMap(({ team, name }): Led[] => {
    const lead = leadsByDesk(team, by, desk, at);
    if (lead === null) return [];
    const absence = lead === by.subject ? null : absenceAt(desk, lead, at);
    return [{ team, name, standsInFor: absence && lead, until: absence && absence.until }];
  });
