// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is compose that expands them
import type { CheckId } from '../../../../src/audit/check-ids.ts';
import { DIGEST } from '../support/story.ts';
import type { OneChange } from '../support/one-change.ts';

/** What cannot be told without a pin. */
const NO_PIN: readonly CheckId[] = ['compose.commands', 'compose.child-env'];
const UNREAD = { notChecked: ['compose.pin', ...NO_PIN] } as const;
const NEIGHBOUR = `sha256:${'77'.repeat(32)}`;

/** Keys of the launcher's service, in front of the others. */
const key = (text: string) => (compose: string) =>
  compose.replace('    read_only: true', `    ${text}\n    read_only: true`);
/** A variable of it. */
const variable = (text: string) => (compose: string) =>
  compose.replace('      LAUNCHER_CONFIG', `      ${text}\n      LAUNCHER_CONFIG`);
const volume = (text: string) => (compose: string) => compose.replace('    volumes:', `    volumes:\n      - ${text}`);
/** Another service, admitted, so that nothing but what it does is wrong. */
const beside = (text: string) => (compose: string) =>
  compose.replace('services:\n', `services:\n  web:\n    image: a@${NEIGHBOUR}\n    ${text}\n`);
const top = (text: string) => (compose: string) => `${text}\n${compose}`;

const ADMITTED = { services: [{ value: { digest: NEIGHBOUR }, reason: 'a test', source: 'org.toml' }] };

const trick = (
  name: string,
  compose: (text: string) => string,
  failed: readonly CheckId[],
  more: Partial<OneChange> = {},
): OneChange => ({ name, change: { compose, policy: ADMITTED }, failed, exit: 10, ...more });
const unbound = (name: string, compose: (text: string) => string, notBound: readonly CheckId[], more = {}): OneChange =>
  trick(name, compose, [], { notBound, exit: 11, ...more });
const app = (
  name: string,
  appComposeKeys: object,
  failed: readonly CheckId[],
  more: Partial<OneChange> = {},
): OneChange => ({
  name,
  change: { deployment: { appComposeKeys: { ...appComposeKeys } } },
  failed,
  exit: 10,
  ...more,
});

