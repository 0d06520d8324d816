import { signToken, loadKey } from './parts/issuer.ts';
import { demoTenant, people } from './people.ts';
import { Refusal } from './refusal.ts';
import { reportFailure } from './report-failure.ts';
import { stateFolder, statePaths } from './state.ts';
import { parseTokenRequest } from './token-request.ts';

const usage = `Usage: npm run -s token -- --as <person> [--tenant ${demoTenant}] [--subject <subject>] [--expires 8h]

Prints one access token for a person of the demo company:
${Object.entries(people)
  .map(([key, { name, roles }]) => `  ${key.padEnd(12)} ${name} (${roles.join(', ')})`)
  .join('\n')}
`;

try {
  const request = parseTokenRequest(process.argv.slice(2));
  if (request === 'help') process.stdout.write(usage);
  else {
    const key = await loadKey(statePaths(stateFolder()).tokenKey);
    process.stdout.write(`${await signToken(key, request)}\n`);
  }
} catch (error) {
  reportFailure(error);
  if (error instanceof Refusal) process.stderr.write(`\n${usage}`);
}
