import type { Verdict } from '../../../../src/audit/result.ts';
import { material, rejected } from '../support.ts';

/** One of everything that a verdict can hold. */
export const everything: Verdict = rejected({
  ...material,
  findings: [
    { id: 'source.install', text: 'it installs without a lock', path: 'deploy/tee-launch.sh', line: 3 },
    { id: 'compose.exposure', text: 'ports are open', path: 'docker-compose.yml' },
    ...rejected().findings,
  ],
  facts: {
    repository: 'https://github.com/example/workload.git',
    commit: material.since.commit,
    app_id: 'ab',
    instance_id: 'cd',
  },
});

/** Words of closed lists, which no evidence chooses. */
const CLOSED = ['word', 'step', 'state', 'only', 'kind', 'sign'];

type Path = readonly (string | number)[];

const stringsOf = (value: unknown, path: Path): Path[] => {
  if (typeof value === 'string') return CLOSED.includes(String(path.at(-1))) ? [] : [path];
  if (typeof value !== 'object' || value === null) return [];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, one]) => stringsOf(one, [...path, key]));
};

/** Where a verdict holds text: each string of it, but for words of closed lists. */
export const places: readonly Path[] = stringsOf(everything, []);

const put = (value: unknown, [key, ...rest]: Path, text: string): unknown => {
  if (key === undefined) return text;
  const inside = value as Record<string | number, unknown>;
  const changed = put(inside[key], rest, text);
  return Array.isArray(value) ? value.with(Number(key), changed) : { ...inside, [key]: changed };
};

/** The verdict with this text in one of its places. */
export const planted = (path: Path, text: string): Verdict => put(everything, path, text) as Verdict;

/** The verdict with this text in all of its places, and as the name of facts. */
export const plantedEverywhere = (text: string): Verdict => {
  const verdict = places.reduce<unknown>((value, path) => put(value, path, text), everything) as Verdict;
  return { ...verdict, facts: { ...verdict.facts, [text]: text } };
};
