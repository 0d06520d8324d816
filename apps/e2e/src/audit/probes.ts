import type { Probe, Wall } from './evidence.ts';
import { services, type Service } from './names.ts';
import { allRows, connect } from './reading/database.ts';
import type { Spill } from './reading/spill.ts';
import type { Run } from './run.ts';

const pathsOf: Partial<Record<Service, (ticket: string) => string>> = {
  intake: (ticket) => `tickets/${ticket}`,
  routing: (ticket) => `tickets/${ticket}/route`,
  'tier-queues': (ticket) => `tickets/${ticket}`,
  reporting: (ticket) => `tickets/${ticket}/history`,
};

const knock = async (url: string, token: string): Promise<Pick<Probe, 'outcome'> & { answer: string }> => {
  try {
    const limits = { headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(5_000) };
    const response = await fetch(url, limits);
    await response.arrayBuffer();
    const isRefused = response.status === 404 || response.status === 403;
    return { outcome: isRefused ? 'refused' : 'reached', answer: String(response.status) };
  } catch (error) {
    return { outcome: 'no answer', answer: (error as Error).message };
  }
};

type Stranger = { readonly tenant: string; readonly ticket: string; readonly of: string };

/** For each tenant some tickets of each other one. */
const strangersOf = (examples: Spill['examples']): Stranger[] =>
  [...examples.keys()].flatMap((tenant) =>
    [...examples].flatMap(([of, tickets]) => (of === tenant ? [] : tickets.map((ticket) => ({ tenant, ticket, of })))),
  );

/** Asks each service, as somebody of one tenant, for tickets of the others. */
const throughHttp = async ({ processes, tokens }: Run, strangers: readonly Stranger[]): Promise<Probe[]> => {
  const probes: Probe[] = [];
  const silent = new Set<Service>();
  for (const { tenant, ticket, of } of strangers)
    for (const service of services) {
      const address = processes.find((one) => one.service === service)?.address;
      const path = pathsOf[service]?.(ticket);
      const token = tokens[tenant];
      if (!address || !path || !token) continue;
      if (silent.has(service)) continue;
      const { outcome, answer } = await knock(`${address}/${path}`, token);
      if (outcome === 'no answer') silent.add(service);
      probes.push({ what: `${service}: ${path} of ${of}, asked by ${tenant}, answered with ${answer}`, outcome });
    }
  return probes;
};

/** Counts, as the role of HTTP work with one tenant set, the rows of all others. */
const throughRole = async (service: Service, url: string, tables: readonly string[], tenants: readonly string[]) => {
  const client = await connect(url, 10_000);
  const probes: Probe[] = [];
  try {
    for (const tenant of ['', ...tenants])
      for (const table of tables) {
        await client.query('BEGIN');
        if (tenant) await client.query(`SELECT set_config('app.tenant', $1, true)`, [tenant]);
        const [row] = await allRows<{ n: number }>(
          client,
          `SELECT count(*) AS n FROM "${table}" WHERE tenant_id <> $1`,
          [tenant],
        );
        await client.query('ROLLBACK');
        const what = `${service}.${table}: ${row!.n} rows of others, asked by ${tenant || 'no tenant'}`;
        probes.push({ what, outcome: row!.n > 0 ? 'reached' : 'refused' });
      }
  } finally {
    await client.end();
  }
  return probes;
};

/** Tries to reach what belongs to others; null: neither tokens nor roles were given. */
export const probe = async (run: Run, walls: readonly Wall[], { examples }: Spill): Promise<Probe[] | null> => {
  const strangers = strangersOf(examples);
  const tenants = [...new Set(strangers.map(({ tenant }) => tenant))];
  const probes = await throughHttp(run, strangers);
  for (const service of services) {
    const url = run.appDatabases?.[service];
    const tables = walls.filter((wall) => wall.service === service).map(({ table }) => table);
    if (url) probes.push(...(await throughRole(service, url, tables, tenants)));
  }
  return probes.length === 0 ? null : probes;
};
