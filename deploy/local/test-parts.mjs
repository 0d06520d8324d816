// Jest's global set-up. Plain JavaScript, so that Node itself loads the TypeScript behind it.
import { startTestParts } from './test-parts.ts';

export default async () => {
  globalThis.tierlineTestParts = await startTestParts();
};
