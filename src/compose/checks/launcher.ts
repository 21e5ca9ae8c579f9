import type { ComposeContext } from '../context.ts';
import type { Service } from '../document.ts';
import { proposeLaunchers } from '../find-launcher.ts';
import { type ComposeFinding, failing, informing, unbound, unboundBy } from '../findings.ts';
import { childOf, type ComposeNode, itemsOf, literalOf, variablesOf } from '../tree.ts';
import { undecided } from './undecided.ts';

/** Runners of dstack that read `docker_compose_file`. */
const COMPOSE_RUNNERS = ['docker-compose', 'nerdctl-compose'];
const RUNNER = { line: undefined, path: 'runner' };

const runnerFindings = ({ runner }: ComposeContext['app']): ComposeFinding[] => {
  if (runner === undefined)
    return [failing(RUNNER, 'app-compose names no runner, so nothing says that the compose file is run')];
  if (!COMPOSE_RUNNERS.includes(runner))
    return [failing(RUNNER, `the runner is ${runner}, which does not run the compose file`)];
  if (runner === 'docker-compose') return [];
  return [informing(RUNNER, 'the runner is nerdctl-compose; the file is read by the rules of docker compose')];
};

/** Why no service was found by digest: what looks like the launcher, and what its image is. */
const missing = ({ file, expected }: ComposeContext): ComposeFinding[] => {
  const candidates = proposeLaunchers(file);
  const undecided = file.services.flatMap((service) => {
    const image = childOf(service.node, 'image');
    const text = `the image of ${service.name} is not decided by the text`;
    return unboundBy(variablesOf(image), image ?? service, text);
  });
  if (candidates.length === 0) {
    if (undecided.length > 0) return undecided;
    return [failing({ line: undefined, path: 'services' }, 'no service runs the image of a launcher')];
  }
  const known = expected.launchers.map(({ digest }) => digest).join(', ') || 'none was given';
  return candidates.flatMap((service) => {
    const image = childOf(service.node, 'image');
    const place = image ?? service;
    const variables = variablesOf(image);
    const what = `the image of ${service.name}, which looks like the launcher,`;
    if (variables.length > 0) return unboundBy(variables, place, `${what} is not decided by the text`);
    if (service.image?.digest !== undefined)
      return failing(place, `${what} is ${service.image.digest}; expected: ${known}`);
    return unbound(place, `${what} is not named by its digest`);
  });
};

const countFindings = (service: Service, node: ComposeNode | undefined): ComposeFinding[] => {
  if (node === undefined) return [];
  const count = literalOf(node);
  if (count === undefined) return undecided(node, 'how many of the launcher are started');
  if (count === '1') return [];
  return [failing(node, `${count} containers of ${service.name} are started, not one`)];
};

const startFindings = (service: Service): ComposeFinding[] => {
  const profiles = childOf(service.node, 'profiles');
  const isInactive = profiles !== undefined && itemsOf(profiles).length > 0;
  const deploy = childOf(service.node, 'deploy');
  return [
    ...(isInactive ? [failing(profiles, `${service.name} has a profile, so it is not started by itself`)] : []),
    ...countFindings(service, childOf(service.node, 'scale')),
    ...countFindings(service, childOf(deploy, 'replicas')),
  ];
};

/** compose.launcher: one service runs a launcher's image, and it is really started. */
export const checkLauncher = (context: ComposeContext): ComposeFinding[] => {
  const { launchers } = context.roles;
  const [first, ...further] = launchers;
  if (first === undefined) return [...runnerFindings(context.app), ...missing(context)];
  return [
    ...runnerFindings(context.app),
    ...startFindings(first),
    ...further.map((service) => failing(service, `${service.name} runs a launcher's image too, after ${first.name}`)),
  ];
};
