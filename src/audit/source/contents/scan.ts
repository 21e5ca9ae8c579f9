import { parseGitmodules } from '../../../source/submodules.ts';
import { showName } from '../../../source/objects/tree-names.ts';
import { gitlinksOf } from '../../../source/unit.ts';
import { toLatin1Path } from '../../../source/workdir/files.ts';
import type { BroughtUnits } from '../bring-commit.ts';
import type { EntryFacts } from '../entry.ts';
import { MAX_ENTRY_BYTES, MAX_MANIFEST_BYTES, MAX_MANIFESTS } from '../limits.ts';
import { fileAt, readCommitFile } from '../read-file.ts';
import { fetchedAtStart } from './commands.ts';
import { capped, type SourceFinding } from './finding.ts';
import { isManifest, unlockedPackages } from './manifests.ts';

const textAt = (brought: BroughtUnits, path: string): string | undefined => {
  const file = fileAt(brought, path);
  if (file === undefined || file.size > MAX_MANIFEST_BYTES) return undefined;
  return readCommitFile(brought, file).toString('utf8');
};

const submodules = (brought: BroughtUnits): SourceFinding[] => {
  const { units, context } = brought;
  const brings = context.pin.submodules === 'yes';
  return units.flatMap((unit) => {
    const links = gitlinksOf(unit.layout);
    if (links.length === 0) return [];
    const below = unit.path === '' ? '' : `${unit.path}/`;
    const urls = parseGitmodules(Buffer.from(textAt(brought, `${below}.gitmodules`) ?? '', 'utf8').toString('latin1'));
    return links.map(({ path, id }) => {
      const shown = showName(below + path);
      const url = urls.get(path);
      const from = url === undefined ? 'of an address that .gitmodules does not give' : `of ${showName(url)}`;
      const what = brings ? 'brought along and hashed' : 'an empty folder to the launcher';
      return { id: 'source.submodule', text: `${shown} is a submodule, commit ${id} ${from}: ${what}`, path: shown };
    });
  });
};

const lfsPointers = ({ units, lfs }: BroughtUnits): SourceFinding[] =>
  units.flatMap(({ path: unit, layout }) =>
    layout.entries
      .filter(({ id, kind }) => lfs.has(id) && kind !== 'symlink')
      .map(({ path }) => {
        const shown = showName(unit === '' ? path : `${unit}/${path}`);
        const text = `${shown} is a Git LFS pointer: its content lies outside of the commit, and the launcher places the pointer`;
        return { id: 'source.lfs', text, path: shown, line: 1 };
      }),
  );

const commands = ({ start }: EntryFacts): SourceFinding[] => {
  if (start.mode === 'command') {
    return [...fetchedAtStart(start.installCmd ?? '', 'INSTALL_CMD'), ...fetchedAtStart(start.runCmd, 'RUN_CMD')];
  }
  const path = showName(toLatin1Path(start.path));
  if (start.bytes !== undefined) return fetchedAtStart(Buffer.from(start.bytes).toString('utf8'), path);
  if (start.size === undefined) return [];
  const text = `${path} has ${start.size} bytes, more than ${MAX_ENTRY_BYTES}, and was not looked into`;
  return [{ id: 'source.entry-unread', text, path }];
};

const packages = (brought: BroughtUnits): SourceFinding[] => {
  const paths = new Set<string>();
  for (const { path: unit, layout } of brought.units) {
    for (const { path, kind } of layout.entries) {
      if (kind === 'file' || kind === 'executable') paths.add(unit === '' ? path : `${unit}/${path}`);
    }
  }
  const manifests = [...paths].filter(isManifest);
  const texts = new Map(manifests.slice(0, MAX_MANIFESTS).map((path) => [path, textAt(brought, path)]));
  const left = manifests.length - texts.size;
  return [
    ...unlockedPackages(paths, texts),
    ...(left === 0 ? [] : [{ id: 'source.unlocked-packages', text: `${left} further manifests were not looked into` }]),
  ];
};

/** What the workload would fetch at start, as far as the commit's files show without running any. */
export const scanContents = (brought: BroughtUnits, entry: EntryFacts): SourceFinding[] =>
  capped([...commands(entry), ...packages(brought), ...submodules(brought), ...lfsPointers(brought)]);
