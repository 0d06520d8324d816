import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../figure.ts';
import { Connection, requestOf, type Answered } from './connection.ts';
import type { LoadOrder, LoadReport } from './order.ts';

type Noted = { latencies: number[]; refused: Record<string, number>; due: [string, number][] };

const idOf = (body: string): string => /"id":"([^"]+)"/.exec(body)?.[1] ?? '';

const turns = ({ url, tokens, body }: LoadOrder) => {
  const requests = tokens.map((token) => requestOf(new URL(url), token, body));
  let next = 0;
  return (): Buffer => requests[next++ % requests.length]!;
};

const run = async (order: LoadOrder): Promise<LoadReport> => {
  const noted: Noted = { latencies: [], refused: {}, due: [] };
  const next = turns(order);
  const begin = performance.now() + order.warmUp * 1_000;
  const end = begin + order.seconds * 1_000;
  let turn = 0;
  const startOfTurns = performance.now();
  const note = (due: number, { status, body }: Answered) => {
    const now = performance.now();
    if (due < begin || now > end + 60_000) return;
    if (status < 200 || status > 299) noted.refused[status] = (noted.refused[status] ?? 0) + 1;
    else if (order.rate !== undefined || now <= end) {
      noted.latencies.push(now - due);
      if (order.ids) noted.due.push([idOf(body), performance.timeOrigin + due]);
    }
  };
  const dueNow = async (): Promise<number> => {
    if (order.rate === undefined) return performance.now();
    const due = startOfTurns + (turn++ * 1_000) / order.rate;
    const wait = due - performance.now();
    if (wait > 0.5) await sleep(wait);
    return due;
  };
  const connections = await Promise.all(
    Array.from({ length: order.connections }, () => Connection.open(new URL(order.url))),
  );
  let atBegin = process.cpuUsage();
  setTimeout(() => (atBegin = process.cpuUsage()), order.warmUp * 1_000);
  await Promise.all(
    connections.map(async (connection) => {
      for (let due = await dueNow(); due < end; due = await dueNow()) note(due, await connection.send(next()));
    }),
  );
  const used = process.cpuUsage(atBegin);
  connections.forEach((connection) => connection.close());
  return {
    perSecond: noted.latencies.length / order.seconds,
    accepted: noted.latencies.length,
    p50: percentile(noted.latencies, 0.5),
    p99: percentile(noted.latencies, 0.99),
    refused: noted.refused,
    due: noted.due,
    cpu: (used.user + used.system) / 1e6 / order.seconds,
  };
};

process.once('message', (order: LoadOrder) => {
  run(order).then(
    (report) => process.send?.({ report }, () => process.disconnect()),
    (error: Error) => process.send?.({ error: error.message }, () => process.disconnect()),
  );
});
