/** SIMULATED hardware: what a machine measured, before anything is quoted or answered. */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { OsImage } from '../../../src/audit/policy/policy.ts';
import { bytesOf } from '../bytes.ts';
import { createIntel, type MockIntel } from '../intel/intel.ts';
import type { TdBody } from '../intel/td-report.ts';
import { appComposeBytes } from './app-compose.ts';
import { bootEvents, type Line } from './boot-events.ts';
import { rootKey } from './certificates.ts';
import { fold, type MockEvent, runtimeEvent } from './event.ts';
import { type KeyProvider, keyProviderId } from './key-provider.ts';
import { configDocument, mrConfigId } from './mr-config-id.ts';
import type { DeploymentOptions } from './options.ts';
import { createImage } from './os-image.ts';

export interface Machine {
  readonly options: DeploymentOptions;
  readonly intel: MockIntel;
  readonly line: Line;
  /** The exact bytes that were measured. */
  readonly appCompose: Buffer;
  /** Hex, as are app id, instance id and the hash of the OS image. */
  readonly composeHash: string;
  readonly appId: string;
  readonly instanceId: string;
  readonly keyProvider: KeyProvider;
  readonly osImageHash: string;
  readonly osImage: OsImage;
  readonly vmConfig: string;
  /** The preimage of a V3 `mr_config_id`; undefined in the other forms. */
  readonly mrConfig: string | undefined;
  /** The whole log, nothing stripped. */
  readonly events: readonly MockEvent[];
  /** MRTD, RTMRs and config id as the quote has them. */
  readonly body: Partial<TdBody>;
}

const SEED = Buffer.alloc(20, 'SIMULATED seed ');

const userEvents = (options: DeploymentOptions): readonly MockEvent[] =>
  (options.userEvents ?? []).map((one) =>
    'payload' in one ? runtimeEvent(one.event, one.payload, options.eventLogVersion ?? 1) : one,
  );

const instanceIdOf = (appId: string): string =>
  createHash('sha256').update(SEED).update(Buffer.from(appId, 'hex')).digest('hex').slice(0, 40);

/** The default app-compose asks for what the options measure. */
const appComposeOf = (options: DeploymentOptions): Buffer => {
  if (options.appCompose !== undefined) return bytesOf(options.appCompose);
  const { image, pin, composeFile, keyProvider = 'kms', initScripts } = options;
  const keys = {
    ...(options.eventLogVersion === 2 ? { event_log_version: 2 } : {}),
    ...(initScripts === undefined ? {} : { manifest_version: '3', init_script: initScripts }),
    ...(options.instanceId === '' ? { no_instance_id: true } : {}),
    ...options.appComposeKeys,
  };
  return appComposeBytes({ image, pin, composeFile, keyProvider, keys });
};

export const createMachine = (options: DeploymentOptions): Machine => {
  const intel = options.intel ?? createIntel();
  const line = options.line ?? (options.osImage?.lite === true ? 'next' : '0.5');
  const appCompose = appComposeOf(options);
  const composeHash = createHash('sha256').update(appCompose).digest('hex');
  const appId = options.appId ?? composeHash.slice(0, 40);
  const instanceId = options.instanceId ?? instanceIdOf(appId);
  const name = options.keyProvider ?? 'kms';
  const kmsKey = rootKey(options.certificates ?? {});
  const keyProvider = { name, id: options.keyProviderId ?? keyProviderId(name, kmsKey.spki) };
  const image = createImage(options.osImage);

  const booted = bootEvents({
    line,
    version: options.eventLogVersion ?? 1,
    appId,
    composeHash,
    instanceId,
    osImageHash: image.hash,
    keyProvider,
    initScripts: options.initScripts ?? [],
  });
  const measured = [...image.events, ...booted, ...userEvents(options)];
  const events = options.editEvents?.(measured) ?? measured;
  const folded = options.refold === false ? measured : events;

  const form = options.mrConfigId ?? 'v1';
  const facts = { composeHash, appId, keyProvider };
  const document = options.mrConfigDocument ?? configDocument(facts);
  return {
    options,
    intel,
    line,
    appCompose,
    composeHash,
    appId,
    instanceId,
    keyProvider,
    osImageHash: image.hash,
    osImage: image.reference,
    vmConfig: image.vmConfig,
    mrConfig: form === 'v3' ? document : undefined,
    events,
    body: {
      mrTd: image.mrtd,
      rtmr0: fold(folded, 0),
      rtmr1: fold(folded, 1),
      rtmr2: fold(folded, 2),
      rtmr3: fold(folded, 3),
      mrConfigId: typeof form === 'string' ? mrConfigId(form, facts, document) : form,
      ...options.body,
    },
  };
};
