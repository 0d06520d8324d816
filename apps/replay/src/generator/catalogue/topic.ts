import type { Impact, TicketType, Urgency } from '@tierline/contracts';
import type { TeamName } from '../company.ts';

/** One thing that happens to somebody, with everything that people write about it on its way. */
export type Story = {
  readonly subject: string;
  readonly description: string;
  /** What the first agent answers. */
  readonly reply: string;
  /** What was tried before it went up, and what came of it. */
  readonly tried: readonly [step: string, result: string];
  /** What is asked of the next tier. */
  readonly asked: string;
  /** What the second tier found, and what it thinks; where a third may get it. */
  readonly finding?: readonly [analysis: string, hypothesis: string];
  readonly solution: string;
};

/** A category of the catalogue with what happens in it. */
export type Topic = {
  readonly category: string;
  readonly name: string;
  readonly type: TicketType;
  /** How often it comes, against the others. */
  readonly weight: number;
  /** Where its tickets start; absent: at the service desk. */
  readonly direct?: TeamName;
  /** The teams that take it up. */
  readonly second?: TeamName;
  readonly third?: TeamName;
  /** How often it is solved at tier 1, 2 and 3, against each other. */
  readonly solvedAt: readonly [number, number, number];
  readonly impact: Impact;
  readonly urgency: Urgency;
  /** True when machines report it. */
  readonly monitored?: boolean;
  readonly stories: readonly [Story, Story, Story, Story, ...Story[]];
};
