import { cpus, totalmem } from 'node:os';
import type { Arguments } from './arguments.ts';
import type { Audit } from './auditor.ts';
import type { Counts } from './client.ts';
import type { Crash } from './keeping.ts';
import type { Injured } from './run-folder.ts';

export type Outcome = {
  arguments: Arguments;
  injured: readonly Injured[];
  crashes: readonly Crash[];
  answers: Counts;
  tickets: number;
  events: number;
  records: number;
  injected: number;
  webhooks: number;
  quietAfterMs: number;
  stillUnder: readonly string[];
  audit: Audit;
};

const quantile = (sorted: readonly number[], share: number): number | null =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;

const recoveryOf = (injured: readonly Injured[]) => {
  const struck = injured.filter(({ kind, missed }) => kind !== 'injection' && missed === undefined);
  const times = struck.flatMap(({ recoveredMs }) => (recoveredMs === null ? [] : [recoveredMs])).sort((a, b) => a - b);
  const undisturbed = struck.flatMap(({ undisturbedMs }) => undisturbedMs ?? []).sort((a, b) => a - b);
  const worst = struck.toSorted((a, b) => (b.recoveredMs ?? Infinity) - (a.recoveredMs ?? Infinity))[0];
  return {
    measured: times.length,
    never: struck.filter(({ recoveredMs }) => recoveredMs === null).map(({ id }) => id),
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    worstMs: times.at(-1) ?? null,
    undisturbed: {
      measured: undisturbed.length,
      p99Ms: quantile(undisturbed, 0.99),
      worstMs: undisturbed.at(-1) ?? null,
    },
    worst: worst && `#${worst.id} ${worst.kind} ${worst.target} (${worst.detail})`,
  };
};

const byKind = (injured: readonly Injured[]): Record<string, number> => {
  const happened = injured.filter(({ missed }) => missed === undefined);
  const groups = Map.groupBy(happened, ({ kind, detail }) => (kind === 'injection' ? `injected: ${detail}` : kind));
  return Object.fromEntries([...groups].map(([kind, of]) => [kind, of.length] as const).sort());
};

type Worst = { recoveredMs: number; undisturbedMs: number | null };

/** The worst recovery of each kind of fault that hits somebody. */
const worstByKind = (injured: readonly Injured[]): Record<string, Worst> => {
  const struck = injured.filter(({ kind, recoveredMs }) => kind !== 'injection' && recoveredMs !== null);
  const worst = (values: readonly (number | null)[]) => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : Math.max(...known);
  };
  const kinds = [...Map.groupBy(struck, ({ kind }) => kind)].sort(([one], [other]) => one.localeCompare(other));
  return Object.fromEntries(
    kinds.map(([kind, of]) => [
      kind,
      {
        recoveredMs: worst(of.map(({ recoveredMs }) => recoveredMs)) ?? 0,
        undisturbedMs: worst(of.map(({ undisturbedMs }) => undisturbedMs)),
      },
    ]),
  );
};

/** What the run itself took of the machine: load, proxies, receivers and tap, not the services. */
const ownEffort = () => {
  const { user, system } = process.cpuUsage();
  return {
    cores: Math.round((user + system) / process.uptime() / 10_000) / 100,
    megabytes: Math.round(process.resourceUsage().maxRSS / 1_024),
  };
};

/** All figures of a run. */
export const summaryOf = (outcome: Outcome) => {
  const { seed, minutes, every, without, rate, ended } = outcome.arguments;
  const { injured, crashes, answers, audit } = outcome;
  return {
    seed,
    minutes,
    every,
    without,
    rate,
    ended,
    machine: `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`,
    tickets: outcome.tickets,
    ticketsPerSecond: Math.round((10 * outcome.tickets) / (minutes * 60)) / 10,
    commands: answers,
    events: outcome.events,
    records: outcome.records,
    webhooks: outcome.webhooks,
    injected: outcome.injected,
    faults: injured.filter(({ missed }) => missed === undefined).length,
    missed: injured.filter(({ missed }) => missed !== undefined).length,
    byKind: byKind(injured),
    recovery: recoveryOf(injured),
    worstByKind: worstByKind(injured),
    own: ownEffort(),
    crashes: crashes.map(({ at, pod, reason, lines }) => ({ at, pod, reason, lines: lines.slice(-5) })),
    quietAfterMs: outcome.quietAfterMs,
    stillUnder: outcome.stillUnder,
    audit: { code: audit.code, lines: audit.lines },
  };
};
export type Summary = ReturnType<typeof summaryOf>;