/** Every trick of the compose file and of app-compose, each alone: the hardware measured it, and it is not what was meant. */
export const compose: readonly OneChange[] = [
  trick('a profile', key('profiles: [later]'), ['compose.launcher']),
  trick('scaled to none', key('scale: 0'), ['compose.launcher']),
  trick('replicas: 2', key('deploy: { replicas: 2 }'), ['compose.launcher']),
  trick('another image', (text) => text.replace(DIGEST, '52'.repeat(32)), ['compose.launcher']),
  unbound('an image by its tag', (text) => text.replace(/@sha256:.*/, ':1'), ['compose.launcher', 'compose.images']),
  trick(
    'the launcher twice',
    (text) => text.replace('services:\n', `services:\n  again: { image: "a@sha256:${DIGEST}" }\n`),
    ['compose.launcher'],
  ),
  trick('a branch in the pin', (text) => text.replace(/COMMIT_SHA=.*/, 'COMMIT_SHA=main'), ['compose.pin'], {
    notChecked: NO_PIN,
  }),
  trick('a key twice in the pin', (text) => text.replace(/( +)(COMMIT_SHA=.*)/, '$1$2\n$1$2'), ['compose.pin'], {
    notChecked: NO_PIN,
  }),
  unbound(
    'a variable in the pin',
    (text) => text.replace(/COMMIT_SHA=.*/, 'COMMIT_SHA=${COMMIT:?}'),
    ['compose.pin-bound'],
    UNREAD,
  ),
  unbound(
    'a variable with a default',
    (text) => text.replace(/COMMIT_SHA=(.*)/, 'COMMIT_SHA=${COMMIT:-$1}'),
    ['compose.pin-bound'],
    UNREAD,
  ),
  unbound(
    'the pin out of the environment',
    (text) => text.replace(/LAUNCHER_CONFIG: \|\n(?: {8}.*\n)+/, 'LAUNCHER_CONFIG:\n'),
    ['compose.pin-bound'],
    UNREAD,
  ),
  ...['entrypoint: [/bin/sh]', 'user: "0"', 'working_dir: /srv', 'post_start: [{ command: x }]'].map((text) =>
    trick(text, key(text), ['compose.override']),
  ),
  trick('another command', key('command: [-c, evil]'), ['compose.pin-bound', 'compose.override'], UNREAD),
  trick('an image that is built there', key('build: .'), ['compose.override'], { notBound: ['compose.images'] }),
  trick('a health check', key('healthcheck: { test: [CMD, evil] }'), ['compose.override']),
  trick('a file over the launcher', volume('./evil:/usr/local/bin/trusted-workload-launcher:ro'), ['compose.override']),
  ...['LD_PRELOAD: /x.so', 'NODE_OPTIONS: --require=/x', 'BASH_ENV: /x', 'GIT_SSH_COMMAND: x'].map((text) =>
    trick(text, variable(text), ['compose.environment']),
  ),
  trick(
    'a neighbour that nobody admitted',
    (text) => text.replace('services:\n', `services:\n  x: { image: "b@sha256:${'88'.repeat(32)}" }\n`),
    ['compose.services'],
  ),
  trick('a neighbour with the work directory', beside('volumes: [checkout:/x]'), ['compose.sharing']),
  trick('a neighbour with the socket of dstack', beside('volumes: [/var/run/dstack.sock:/x]'), ['compose.sharing']),
  trick('a neighbour with the socket of docker', beside('volumes: [/var/run/docker.sock:/x]'), ['compose.sharing']),
  trick('a neighbour with every right', beside('privileged: true'), ['compose.sharing']),
  trick("a neighbour in the host's processes", beside('pid: host'), ['compose.sharing']),
  trick("a neighbour in the launcher's processes", beside('pid: service:workload'), ['compose.sharing']),
  unbound('a layer that can be written to', (text) => text.replace('    read_only: true\n', ''), [
    'compose.persistence',
  ]),
  unbound('the socket of docker for the workload', volume('/var/run/docker.sock:/x'), ['compose.persistence']),
  app('a script that nobody has read', { pre_launch_script: 'echo hello' }, ['compose.scripts']),
  app('a script at the start of the machine', { init_script: 'echo hello' }, ['compose.scripts']),
  app('a variable that steers compose', { allowed_envs: ['COMPOSE_FILE'] }, ['compose.environment']),
  app('a variable that loads code', { allowed_envs: ['LD_PRELOAD'] }, ['compose.environment']),
  app(
    'a runner that reads no compose file',
    { runner: 'bash', bash_script: 'x' },
    ['compose.launcher', 'compose.scripts'],
    {
      notChecked: ['compose.images'],
    },
  ),
  unbound('an include', top('include: [other.yml]'), ['compose.override', 'compose.sharing', 'compose.services']),
  {
    name: 'no compose file',
    change: { deployment: { appComposeKeys: { docker_compose_file: undefined } } },
    failed: ['compose.launcher'],
    notChecked: ['compose.images'],
    exit: 10,
  },
  {
    name: 'no YAML',
    change: { compose: () => 'a: [' },
    failed: ['compose.launcher', 'compose.environment', 'compose.images', 'compose.scripts', 'compose.exposure'],
    exit: 30,
  },
  {
    name: 'a file for the environment of the workload',
    change: { pin: { CHILD_ENV_FILE: '/etc/child.env' } },
    notBound: ['compose.child-env'],
    exit: 11,
  },
];

/** The same places, with nothing wrong: each stays quiet. */
export const twins: readonly (readonly [string, (text: string) => string])[] = [
  ['no profile', key('profiles: []')],
  ['one of it', key('scale: 1')],
  ['a commented variable', (text) => text.replace('        REPO_URL', '        # $$$${COMMIT}\n        REPO_URL')],
  ['a host name', key('hostname: a')],
  ['a harmless variable', variable('LANG: C')],
  ['a volume of its own', volume('/var/run/dstack.sock:/var/run/tappd.sock')],
  ['a neighbour that is admitted', beside('read_only: true')],
  ['a comment', top('# hello')],
];
export const ADMITTING = ADMITTED;
