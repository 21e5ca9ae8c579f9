import { maskNodeConfig } from './config/mask.ts';
import { toToml } from './config/node-config.ts';
import { imageByManifest, type Plan, render } from './plan.ts';

const seconds = (ms: number): string => `${ms / 1000} s`;

/** What `--check` prints: what a launch would run, and no secret. */
export const describePlan = (plan: Plan): string => {
  const { settings, launcher, selection, approvedCount } = plan;
  const { image, pull, ports } = launcher;
  const rows: [string, string][] = [
    ['platform', settings.platform],
    ['digest', `${selection.digest} (${selection.from})`],
    ['digest of', settings.digestKind],
    ['approved', approvedCount === undefined ? 'no list' : `${approvedCount} in the list`],
    ...(image.kind === 'manifest'
      ? ([['image', imageByManifest(image.reference, selection.digest)]] as [string, string][])
      : ([
          ['repository', `${image.registry}/${image.name}`],
          ['tags', image.tags.join(', ')],
        ] as [string, string][])),
    ['ports', ports.length === 0 ? 'none' : ports.map(({ host, container }) => `${host}:${container}`).join(', ')],
    ['pull', `${pull.retries} retries, ${seconds(pull.firstMs)} to ${seconds(pull.longestMs)} apart`],
    [
      'event',
      settings.platform === 'NONTEE' ? 'none' : settings.requireRtmr3 ? 'required' : 'where the agent offers it',
    ],
    ['node keys', Object.keys(plan.nodeConfig).sort().join(', ')],
  ];
  return rows.map(([name, value]) => `${`${name}:`.padEnd(12)}${value}\n`).join('');
};

/** What `--render` prints: both files of a launch, as YAML and TOML with a comment above each; secrets are masked. */
export const describeFiles = (plan: Plan, image: string): string => {
  const { compose } = render(plan, image);
  const masked = toToml(maskNodeConfig(plan.nodeConfig));
  return `# docker-compose.yml\n${compose}\n# /mnt/shared/mpc-config.toml, secrets masked\n${masked}`;
};
