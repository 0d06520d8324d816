import { parseArgs } from 'node:util';
import { loadKey, signToken } from './parts/issuer.ts';
import { services } from './parts/databases.ts';
import { Refusal } from './refusal.ts';
import { reportFailure } from './report-failure.ts';
import { readRunning, stateFolder, statePaths } from './state.ts';

const usage = `Usage: npm run parked                                             every parked key of every service
       npm run parked -- show    --service S --topic T --key K     its records, as they came
       npm run parked -- replay  --service S --topic T --key K     give them to the service again, in order
       npm run parked -- discard --service S --topic T --key K --reason "…"   drop the first of them for good

--direction outgoing means the service's own events that Kafka refused; replay then sends them again.
`;

type Listed = {
  direction: string;
  topic: string;
  key: string;
  tenant: string | null;
  records: number;
  reason: string;
  parkedAt: string;
};
type Caller = (service: string, method: string, path: string, body?: object) => Promise<unknown>;

const openCaller = async (): Promise<Caller> => {
  const running = await readRunning(statePaths(stateFolder()));
  if (!running) throw new Refusal('Tierline is not running here: start it with npm start.');
  // Admins of the tenant "platform" run the installation.
  const operator = {
    subject: 'operator',
    tenant: 'platform',
    roles: ['admin'] as const,
    name: 'Operator',
    email: 'operator@tierline.local',
  };
  const token = await signToken(await loadKey(running.issuer.keyFile), { ...operator, expiresIn: '5m' });
  return async (service, method, path, body) => {
    const response = await fetch(`${running.address}/api/${service}/operations/parked${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      body: body ? JSON.stringify(body) : null,
    });
    const answer = (await response.json()) as { code?: string; detail?: string };
    if (!response.ok) throw new Refusal(`${service} answered ${response.status} ${answer.code}: ${answer.detail}`);
    return answer;
  };
};

const list = async (call: Caller): Promise<string> => {
  const found: string[] = [];
  for (const service of services) {
    const { items } = (await call(service, 'GET', '')) as { items: Listed[] };
    for (const { direction, topic, key, tenant, records, reason, parkedAt } of items)
      found.push(
        `${service}  ${direction}  ${topic}  ${key}  ${records} records since ${parkedAt}  (${tenant ?? 'no tenant'})\n    ${reason}`,
      );
  }
  return found.length === 0 ? 'Nothing is parked.' : found.join('\n');
};

const required = (values: Record<string, string | undefined>, name: string): string => {
  const value = values[name];
  if (!value) throw new Refusal(`--${name} is missing.\n\n${usage}`);
  return value;
};

const run = async (command: string, values: Record<string, string | undefined>): Promise<string> => {
  if (command === 'list') return list(await openCaller());
  if (!['show', 'replay', 'discard'].includes(command))
    throw new Refusal(`There is no command ${command}.\n\n${usage}`);
  const place = {
    direction: values.direction ?? 'incoming',
    topic: required(values, 'topic'),
    key: required(values, 'key'),
  };
  const service = required(values, 'service');
  if (!(services as readonly string[]).includes(service))
    throw new Refusal(`--service ${service} is none of ${services.join(', ')}.`);
  const body = command === 'discard' ? { ...place, reason: required(values, 'reason') } : place;
  const call = await openCaller();
  const answer =
    command === 'show'
      ? await call(service, 'GET', `/records?${new URLSearchParams(place).toString()}`)
      : await call(service, 'POST', `/${command}`, body);
  return JSON.stringify(answer, null, 2);
};

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: Object.fromEntries(
      ['service', 'direction', 'topic', 'key', 'reason'].map((name) => [name, { type: 'string' as const }]),
    ),
  });
  process.stdout.write(`${await run(positionals[0] ?? 'list', values)}\n`);
} catch (error) {
  reportFailure(error);
}
