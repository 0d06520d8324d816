import { chunkLimits } from './event-log.ts';

/**
 * SQL condition: this service reads on and still has a chunk or more before it in some partition. What it misses may
 * have happened long ago and wait there. False where it stands still, however much waits.
 */
export const catchingUp = `EXISTS (SELECT FROM consumer_position
  WHERE remaining >= ${chunkLimits.records} AND moved_at > now() - interval '30 s')`;

/** SQL condition: there is a chunk or more before this service in some partition, whether it reads on or stands still. */
export const isBehind = `EXISTS (SELECT FROM consumer_position WHERE remaining >= ${chunkLimits.records})`;
