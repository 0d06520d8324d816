import { spawnSync } from 'node:child_process';

const root = new URL('../../', import.meta.url).pathname;

/** The rules that refuse this text, were it the content of that file. */
const refusals = (file: string, text: string): string[] => {
  const run = (name: string, args: string[], input?: string) =>
    spawnSync(`${root}node_modules/.bin/${name}`, args, {
      cwd: root,
      input,
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '', NX_DAEMON: 'false' },
    });
  // The boundary rule reads the project graph that Nx keeps.
  run('nx', ['show', 'projects']);
  const { stdout, stderr } = run('eslint', ['--stdin', '--stdin-filename', file, '--format', 'json'], text);
  if (!stdout) throw new Error(stderr);
  const [result] = JSON.parse(stdout) as { messages: { ruleId: string; severity: number }[] }[];
  return result!.messages.filter(({ severity }) => severity === 2).map(({ ruleId }) => ruleId);
};

describe('the walls of the house', () => {
  it.each([
    ['a service that imports another', "export { routing } from '../../routing/src/app.module.ts';"],
    ['a library reached past its door', "export { shardOf } from '../../../libs/messaging/src/journal.ts';"],
  ])('refuse %s', (_case, text) => {
    expect(refusals('apps/intake/src/events.ts', text)).toContain('@nx/enforce-module-boundaries');
  });

  it('refuse kafkajs outside its one file', () => {
    expect(refusals('libs/messaging/src/relay.ts', "export { Kafka } from 'kafkajs';")).toContain(
      'no-restricted-imports',
    );
  });

  it('refuse a clock in a rule', () => {
    expect(refusals('apps/routing/src/domain/priority.ts', 'export const now = () => new Date();')).toContain(
      'no-restricted-syntax',
    );
  });

  it('let a lawful import pass', () => {
    expect(refusals('apps/intake/src/events.ts', "export { TicketOpened } from '@tierline/contracts';")).toEqual([]);
  });
});
