import { parseLog, type Case } from '../log.ts';

/** A line of a log, for specs; what is not given is an ordinary event. */
export type SampleRow = {
  caseId: string;
  at: string;
  status: string;
  transition: string;
  team: string;
  resource: string;
  impact: string;
  product: string;
  country: string;
};

export const aRow = (given: Partial<SampleRow>): SampleRow => ({
  caseId: '1-1',
  at: '2012-05-02 10:00:00.000',
  status: 'Accepted',
  transition: 'In Progress',
  team: 'Desk',
  resource: 'Ana',
  impact: 'Low',
  product: 'PROD1',
  country: 'Sweden',
  ...given,
});

const heading =
  'Case ID,Complete Timestamp,concept:name,lifecycle:transition,organization involved,Resource,impact,product,resource country,org:group';

/** The text of a log with these events. */
export const logOf = (...rows: SampleRow[]): string =>
  [
    heading,
    ...rows.map(({ caseId, at, status, transition, team, resource, impact, product, country }) =>
      [caseId, at, status, transition, team, resource, impact, product, country, 'Line A'].join(','),
    ),
    '',
  ].join('\n');

const kinds: Readonly<Record<string, readonly [string, string]>> = {
  queued: ['Queued', 'Awaiting Assignment'],
  assigned: ['Accepted', 'Assigned'],
  works: ['Accepted', 'In Progress'],
  waits: ['Accepted', 'Wait'],
  closed: ['Completed', 'Closed'],
  cancelled: ['Completed', 'Cancelled'],
  unmatched: ['Unmatched', 'Unmatched'],
};

/** Cases of a log told in short: `'works Ana @ Desk'`, one line an event; one list a case. */
export const casesOf = (...stories: (readonly string[])[]): Case[] =>
  parseLog(
    logOf(
      ...stories.flatMap((story, index) =>
        story.map((event) => {
          const [, kind = '', resource = '', team = ''] = /^(\w+) (.+) @ (.+)$/.exec(event) ?? [];
          const [status = '', transition = ''] = kinds[kind] ?? [];
          return aRow({ caseId: `case-${index + 1}`, status, transition, resource, team });
        }),
      ),
    ),
  );
