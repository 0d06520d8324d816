import { spawnSync } from 'node:child_process';

const root = new URL('../../', import.meta.url).pathname;

const run = (name: string, args: string[], input?: string) =>
  spawnSync(`${root}node_modules/.bin/${name}`, args, {
    cwd: root,
    input,
    encoding: 'utf8',
    // In a single run the parser would take the file from the disk instead of the text.
    env: { ...process.env, NODE_OPTIONS: '', NX_DAEMON: 'false', TSESTREE_SINGLE_RUN: 'false' },
  });

/** The rules that refuse this text, were it the content of that file. */
const refusals = (file: string, text: string): string[] => {
  const { stdout, stderr } = run('eslint', ['--stdin', '--stdin-filename', file, '--format', 'json'], text);
  if (!stdout) throw new Error(stderr);
  const [result] = JSON.parse(stdout) as { messages: { ruleId: string; severity: number }[] }[];
  return result!.messages.filter(({ severity }) => severity === 2).map(({ ruleId }) => ruleId);
};

// The boundary rule reads the project graph that Nx keeps.
beforeAll(() => run('nx', ['show', 'projects']));

describe('the walls of the house', () => {
  it.each([
    ['a service that imports another', "export { routing } from '../../routing/src/app.module.ts';"],
    ['the testing library in a service', "export { specFor } from '@tierline/testing';"],
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
    expect(refusals('apps/routing/src/domain/matrix.ts', 'export const now = () => new Date();')).toContain(
      'no-restricted-syntax',
    );
  });

  it('let a lawful import pass', () => {
    expect(refusals('apps/intake/src/events.ts', "export { TicketOpened } from '@tierline/contracts';")).toEqual([]);
  });
});
