import type { VerityVolume } from '../app-facts.ts';
import type { ComposeContext, LauncherContext } from '../context.ts';
import { type ComposeFinding, failing, informing } from '../findings.ts';
import { reachOf, sourceOf } from '../host-paths.ts';
import { cleanPath, doOverlap } from '../paths.ts';
import { PROTECTED } from './launcher-mounts.ts';

/** Where the work directory lies: in its container, and on the machine where it is a path of it. */
const workPaths = ({ file, launcher, pin }: LauncherContext): string[] => {
  if (pin === undefined) return [];
  const sources = launcher.mounts.flatMap((mount) => {
    if (mount.target === undefined || !doOverlap(mount.target, pin.workDir)) return [];
    const source = sourceOf(file, mount);
    return source.kind === 'host' ? [source.path] : [];
  });
  return [pin.workDir, ...sources];
};

const verityFinding = ({ name, target }: VerityVolume, work: readonly string[]): ComposeFinding => {
  const place = { line: undefined, path: name };
  const path = cleanPath(target ?? '');
  if (path === undefined) return failing(place, 'where this volume is mounted on the machine cannot be read');
  if (work.some((one) => doOverlap(path, one)))
    return failing(place, `it is mounted at ${path}, over the work directory`);
  const isSystem = PROTECTED.some((one) => doOverlap(path, one)) || reachOf(path) !== 'nothing';
  if (isSystem) return failing(place, `it is mounted at ${path}, over files of the machine`);
  return informing(place, `a data volume is mounted on the machine at ${path}`);
};

/** The keys of app-compose.json that no other check looks at. They are part of compose.scripts: what acts on the machine itself. */
export const checkAppKeys = ({ app }: ComposeContext, one: LauncherContext | undefined): ComposeFinding[] => {
  const { verityVolumes = [], hasDockerConfig = false, strangeKeys = [] } = app;
  const work = one === undefined ? [] : workPaths(one);
  const docker = { line: undefined, path: 'docker_config' };
  return [
    ...verityVolumes.map((volume) => verityFinding(volume, work)),
    ...(hasDockerConfig
      ? [failing(docker, 'docker_config changes where the engine gets images from, or as whom')]
      : []),
    ...strangeKeys.map((key) =>
      informing({ line: undefined, path: key }, `${key} is no key of app-compose that is known here`),
    ),
  ];
};