const seconds = (milliseconds: number | null) =>
  milliseconds === null ? '–' : `${(milliseconds / 1_000).toFixed(1)} s`;

/** How often each code was answered, whatever was asked. */
const refusalsIn = (commands: Counts['commands']): (readonly [string, number])[] => {
  const sums = new Map<string, number>();
  for (const outcomes of Object.values(commands))
    for (const [code, count] of Object.entries(outcomes))
      if (code !== 'accepted' && code !== 'unknown') sums.set(code, (sums.get(code) ?? 0) + count);
  return [...sums];
};

/** The most frequent first. */
const countsOf = (counts: readonly (readonly [string, number])[]): string =>
  counts
    .toSorted(([, one], [, other]) => other - one)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ') || 'none';

/** The summary as it is printed at the end. */
export const linesOf = (summary: Summary): string[] => {
  const { commands, recovery, byKind: kinds } = summary;
  const indefinite = Object.entries(commands.indefinite)
    .map(([why, count]) => `${count} ${why}`)
    .join(', ');
  return [
    `seed ${summary.seed}, ${summary.minutes} min${summary.every > 1 ? `, faults in one of ${summary.every}` : ''}${summary.without === null ? '' : `, without ${summary.without}`}; ${summary.machine}`,
    `${summary.tickets} tickets (${summary.ticketsPerSecond} a second${summary.rate > 0 ? `, ${summary.rate} wanted of programs, ${Math.round(100 * summary.ended)} % of those to be ended` : ''}), ${commands.accepted} commands accepted, ${commands.refused} refused, ${commands.unknown} without an answer, ${commands.repeats} repeats (${indefinite || 'none'})`,
    `refused: ${countsOf(refusalsIn(commands.commands))}`,
    `acts: ${countsOf(Object.entries(commands.commands).map(([name, { accepted = 0 }]) => [name, accepted] as const))}`,
    ...commands.failures.map((failure) => `FAILED ${failure}`),
    `${summary.events} events in ${summary.records} records, ${summary.injected} injected, ${summary.webhooks} webhooks`,
    `${summary.faults} faults: ${Object.entries(kinds)
      .map(([kind, count]) => `${count} ${kind}`)
      .join(', ')}; ${summary.missed} did not come about`,
    `recovery: half within ${seconds(recovery.p50Ms)}, p99 ${seconds(recovery.p99Ms)}, worst ${seconds(recovery.worstMs)}${recovery.worst ? ` (${recovery.worst})` : ''}${recovery.never.length > 0 ? `, never: ${recovery.never.map((id) => `#${id}`).join(' ')}` : ''}`,
    `from the last fault that was under way: p99 ${seconds(recovery.undisturbed.p99Ms)}, worst ${seconds(recovery.undisturbed.worstMs)} (${recovery.undisturbed.measured} measured)`,
    `worst by kind (from its end, from the last fault's): ${Object.entries(summary.worstByKind)
      .map(([kind, { recoveredMs, undisturbedMs }]) => `${kind} ${seconds(recoveredMs)}, ${seconds(undisturbedMs)}`)
      .join('; ')}`,
    `load, proxies and receivers took ${summary.own.cores} cores and ${summary.own.megabytes} MB at most`,
    `processes that ended unasked: ${summary.crashes.length}${summary.crashes.map(({ pod, reason }) => ` ${pod} (${reason})`).join(',')}`,
    `quiet ${seconds(summary.quietAfterMs)} after the load${summary.stillUnder.length > 0 ? `; not quiet: ${summary.stillUnder.join(', ')}` : ''}`,
  ];
};
