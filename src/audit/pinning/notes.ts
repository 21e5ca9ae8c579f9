import { shown } from '../report/shown.ts';
import type { Pinned } from './pin-repository.ts';

/** What is left to do before the files are deployed, one sentence each, escaped. */
export const notesOf = ({ pin, isImageOpen, form }: Pinned): string[] => {
  const { repoCredentialFile, repoCaFile, sshKeyFile, sshKnownHostsFile } = pin;
  const files = [repoCredentialFile, repoCaFile, sshKeyFile, sshKnownHostsFile].filter((path) => path !== undefined);
  return [
    ...(isImageOpen ? ['the image is a placeholder: fill in the launcher by its digest, or use --image'] : []),
    ...(form === 'derived-image'
      ? ['build the Dockerfile, push it, and write the digest that this prints into the compose file']
      : []),
    ...(files.length > 0 ? [`mount into the container, read-only: ${files.map(shown).join(', ')}`] : []),
    ...(pin.treeSha256 === undefined
      ? ['there is no TREE_SHA256: a submodule that is left out has no name in that format; consider --submodules yes']
      : []),
    ...(pin.receipt === 'required'
      ? ['RECEIPT=required: without a guest agent of dstack the launcher starts nothing']
      : []),
  ];
};
