import { services } from '@tierline/local';
import type { Guard } from '@tierline/messaging';

export type { Failpoint, Guard } from '@tierline/messaging';
export type Service = (typeof services)[number];

export const guards = [
  'inbox',
  'position',
  'lease-epoch',
  'delete-after-ack',
  'transaction',
] as const satisfies readonly Guard[];

/** Two processes of each service. */
export const pods = services.flatMap((service) => [`${service}-a`, `${service}-b`] as const);
export type PodName = (typeof pods)[number];

export const serviceOf = (pod: string): Service => pod.replace(/-[ab]$/, '') as Service;

export const faultKinds = [
  'kill',
  'kill-at-point',
  'freeze',
  'freeze-at-point',
  'rolling-restart',
  'postgres-restart',
  'kafka-restart',
  'commit-cut',
  'half-open',
  'latency',
  'resets',
  'rebalance-storm',
  'disk-full',
  'clock-jump',
  'restored-database',
  'injection',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** Something bad that happens to a part of the system. */
export type Fault = {
  id: number;
  /** Milliseconds after the load began. */
  at: number;
  kind: FaultKind;
  /** A process, a service, or a part. */
  target: string;
  /** How long it lasts, where the fault itself does not end it. */
  seconds: number;
  /** What exactly: the point, the manner, the kind of record. */
  detail: string;
  /** Of the chance that the fault draws while it is under way. */
  seed: string;
};
