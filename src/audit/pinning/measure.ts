import type { Pin } from '../../pin/types.ts';
import { bringSource } from '../../source/bring.ts';
import { SourceError } from '../../source/errors.ts';
import type { Limits } from '../../source/limits.ts';
import { PinningError } from './errors.ts';
import type { PinNetwork } from './request.ts';

/** What the launcher's engine made of the commit. */
export interface Measured {
  /** The tree in the format of the commit. */
  readonly tree: string;
  /** Undefined where a submodule is left out, which has no name in that format. */
  readonly treeSha256: string | undefined;
  readonly files: number;
}

interface MeasureRequest {
  readonly pin: Pin;
  readonly limits: Limits;
  /** The files that the pin names by their paths in the container lie here. */
  readonly network: PinNetwork;
  /** A folder of its own, which the caller removes. */
  readonly folder: string;
  readonly warn: (message: string) => void;
}

const withFilesHere = (pin: Pin, { credential, ca, sshKey, sshKnownHosts }: PinNetwork): Pin => ({
  ...pin,
  repoCredentialFile: credential?.here,
  repoCaFile: ca?.here,
  sshKeyFile: sshKey?.here,
  sshKnownHostsFile: sshKnownHosts?.here,
});

/**
 * Brings the commit as the launcher would, every object hashed, its rules of trees held and the entry script found, into a folder that
 * goes afterwards. Nothing of it is executed.
 * @throws SourceError; PinningError `tool-missing`
 */
export const measure = async (request: MeasureRequest): Promise<Measured> => {
  try {
    return await bring(request, true);
  } catch (error) {
    if (!(error instanceof SourceError) || error.code !== 'tree-sha256-undefined') throw error;
    return await bring(request, false);
  }
};

const bring = async (
  { pin, limits, network, folder, warn }: MeasureRequest,
  wantsTreeSha256: boolean,
): Promise<Measured> => {
  try {
    const { tree, treeSha256, files, lock } = await bringSource({
      pin: { ...withFilesHere(pin, network), workDir: `${folder}/work` },
      limits,
      log: { info: () => {}, warning: warn },
      wantsTreeSha256,
    });
    lock.release();
    return { tree, treeSha256, files };
  } catch (error) {
    if (!(error instanceof SourceError) || error.code !== 'tool-missing') throw error;
    throw new PinningError('tool-missing', error.message, {
      hint: 'install git: until the tree has its SHA-256 name, only git notices a commit that was made to collide',
      cause: error,
    });
  }
};
