/** Bytes of an inherited `.git/config` that are looked at; real ones have a few hundred. */
export const MAX_CONFIG_BYTES = 1024 * 1024;

/** A value of git's config syntax without quotes, escapes and comment (git-config, "Syntax"). */
const unquote = (raw: string): string => {
  let value = '';
  let quoted = false;
  for (let at = 0; at < raw.length; at++) {
    const char = raw[at]!;
    if (char === '\\') {
      const next = raw[++at] ?? '';
      value += { n: '\n', t: '\t', b: '\b' }[next] ?? next;
    } else if (char === '"') {
      quoted = !quoted;
    } else if (!quoted && (char === '#' || char === ';')) {
      break;
    } else {
      value += char;
    }
  }
  return quoted ? value : value.trimEnd();
};

/**
 * The value of `remote.origin.url` in the text of a git config, read as data: includes are not followed, nothing is run.
 * The last one wins, as for git.
 */
export const readOriginUrl = (config: string): string | undefined => {
  let section = '';
  let url: string | undefined;
  for (const line of config.replaceAll('\\\n', '').split('\n')) {
    const text = line.trim();
    const head = /^\[\s*([A-Za-z0-9.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]\s*(.*)$/.exec(text);
    if (head !== null)
      section = `${head[1]!.toLowerCase()}${head[2] === undefined ? '' : ` ${head[2].replace(/\\(.)/g, '$1')}`}`;
    const setting = /^([A-Za-z][A-Za-z0-9-]*)\s*=\s*(.*)$/.exec(head === null ? text : head[3]!);
    if (setting !== null && section === 'remote origin' && setting[1]!.toLowerCase() === 'url')
      url = unquote(setting[2]!);
  }
  return url;
};

const quote = (value: string): string => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

export interface ConfigContent {
  originUrl: string;
  format: 'sha1' | 'sha256';
  /** Blobs are not in the object store: git gets them from here when it is asked for one, and from the origin. */
  promisors?: { quarantine: string | undefined };
}

const remote = (name: string, url: string, isPromisor: boolean): string[] => [
  `[remote "${name}"]`,
  `\turl = ${quote(url)}`,
  ...(isPromisor ? ['\tpromisor = true', '\tpartialclonefilter = blob:none'] : []),
];

/** The config that our checkouts get: no remote helper, no filter, nothing that runs. */
export const encodeConfig = ({ originUrl, format, promisors }: ConfigContent): string =>
  [
    '[core]',
    `\trepositoryformatversion = ${format === 'sha1' ? 0 : 1}`,
    '\tfilemode = true',
    '\tbare = false',
    ...(format === 'sha1' ? [] : ['[extensions]', '\tobjectformat = sha256']),
    ...(promisors?.quarantine === undefined ? [] : remote('quarantine', promisors.quarantine, true)),
    ...remote('origin', originUrl, promisors !== undefined),
    '\tfetch = +refs/heads/*:refs/remotes/origin/*',
    '',
  ].join('\n');
