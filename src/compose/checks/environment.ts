import { steersCode } from '../../pin/environment.ts';
import type { Pin } from '../../pin/types.ts';
import type { ComposeContext } from '../context.ts';
import type { Service } from '../document.ts';
import type { EnvironmentEntry } from '../environment.ts';
import { steersEngine } from '../engine-names.ts';
import { type ComposeFinding, failing, informing, unbound } from '../findings.ts';
import { PIN_VARIABLE } from '../programs.ts';
import { childOf, itemsOf } from '../tree.ts';
import { misplacedIn } from './responder.ts';

/** What acts on the launcher's own first process, before it can drop a variable. */
const BEFORE_THE_LAUNCHER = /^(?:LD_|MALLOC_|GLIBC_|GCONV_|LOCPATH)/;

/** Settings of our own programs: which agent is asked, where the receipt lies, how much is too much, how the log is read. */
const OWN_SETTING = /^TWL_|^LOG_FORMAT$/;

const entryFindings = (entry: EnvironmentEntry, allowEnv: readonly string[]): ComposeFinding[] => {
  const { name, variables } = entry;
  if (name === undefined) {
    return variables.length > 0
      ? [unbound(entry, 'the name of this variable is left to another one')]
      : [failing(entry, 'what this variable is called cannot be read')];
  }
  const place = { ...entry, line: variables[0]?.line ?? entry.line };
  if (name === PIN_VARIABLE) return [];
  const steering = steersCode(name);
  if (steering !== undefined) {
    const isLetThrough = allowEnv.includes(name) && !BEFORE_THE_LAUNCHER.test(name);
    if (!isLetThrough) return [failing(entry, `${name} ${steering.reason}`)];
    if (variables.length === 0) return [informing(entry, `${name} ${steering.reason}; the pin lets it through`)];
    return [unbound(place, `${name} ${steering.reason}, and its value is left to a variable`)];
  }
  const names = [...new Set(variables.map((variable) => variable.name))].join(', ');
  if (names !== '' && OWN_SETTING.test(name)) {
    return [unbound(place, `${name} is a setting of the launcher, and its value is left to ${names}`)];
  }
  return names === '' ? [] : [informing(entry, `the value of ${name} is not in the text: it comes from ${names}`)];
};

const serviceFindings = ({ node, environment }: Service, allowEnv: readonly string[]): ComposeFinding[] => [
  ...itemsOf(childOf(node, 'env_file')).map((one) =>
    unbound(one, 'an env_file sets variables that the attested text does not hold'),
  ),
  ...environment.flatMap((entry) => entryFindings(entry, allowEnv)),
];

const misplacedFindings = ({ environment }: Service): ComposeFinding[] =>
  environment.flatMap((entry) => {
    const reason = misplacedIn(entry.name);
    return reason === undefined ? [] : [failing(entry, `${entry.name} ${reason}`)];
  });

/** The names of the encrypted environment: what steers is against the rule, the rest is told. */
const allowedFindings = ({ allowedEnvs, runner }: ComposeContext['app']): ComposeFinding[] =>
  allowedEnvs.map((name) => {
    const place = { line: undefined, path: 'allowed_envs' };
    const reason = steersEngine(name, runner) ? 'steers the engine' : steersCode(name)?.reason;
    if (reason === undefined) return informing(place, `the encrypted environment may set ${name}`);
    return failing(place, `the encrypted environment may set ${name}, which ${reason}`);
  });

/** compose.environment: nothing steers the code of the launcher, of its responder, or of the engine from outside. */
export const checkEnvironment = (context: ComposeContext, pin: Pin | undefined): ComposeFinding[] => {
  const { launchers, responders } = context.roles;
  return [
    ...launchers.flatMap((service) => serviceFindings(service, pin?.allowEnv ?? [])),
    ...responders.flatMap((service) => [...serviceFindings(service, []), ...misplacedFindings(service)]),
    ...allowedFindings(context.app),
  ];
};
