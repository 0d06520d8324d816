import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from './api.ts';
import type { Count } from './count.ts';
import type { Person } from './step.ts';

/** The part of reporting's summary that a replay looks at. */
export type Summary = {
  readonly tickets: { opened: number; resolved: number; closed: number; cancelled: number; reopened: number };
  readonly reopenings: number;
  readonly moves: { up: number; down: number; sideways: number };
  readonly highestTier: Readonly<Record<string, number>>;
  readonly byTier: readonly { readonly rank: number; readonly resolved: number }[];
  readonly orphans: number;
};

/** One line of the account. */
export type Figure = { readonly name: string; readonly tierline: number; readonly independent: number };

const patience = 60_000;
const stillFor = 3;

const ranks = [1, 2, 3] as const;
const figure = (name: string, tierline: number, independent: number): Figure => ({ name, tierline, independent });

/** The figures of the desk beside those that were counted without it. */
export const figuresOf = (summary: Summary, count: Count): Figure[] => {
  const { tickets, moves, highestTier, byTier } = summary;
  const solutionsAt = (rank: number) => byTier.find((tier) => tier.rank === rank)?.resolved ?? 0;
  return [
    figure('tickets opened', tickets.opened, count.cases),
    figure('moves to a higher tier', moves.up, count.up),
    figure('moves to a lower tier', moves.down, count.down),
    figure('moves within a tier', moves.sideways, count.sideways),
    ...ranks.map((rank) => figure(`highest tier reached: ${rank}`, highestTier[rank] ?? 0, count.highest[rank])),
    figure('tickets resolved', tickets.resolved, count.resolved),
    ...ranks.map((rank) => figure(`solutions of tier ${rank}`, solutionsAt(rank), count.solutions[rank])),
    figure('tickets reopened', tickets.reopened, count.reopened),
    figure('reopenings', summary.reopenings, count.reopenings),
    figure('tickets closed', tickets.closed, count.closed),
    figure('tickets cancelled', tickets.cancelled, count.cancelled),
    figure('tickets that were orphans', summary.orphans, 0),
  ];
};

export const agrees = ({ tierline, independent }: Figure): boolean => tierline === independent;

/** The summary once it has stopped moving and knows all tickets; after a minute whatever it is then. */
export const settledSummary = async (api: Api, by: Person, tickets: number): Promise<Summary> => {
  const end = Date.now() + patience;
  let last = '';
  let still = 0;
  for (;;) {
    const summary = await api.send<Summary>({ method: 'GET', path: '/api/reporting/summary', by });
    const now = JSON.stringify(summary);
    still = now === last && summary.tickets.opened >= tickets ? still + 1 : 0;
    if (still >= stillFor || Date.now() > end) return summary;
    last = now;
    await sleep(500);
  }
};

const columns = ['figure', 'Tierline reporting', 'independent count', 'agrees'] as const;

/** The account as a table of text. */
export const tableOf = (figures: readonly Figure[]): string => {
  const rows = figures.map((figure) => [
    figure.name,
    String(figure.tierline),
    String(figure.independent),
    agrees(figure) ? 'yes' : 'NO',
  ]);
  const widths = columns.map((column, index) => Math.max(column.length, ...rows.map((row) => row[index]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => (index === 0 || index === 3 ? cell.padEnd(widths[index]!) : cell.padStart(widths[index]!)))
      .join('  ')
      .trimEnd();
  return [line(columns), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
};
