import { setTimeout as sleep } from 'node:timers/promises';
import type { Weather } from '../../proxy/weather.ts';
import type { Fault } from '../fault.ts';
import { podOf, type Happening } from './world.ts';

const weatherOf = ({ kind, detail }: Fault): Weather => {
  switch (kind) {
    case 'latency':
      return { kind: 'latency', milliseconds: 500, spread: 200 };
    case 'resets':
      return { kind: 'resets', share: 0.05 };
    case 'half-open':
      return { kind: 'half-open', after: detail.endsWith('lost for good') ? 'silence' : 'reset' };
    case 'commit-cut':
      return { kind: 'commit-cut', share: 0.3 };
    default:
      throw new Error(`${kind} is no fault of the network`);
  }
};

/** Bad weather between one process and Kafka, PostgreSQL or both. */
export const badWeather: Happening = async (world, fault) => {
  const pod = podOf(world, fault.target);
  const weather = weatherOf(fault);
  const ways = [
    ...(fault.detail.includes('kafka') ? [pod.kafka] : []),
    ...(fault.detail.includes('postgres') ? [pod.postgres] : []),
  ];
  const ends = ways.map((way) => way.change(weather));
  await sleep(fault.seconds * 1_000);
  ends.forEach((end) => end());
  return { services: [pod.service], pod };
};
