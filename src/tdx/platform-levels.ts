import { type JsonObject, objectOf, optional, stringOf } from '../base/json.ts';
import { type LevelVerdict, readVerdict } from './isv-levels.ts';
import { bad, listOf, numberOf } from './shape.ts';

/** One component's SVN, and what Intel calls the component, where it says. */
export interface TcbComponent {
  readonly svn: number;
  readonly label: string | undefined;
}

/** A level of a platform: it is reached by whoever has at least each of these SVNs. */
export interface PlatformLevel extends LevelVerdict {
  readonly sgx: readonly TcbComponent[];
  readonly pceSvn: number;
  readonly tdx: readonly TcbComponent[];
}

const COMPONENTS = 16;

const readComponents = (value: unknown, what: string): readonly TcbComponent[] => {
  const list = listOf(value, what);
  if (list.length !== COMPONENTS) throw bad(`${what} has ${list.length} entries, not ${COMPONENTS}`);
  return list.map((one, index) => {
    const part = `${what}[${index}]`;
    const fields = objectOf(one, part);
    const type = optional(stringOf, fields.type, `${part}.type`);
    const category = optional(stringOf, fields.category, `${part}.category`);
    return { svn: numberOf(fields.svn, 255, `${part}.svn`), label: type ?? category };
  });
};

const readLevel = (level: JsonObject, what: string): PlatformLevel => {
  const tcb = objectOf(level.tcb, `${what}.tcb`);
  return {
    sgx: readComponents(tcb.sgxtcbcomponents, `${what}.tcb.sgxtcbcomponents`),
    pceSvn: numberOf(tcb.pcesvn, 65535, `${what}.tcb.pcesvn`),
    tdx: readComponents(tcb.tdxtcbcomponents, `${what}.tcb.tdxtcbcomponents`),
    ...readVerdict(level, what),
  };
};

const svnsOf = ({ sgx, pceSvn, tdx }: PlatformLevel): readonly number[] => [
  ...sgx.map(({ svn }) => svn),
  pceSvn,
  ...tdx.map(({ svn }) => svn),
];

/** Whether all that reach `higher` reach `lower` too, and not the other way round. */
const isAbove = (higher: PlatformLevel, lower: PlatformLevel): boolean => {
  const [high, low] = [svnsOf(higher), svnsOf(lower)];
  return high.every((svn, index) => svn >= low[index]!) && high.some((svn, index) => svn > low[index]!);
};

/**
 * The levels of a TCB info. Intel's rule is "the first level in the list that is reached", with the list sorted highest first.
 * Levels are only partly ordered, so a list cannot be sorted anew without inventing an order; what can be checked is that no
 * level stands below one that it is above, for that one would never be found. Such a list is refused with `bad-collateral`.
 */
export const readPlatformLevels = (value: unknown, what: string): readonly PlatformLevel[] => {
  const levels = listOf(value, what).map((one, index) =>
    readLevel(objectOf(one, `${what}[${index}]`), `${what}[${index}]`),
  );
  for (const [index, level] of levels.entries()) {
    const misplaced = levels.findIndex((later, at) => at > index && isAbove(later, level));
    if (misplaced >= 0) throw bad(`${what} are not in order, highest first: ${misplaced} is above ${index}`);
  }
  return levels;
};
