/** Does `work` for every item, `width` at a time. Starts at once; the promises are in the items' order. */
export const inPool = <Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result>[] => {
  const lanes: Promise<unknown>[] = Array.from({ length: width }, () => Promise.resolve());
  return items.map((item, index) => {
    const lane = index % width;
    const result = lanes[lane]!.then(() => work(item, index));
    // Whoever awaits the result sees the failure; the lane goes on.
    lanes[lane] = result.catch(() => undefined);
    result.catch(() => undefined);
    return result;
  });
};
