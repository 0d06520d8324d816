import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { runTool } from './build.ts';
import { projectRoot } from './settings.ts';

/** None of the walls asks for types, whose program takes ten seconds to make. */
const linter = new ESLint({ cwd: projectRoot, overrideConfig: tseslint.configs.disableTypeChecked });

/** The rules that refuse this text, were it the content of that file. */
const refusals = async (file: string, text: string): Promise<(string | null)[]> => {
  const [result] = await linter.lintText(text, { filePath: file });
  return result!.messages.filter(({ severity }) => severity === 2).map(({ ruleId }) => ruleId);
};

// The boundary rule reads the project graph that Nx keeps.
beforeAll(async () => {
  const { code, output } = await runTool('nx', ['show', 'projects'], { NODE_OPTIONS: '' });
  if (code !== 0) throw new Error(output);
});

describe('the walls of the house', () => {
  it.each([
    ['a service that imports another', "export { routing } from '../../routing/src/app.module.ts';"],
    ['the testing library in a service', "export { specFor } from '@tierline/testing';"],
    ['its door for rules in a service', "export { specFor } from '@tierline/testing/rules';"],
    ['a library reached past its door', "export { shardOf } from '../../../libs/messaging/src/journal.ts';"],
  ])('refuse %s', async (_case, text) => {
    expect(await refusals('apps/intake/src/events.ts', text)).toContain('@nx/enforce-module-boundaries');
  });

  it('refuse kafkajs outside its one file', async () => {
    expect(await refusals('libs/messaging/src/relay.ts', "export { Kafka } from 'kafkajs';")).toContain(
      'no-restricted-imports',
    );
  });

  it('refuse a clock in a rule', async () => {
    expect(await refusals('apps/routing/src/domain/matrix.ts', 'export const now = () => new Date();')).toContain(
      'no-restricted-syntax',
    );
  });

  it('let a lawful import pass', async () => {
    expect(await refusals('apps/intake/src/events.ts', "export { TicketOpened } from '@tierline/contracts';")).toEqual(
      [],
    );
  });
});
