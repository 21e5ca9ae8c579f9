import { mkdirSync } from 'node:fs';
import { createFile, fsPath } from './files.ts';
import { type ConfigContent, encodeConfig } from './git-config.ts';

/**
 * Blob bytes are placed as they are. These attributes, which win over those of the commit, keep git from seeing conversions
 * that were not made, and from making them when the workload checks a file out again.
 */
const RAW_ATTRIBUTES = '* -text -eol -ident -filter -working-tree-encoding\n';

export interface GitFolderContent extends ConfigContent {
  commitId: string;
  /** Its parents are not there: git must not look for them. */
  isShallow: boolean;
}

/**
 * A git folder of our own making around one detached commit, without hooks, alternates or refs. Pack and index are added
 * by who has them.
 * @param folder does not exist yet; one character a byte
 */
export const makeGitFolder = (folder: string, content: GitFolderContent): void => {
  const { commitId, isShallow } = content;
  for (const path of [
    '',
    '/objects',
    '/objects/pack',
    '/objects/info',
    '/refs',
    '/refs/heads',
    '/refs/tags',
    '/info',
  ]) {
    mkdirSync(fsPath(folder + path), 0o755);
  }
  const files = {
    HEAD: `${commitId}\n`,
    config: encodeConfig(content),
    'info/attributes': RAW_ATTRIBUTES,
    ...(isShallow ? { shallow: `${commitId}\n` } : {}),
  };
  for (const [name, text] of Object.entries(files)) createFile(fsPath(`${folder}/${name}`), text);
};
