// Jest's global tear-down.
export default async () => {
  await globalThis.tierlineTestParts?.stop();
};
