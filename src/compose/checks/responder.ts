import type { ComposeFile, Service } from '../document.ts';
import { type ComposeFinding, failing } from '../findings.ts';
import { AGENT_SOCKETS, reachOf, sourceOf } from '../host-paths.ts';
import type { Mount } from '../mounts.ts';
import { cleanPath } from '../paths.ts';
import { LAUNCHER_PROGRAMS, PIN_VARIABLE, RESPONDER } from '../programs.ts';
import { childOf, literalOf } from '../tree.ts';
import { hidingFindings, leftFindings, unreadFindings } from './launcher-mounts.ts';
import { belowFindings, nestedFindings } from './nested.ts';
import { volumeFindings } from './volumes.ts';

/** Where the responder looks for the receipt (docs/receipt.md). */
const RECEIPT_FOLDER = '/run/trusted-workload-launcher';
const FOLDER_VARIABLE = 'TWL_RUN_DIR';

const receiptFolder = ({ environment }: Service): string | undefined => {
  const named = environment.find(({ name }) => name === FOLDER_VARIABLE);
  if (named === undefined) return RECEIPT_FOLDER;
  return named.variables.length > 0 ? undefined : cleanPath(named.value ?? '');
};

/** Whether a mount is the guest agent's socket and nothing beside it. */
export const isSocket = (file: ComposeFile, mount: Mount): boolean => {
  const source = sourceOf(file, mount);
  return mount.kind === 'bind' && source.kind === 'host' && AGENT_SOCKETS.includes(source.path);
};

/** A folder of files that the responder can read and not write. */
const isReceipt = (file: ComposeFile, service: Service, mount: Mount): boolean => {
  const source = sourceOf(file, mount);
  const isData = source.kind === 'volume' || (source.kind === 'host' && reachOf(source.path) === 'nothing');
  return isData && mount.readOnly && mount.target === receiptFolder(service);
};

const mountFindings = (file: ComposeFile, service: Service, mount: Mount): ComposeFinding[] => {
  const { target } = mount;
  if (target === undefined) return unreadFindings(mount);
  const hiding = hidingFindings(mount, target, LAUNCHER_PROGRAMS['trusted-workload-launcher']);
  if (hiding.length > 0) return hiding;
  if (isSocket(file, mount) || isReceipt(file, service, mount)) {
    return [
      ...volumeFindings(file, mount),
      ...nestedFindings(service, mount, target),
      ...belowFindings(file, mount),
      ...leftFindings(mount),
    ];
  }
  const text = `${service.name} has a mount at ${target}; ${RESPONDER} needs the agent's socket and, read-only, the receipt's folder`;
  return [failing(mount, text)];
};

/** The responder is the launcher's image: it is given nothing from which it could start anything else. */
export const responderMounts = (file: ComposeFile, service: Service): ComposeFinding[] =>
  service.mounts.flatMap((mount) => mountFindings(file, service, mount));

/** The path of the responder's `user` where it is a plain number and not root's, which takes rights and gives none. */
export const responderUser = ({ node }: Service): string | undefined => {
  const user = childOf(node, 'user');
  return /^[1-9][0-9]*(?::[1-9][0-9]*)?$/.test(literalOf(user) ?? '') ? user?.path : undefined;
};

/** Names that steer no code by themselves and have no place here: a pin to launch, and where the entry point is looked for. */
const MISPLACED: ReadonlyMap<string | undefined, string> = new Map([
  [PIN_VARIABLE, `is a pin, and ${RESPONDER} launches nothing`],
  ['PATH', `decides which program is called ${RESPONDER}`],
]);

/** What a variable does that the launcher may have and the responder may not; undefined for the others. */
export const misplacedIn = (name: string | undefined): string | undefined => MISPLACED.get(name);
