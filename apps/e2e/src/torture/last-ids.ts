/** At least the last so many ids: a run may have millions. */
export const lastIds = (remembered: number) => {
  let [young, old] = [new Set<string>(), new Set<string>()];
  return {
    has: (id: string) => young.has(id) || old.has(id),
    add: (id: string): void => {
      young.add(id);
      if (young.size >= remembered) [young, old] = [new Set(), young];
    },
  };
};
