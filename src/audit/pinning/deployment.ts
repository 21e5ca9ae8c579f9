import { posix } from 'node:path';
import { canonicalPin } from '../../pin/canonical.ts';
import type { Pin } from '../../pin/types.ts';
import { PLACEHOLDER_DIGEST } from '../recognise-launchers.ts';
import { shown } from '../report/shown.ts';
import { utc } from '../wording.ts';
import type { Resolved } from './resolve.ts';

/** What stands where no image was given: lint says that it is to be filled in. */
export const PLACEHOLDER_IMAGE = `registry.example/trusted-workload-launcher@${PLACEHOLDER_DIGEST}`;

export interface Deployment {
  /** With its tree. */
  readonly pin: Pin;
  readonly resolved: Resolved;
  /** Seconds since 1970. */
  readonly at: number;
  /** `NAME@sha256:…`. */
  readonly image: string;
  /** With twl-attest as a service of its own. */
  readonly attest: boolean;
}

/** Where the commit came from, as lines of comment: names of the repository escaped, each on its line. */
export const origin = ({ pin, resolved, at }: Deployment): string[] => {
  const { ref, tag } = resolved;
  const from = `of ${shown(pin.repoUrl.text)}`;
  if (ref === undefined) return [`# The commit was named by its hash, ${utc(at)}, ${from}`];
  const way = tag === undefined ? [] : [`# through the annotated tag ${tag}`];
  return [`# The commit that ${shown(ref)} held on ${utc(at)},`, ...way, `# ${from}`];
};

/** The pin as a file: canonical, and above it where the commit came from. */
export const configText = (deployment: Deployment): string =>
  [...origin(deployment), canonicalPin(deployment.pin)].join('\n');

/** Compose takes `$` for a variable; written twice it is itself. */
export const literal = (text: string): string => text.replaceAll('$', '$$$$');

/** The folder that is kept: the one around WORK_DIR, or itself where that would be a folder of the system. */
const keptFolder = (workDir: string): string => {
  const above = posix.dirname(workDir);
  return posix.dirname(above) === '/' ? workDir : above;
};

/** Files that the launcher reads and that are in no text: whoever deploys puts them there. */
const ownFiles = ({ repoCredentialFile, repoCaFile, sshKeyFile, sshKnownHostsFile }: Pin): string[] => {
  const paths = [repoCredentialFile, repoCaFile, sshKeyFile, sshKnownHostsFile].filter((path) => path !== undefined);
  if (paths.length === 0) return [];
  return [
    '    # To be mounted, read-only: what the launcher reads to reach the repository. The pin decides what it accepts from there.',
    ...paths.map((path) => `    #   ${shown(path)}`),
  ];
};

const SOCKET = '      - /var/run/dstack.sock:/var/run/dstack.sock';
const RECEIPTS = '/run/trusted-workload-launcher';

/** twl-attest as docs/receipt.md has it: it may read the receipt, and nothing else that the launcher has. */
const attestLines = (image: string): string[] => [
  "  # Answers an auditor's number with a quote of now (twl verify --attest). To be published as the platform does.",
  '  attest:',
  `    image: ${image}`,
  '    entrypoint: [twl-attest]',
  "    user: '1000'",
  '    read_only: true',
  "    security_opt: ['no-new-privileges:true']",
  '    cap_drop: [ALL]',
  "    ports: ['8091:8091']",
  '    volumes:',
  SOCKET,
  `      - receipt:${RECEIPTS}:ro`,
  '    restart: unless-stopped',
];

/** The services: whatever the pin lies in, nothing of it changes how the launcher starts. */
export const serviceLines = ({ pin, image, attest }: Deployment, head: readonly string[]): string[] => {
  const hasReceipt = pin.receipt !== 'off';
  return [
    'services:',
    '  workload:',
    ...head,
    '    # The workload can change nothing in the image, and gains no right that it does not have.',
    '    read_only: true',
    "    security_opt: ['no-new-privileges:true']",
    '    cap_drop: [ALL]',
    '    # The checkout survives restarts; every byte of it is checked again on each start.',
    '    volumes:',
    '      - type: volume',
    '        source: checkout',
    `        target: ${JSON.stringify(literal(keptFolder(pin.workDir)))}`,
    ...(hasReceipt
      ? [
          "    # dstack's guest agent: the launcher leaves a receipt before anything of the commit runs.",
          SOCKET,
          ...(attest ? [`      - receipt:${RECEIPTS}`] : []),
        ]
      : []),
    ...ownFiles(pin),
    `    tmpfs: [/tmp${hasReceipt && !attest ? `, ${RECEIPTS}` : ''}]`,
    '    restart: unless-stopped',
    '    stop_grace_period: 30s',
    ...(attest ? attestLines(image) : []),
    'volumes:',
    '  checkout:',
    ...(attest ? ['  receipt:'] : []),
  ];
};

/** The recommended deployment with the pin whole in the environment (examples/compose-mounted). */
export const composeText = (deployment: Deployment): string => {
  const { pin, image } = deployment;
  const lines = canonicalPin(pin).trimEnd().split('\n');
  const head = [
    ...(image === PLACEHOLDER_IMAGE ? ['    # To be filled in: the image of the launcher, by its digest.'] : []),
    `    image: ${image}`,
    '    environment:',
    '      LAUNCHER_CONFIG: |',
    ...lines.map((line) => `        ${literal(line)}`),
  ];
  return [...origin(deployment), ...serviceLines(deployment, head), ''].join('\n');
};
