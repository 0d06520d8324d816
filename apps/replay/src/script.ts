import type { ReplayRequest } from './arguments.ts';
import { countLog, type Count } from './count.ts';
import { deskOf, type Desk } from './desk.ts';
import { companyDesk } from './generator/company.ts';
import { topics } from './generator/topics.ts';
import { generateDays } from './generator/week.ts';
import { faultOf } from './lifecycle.ts';
import { parseLog } from './log.ts';
import { planCase } from './plan.ts';
import type { Plan } from './step.ts';

/** Everything that a replay is going to do, before anything of it is done. */
export type Script = {
  readonly title: string;
  readonly tenant: string;
  /** Stands in every idempotency key. */
  readonly run: string;
  readonly desk: Desk;
  readonly plans: readonly Plan[];
  readonly count: Count;
  /** False where others work too, so that the figures of the tenant are not those of the replay. */
  readonly isAlone: boolean;
  /** What a reader of the account has to know. */
  readonly remarks: readonly string[];
};

const demoTenant = 'acme';

const logRemarks = [
  'The log: W. Steeman, BPI Challenge 2013, closed problems, DOI 10.4121/uuid:c2c3b154-ab26-4b31-a0e8-8f2350ddac11.',
  'What it calls closed is played as resolved: the desk closes by itself after some days without a word, or when the',
  'requester confirms, and the log has no requester. Cancellations that it works on after are noted as withdrawn.',
];

const stamp = (now: Date): string => now.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');

type LogRequest = Extract<ReplayRequest, { kind: 'log' }>;
type DaysRequest = Extract<ReplayRequest, { kind: 'week' | 'demo' }>;

const logScript = ({ file, limit, tenant }: LogRequest, text: string, now: Date): Script => {
  const cases = parseLog(text).slice(0, limit);
  const logDesk = deskOf(cases);
  const own = tenant ?? `log-${stamp(now)}`;
  return {
    title: `${file}: ${cases.length} cases`,
    tenant: own,
    run: own,
    desk: logDesk.desk,
    plans: cases.map((one) => planCase(one, logDesk)),
    count: countLog(cases),
    isAlone: true,
    remarks: logRemarks,
  };
};

const daysScript = ({ kind, seed, days, tenant }: DaysRequest, now: Date): Script => {
  const own = tenant ?? (kind === 'demo' ? demoTenant : `week-${stamp(now)}`);
  const { plans, count } = generateDays({ seed, days });
  return {
    title: `${days} generated ${days === 1 ? 'day' : 'days'} of the demo company (seed ${seed}): ${plans.length} tickets`,
    tenant: own,
    run: `${kind}-${seed}-${days}`,
    desk: companyDesk(topics),
    plans,
    count,
    isAlone: kind === 'week',
    remarks: ['The independent count was taken by the generator while it made the tickets up.'],
  };
};

/**
 * Writes the script of a replay. `text` is the log's, where one is played; `now` names a new tenant.
 * @throws UnusableLog naming line and column of what cannot be read.
 */
export const scriptOf = (request: Exclude<ReplayRequest, { kind: 'help' }>, text: string, now: Date): Script => {
  const script = request.kind === 'log' ? logScript(request, text, now) : daysScript(request, now);
  const fault = script.plans.map(faultOf).find((found) => found !== undefined);
  if (fault) throw new Error(`A plan breaks the lifecycle of a ticket. ${fault}`);
  return script;
};
