import type { Evidence } from '../evidence.ts';
import { collectWrongs, counted, verdictOf, type Verdict } from '../findings.ts';
import { judging, type Inspection } from '../inspection.ts';

/** The oldest outbox row that the watch saw, in milliseconds. */
const worstAge = ({ samples }: Evidence): number =>
  samples.reduce((worst, { outboxAge }) => Math.max(worst, ...Object.values(outboxAge)), 0);

/** I9: everything that had to go out has gone out, and nothing moves any more. */
const judge = (evidence: Evidence): Verdict => {
  const wrong = collectWrongs();
  for (const { service, table, rows } of evidence.backlogs)
    if (rows > 0) wrong(`${service}: ${rows} rows wait in ${table}`);
  if (evidence.unrest) wrong(`it did not come to rest: ${evidence.unrest}`);
  const watch =
    evidence.samples.length === 0
      ? 'nobody watched'
      : `worst age of an event ${counted(Math.round(worstAge(evidence)))} ms`;
  return verdictOf('I9', wrong, `${counted(evidence.backlogs.length)} outgoing tables; ${watch}`);
};
export const inspectBacklogs = (): Inspection => ({ verdict: judge });
export const backlogs = judging(inspectBacklogs);
