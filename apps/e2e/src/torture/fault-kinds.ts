import { services } from '@tierline/local';
import type { Chance } from './chance.ts';
import { pods, type Failpoint, type Fault, type Guard, type Service } from './fault.ts';

/** A fault that has no time yet. */
export type Draft = Pick<Fault, 'kind' | 'target' | 'seconds' | 'detail'>;
type Drawing = (chance: Chance) => Draft;

/** The services that come by each point. */
const points: Readonly<Record<Failpoint, readonly Service[]>> = {
  'relay.read': ['intake', 'routing', 'tier-queues', 'notifications'],
  'relay.appended': ['intake', 'routing', 'tier-queues', 'notifications'],
  'relay.deleted': ['intake', 'routing', 'tier-queues'],
  'chunk.before-commit': services,
  'chunk.committed': services,
  'command.before-commit': ['intake', 'tier-queues'],
  'command.committed': ['intake', 'tier-queues'],
  'timers.before-commit': ['tier-queues'],
  'transaction.torn': ['intake', 'tier-queues', 'routing'],
};
/** Comes up only where the guard `transaction` is off. */
const torn = 'transaction.torn';
const reached = (Object.keys(points) as Failpoint[]).filter((point) => point !== torn);

const at =
  (kind: 'kill-at-point' | 'freeze-at-point', ...among: Failpoint[]): Drawing =>
  (chance) => {
    const point = chance.pick(among.length > 0 ? among : reached);
    const seconds = kind === 'kill-at-point' ? 5 : chance.between(11, 22);
    return { kind, target: chance.pick(points[point]), seconds, detail: `${point} after ${chance.between(1, 12)}` };
  };

const kill: Drawing = (chance) => ({ kind: 'kill', target: chance.pick(pods), seconds: 3, detail: 'SIGKILL' });

/** Mostly beyond the session time-out of the group (8 s) and the leases of the relay (8 s). */
const freeze: Drawing = (chance) => ({
  kind: 'freeze',
  target: chance.pick(pods),
  seconds: chance.happens(0.7) ? chance.between(11, 30) : chance.between(2, 9),
  detail: 'SIGSTOP, then SIGCONT',
});

const network =
  (kind: 'half-open' | 'latency' | 'resets', least: number, most: number, details: readonly string[]): Drawing =>
  (chance) => ({ kind, target: chance.pick(pods), seconds: chance.between(least, most), detail: chance.pick(details) });

const sides = ['kafka', 'postgres', 'kafka and postgres'] as const;
const halfOpen = network(
  'half-open',
  6,
  16,
  sides.flatMap((side) => [`${side}, then reset`, `${side}, lost for good`]),
);
const latency = network('latency', 6, 14, sides);
const resets = network('resets', 5, 12, sides);
const commitCut: Drawing = (chance) => ({
  kind: 'commit-cut',
  target: chance.pick(pods),
  seconds: chance.between(4, 8),
  detail: 'postgres',
});

const duplicates: Drawing = () => ({ kind: 'injection', target: 'kafka', seconds: 0, detail: 'duplicates' });
export const injections = [
  'duplicates',
  'stale records, reordered',
  'malformed JSON',
  'missing headers',
  'oversize',
  'unknown version',
  'unknown type',
] as const;
export type Injection = (typeof injections)[number];
const injection: Drawing = (chance) => ({ ...duplicates(chance), detail: chance.pick(injections) });

const rolling: Drawing = () => ({
  kind: 'rolling-restart',
  target: 'all',
  seconds: 18,
  detail: 'SIGTERM, one process of each service after the other',
});
const postgres: Drawing = (chance) => ({
  kind: 'postgres-restart',
  target: 'postgres',
  seconds: 5,
  detail: chance.pick(['fast', 'immediate']),
});
const kafka: Drawing = (chance) => ({
  kind: 'kafka-restart',
  target: 'kafka',
  seconds: 12,
  detail: chance.pick(['SIGTERM', 'SIGKILL']),
});
const storm: Drawing = (chance) => ({
  kind: 'rebalance-storm',
  target: chance.pick(services),
  seconds: chance.between(6, 12),
  detail: 'a stranger joins or leaves each 2 s',
});
const diskFull: Drawing = (chance) => ({
  kind: 'disk-full',
  target: chance.pick(['intake', 'routing', 'tier-queues', 'notifications']),
  seconds: chance.between(3, 8),
  detail: 'SQLSTATE 53100 on journal and outbox',
});
const clock: Drawing = (chance) => ({
  kind: 'clock-jump',
  target: chance.pick(pods),
  seconds: chance.between(5, 12),
  detail: `${chance.pick(['+', '-'])}${chance.between(2, 10)} min`,
});

/** Whose database can be taken back to when, `faults/restoring.ts` says. */
const earlier: Drawing = (chance) => ({
  kind: 'restored-database',
  target: 'reporting',
  seconds: chance.between(3, 8),
  detail: 'an earlier moment',
});
const lastCommit: Drawing = (chance) => ({
  kind: 'restored-database',
  target: chance.pick(services),
  seconds: 4,
  detail: 'its last commit',
});

type Kinds = Readonly<Record<string, { weight: number; draw: Drawing }>>;

/** What happens on each lane, and how often. What takes a part away from everybody is on the first one only. */
export const usual: Readonly<Record<'first' | 'second', Kinds>> = {
  first: {
    kill: { weight: 4, draw: kill },
    point: { weight: 6, draw: at('kill-at-point') },
    rolling: { weight: 1, draw: rolling },
    postgres: { weight: 2, draw: postgres },
    kafka: { weight: 1.5, draw: kafka },
    cut: { weight: 2, draw: commitCut },
    resets: { weight: 1.5, draw: resets },
    injection: { weight: 3, draw: injection },
  },
  second: {
    kill: { weight: 2, draw: kill },
    freeze: { weight: 1.5, draw: freeze },
    frozenPoint: { weight: 1, draw: at('freeze-at-point', 'relay.read', 'relay.appended', 'chunk.before-commit') },
    halfOpen: { weight: 2, draw: halfOpen },
    latency: { weight: 1.5, draw: latency },
    storm: { weight: 1, draw: storm },
    diskFull: { weight: 1.5, draw: diskFull },
    clock: { weight: 1.5, draw: clock },
    earlier: { weight: 1.5, draw: earlier },
    lastCommit: { weight: 0.5, draw: lastCommit },
    injection: { weight: 5, draw: injection },
  },
};

const slowPostgres: Drawing = (chance) => ({ ...latency(chance), seconds: 20, detail: 'postgres' });

/** A trap that closes at once, however slow the machine is: these services come by there with nearly every command. */
const dieSoonAt =
  (point: Failpoint): Drawing =>
  (chance) => ({
    kind: 'kill-at-point',
    target: chance.pick(['intake', 'tier-queues']),
    seconds: 10,
    detail: `${point} after ${chance.between(1, 2)}`,
  });

/** What brings out the lack of each guard. */
export const favoured: Readonly<Record<Guard, readonly Drawing[]>> = {
  inbox: [duplicates, duplicates, dieSoonAt('relay.appended')],
  position: [slowPostgres, freeze, at('freeze-at-point', 'chunk.before-commit')],
  'lease-epoch': [freeze, kill, at('freeze-at-point', 'relay.read')],
  'delete-after-ack': [dieSoonAt('relay.read')],
  transaction: [dieSoonAt(torn)],
};
