import { CsvError, parse } from 'csv-parse/sync';

export type Rank = 1 | 2 | 3;
export type Status = 'queued' | 'assigned' | 'in-progress' | 'wait' | 'closed' | 'cancelled' | 'unmatched';

/** One event of a case, as the log has it. */
export type Row = {
  /** Where it ends in the file; the heading is line 1. */
  readonly line: number;
  readonly caseId: string;
  readonly at: string;
  readonly status: Status;
  /** Whom a wait is for, where the log says so: `Vendor` in `Wait - Vendor`. */
  readonly waitsFor: string | null;
  readonly team: string;
  readonly tier: Rank;
  readonly resource: string;
  readonly impact: 'low' | 'medium' | 'high' | 'major';
  readonly product: string;
  readonly country: string;
  readonly organisation: string;
};

export type Case = { readonly id: string; readonly rows: readonly [Row, ...Row[]] };

/** The file is not a log that can be played; the message is one sentence that names line and column. */
export class UnusableLog extends Error {
  override readonly name = 'UnusableLog';
}

const columns = [
  ...(['Case ID', 'Complete Timestamp', 'concept:name', 'lifecycle:transition', 'organization involved'] as const),
  ...(['Resource', 'impact', 'product', 'resource country', 'org:group'] as const),
] as const;
type Column = (typeof columns)[number];
type Cells = Record<Column, string>;

const statuses: Readonly<Record<string, Status>> = {
  'Queued/Awaiting Assignment': 'queued',
  'Accepted/Assigned': 'assigned',
  'Accepted/In Progress': 'in-progress',
  'Accepted/Wait': 'wait',
  'Completed/Closed': 'closed',
  'Completed/Cancelled': 'cancelled',
  'Unmatched/Unmatched': 'unmatched',
};
const impacts = ['low', 'medium', 'high', 'major'] as const;

/** The tier of a team, by the ending of its name. */
export const tierOf = (team: string): Rank => (team.endsWith(' 2nd') ? 2 : team.endsWith(' 3rd') ? 3 : 1);

const refuse = (line: number, column: Column, message: string): never => {
  throw new UnusableLog(`Line ${line}, column "${column}": ${message}.`);
};

const filled = (cells: Cells, line: number, column: Column): string =>
  cells[column].trim() || refuse(line, column, 'is empty');

const statusOf = (cells: Cells, line: number): Pick<Row, 'status' | 'waitsFor'> => {
  const transition = filled(cells, line, 'lifecycle:transition');
  const [kind = '', waitsFor = null] = transition.split(' - ');
  const status = statuses[`${filled(cells, line, 'concept:name')}/${kind}`];
  if (status && (waitsFor === null || status === 'wait')) return { status, waitsFor };
  return refuse(line, 'lifecycle:transition', `"${cells['concept:name']}/${transition}" is not a known status`);
};

const impactOf = (cells: Cells, line: number): Row['impact'] => {
  const text = filled(cells, line, 'impact');
  const impact = impacts.find((word) => word === text.toLowerCase());
  return impact ?? refuse(line, 'impact', `"${text}" is none of Low, Medium, High, Major`);
};

const timeOf = (cells: Cells, line: number): string => {
  const text = filled(cells, line, 'Complete Timestamp');
  return Number.isNaN(Date.parse(text)) ? refuse(line, 'Complete Timestamp', `"${text}" is not a time`) : text;
};

const rowOf = (cells: Cells, line: number): Row => {
  const team = filled(cells, line, 'organization involved');
  return {
    line,
    caseId: filled(cells, line, 'Case ID'),
    at: timeOf(cells, line),
    ...statusOf(cells, line),
    team,
    tier: tierOf(team),
    resource: filled(cells, line, 'Resource'),
    impact: impactOf(cells, line),
    product: filled(cells, line, 'product'),
    country: filled(cells, line, 'resource country'),
    organisation: filled(cells, line, 'org:group'),
  };
};

const checkHeading = (heading: readonly string[]): string[] => {
  const missing = columns.find((column) => !heading.includes(column));
  if (missing) throw new UnusableLog(`Line 1: the column "${missing}" is missing.`);
  return [...heading];
};

type Parsed = { record: Cells; info: { lines: number } };

const read = (text: string): Parsed[] => {
  try {
    return parse<Cells>(text, {
      bom: true,
      info: true,
      skip_empty_lines: true,
      columns: checkHeading,
    }) as unknown as Parsed[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === 'number' ? error.lines : 1;
    throw new UnusableLog(`Line ${line}: ${error.message}.`, { cause: error });
  }
};

/**
 * The cases of a log in the format of the BPI Challenge 2013, in the order of the file.
 * @throws UnusableLog naming the first line and column that cannot be read.
 */
export const parseLog = (text: string): Case[] => {
  const rows = read(text).map(({ record, info }) => rowOf(record, info.lines));
  if (rows.length === 0) throw new UnusableLog('Line 1: the log has no event.');
  const cases = new Map<string, [Row, ...Row[]]>();
  for (const row of rows) {
    const known = cases.get(row.caseId);
    if (known) known.push(row);
    else cases.set(row.caseId, [row]);
  }
  return [...cases].map(([id, events]) => ({ id, rows: events }));
};
