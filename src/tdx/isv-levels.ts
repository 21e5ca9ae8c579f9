import { objectOf } from '../base/json.ts';
import { advisoriesOf, bad, dateOf, listOf, numberOf, statusOf } from './shape.ts';
import type { TcbStatus } from './tcb-status.ts';

/** What Intel says of those who reach one level. */
export interface LevelVerdict {
  readonly status: TcbStatus;
  /** Seconds since 1970. */
  readonly tcbDate: number;
  readonly advisories: readonly string[];
}

/** A level of something with one SVN: the quoting enclave, or a TDX module. */
export interface IsvLevel extends LevelVerdict {
  readonly isvSvn: number;
}

export const readVerdict = (level: Readonly<Record<string, unknown>>, what: string): LevelVerdict => ({
  status: statusOf(level.tcbStatus, `${what}.tcbStatus`),
  tcbDate: dateOf(level.tcbDate, `${what}.tcbDate`),
  advisories: advisoriesOf(level.advisoryIDs, `${what}.advisoryIDs`),
});

/** Levels, highest first: "the first that is reached" would depend on any other order, so another one is an error. */
export const readIsvLevels = (value: unknown, what: string): readonly IsvLevel[] => {
  const levels = listOf(value, what).map((one, index) => {
    const part = `${what}[${index}]`;
    const level = objectOf(one, part);
    const tcb = objectOf(level.tcb, `${part}.tcb`);
    return { isvSvn: numberOf(tcb.isvsvn, 65535, `${part}.tcb.isvsvn`), ...readVerdict(level, part) };
  });
  if (levels.some(({ isvSvn }, index) => index > 0 && isvSvn >= levels[index - 1]!.isvSvn)) {
    throw bad(`${what} are not in order, highest first`);
  }
  return levels;
};

/** The highest level that `isvSvn` reaches; undefined where it reaches none. */
export const reachedLevel = (levels: readonly IsvLevel[], isvSvn: number): IsvLevel | undefined =>
  levels.find((level) => level.isvSvn <= isvSvn);
