import { isTable, type TomlTable } from './toml-values.ts';

export const MASK = '***';

/** Tables whose every value is one: `secrets`, and the `auth` of an RPC provider. */
const SECRET_TABLE = /^(?:secrets?|auth|credentials?)$/i;
/** Names of values. `…_key_hex`, `api_token`, `keyshare_secret_id`. */
const SECRET_NAME = /key|secret|token|passw|auth|credential|private|seed|mnemonic|cookie|bearer/i;
/** Keys and hashes look alike. */
const LONG_SECRET = /[0-9a-fA-F]{32,}|(?:ed25519|secp256k1):[1-9A-HJ-NP-Za-km-z]{60,}/;
/** Providers put their keys into the path or the query. */
const URL_TEXT = /^([a-z][a-z0-9+.-]*:\/\/)(?:[^/?#@]*@)?([^/?#]*)(.*)$/is;

const maskText = (text: string): string => {
  const [, scheme, host = '', rest = ''] = URL_TEXT.exec(text) ?? [];
  if (scheme !== undefined) return `${scheme}${host}${rest === '' || rest === '/' ? rest : `/${MASK}`}`;
  return LONG_SECRET.test(text) ? MASK : text;
};

const maskValue = (value: unknown, secret: boolean): unknown => {
  if (Array.isArray(value)) return value.map((item) => maskValue(item, secret));
  if (isTable(value)) return maskTable(value, secret);
  if (typeof value === 'string') return secret ? MASK : maskText(value);
  return secret ? MASK : value;
};

const maskTable = (table: TomlTable, secret: boolean): TomlTable =>
  Object.fromEntries(
    Object.entries(table).map(([key, value]) => {
      if (secret || SECRET_TABLE.test(key)) return [key, maskValue(value, true)];
      return [key, typeof value === 'string' && SECRET_NAME.test(key) ? MASK : maskValue(value, false)];
    }),
  );

/**
 * A node's config as it may be shown. The launcher does not know the node's keys, so what looks like a secret is taken for one:
 * tables of secrets, values whose names say so, long hex, paths and queries of URLs. The launcher's own `[tee]` stays.
 */
export const maskNodeConfig = (config: TomlTable): TomlTable => {
  const masked = maskTable(config, false);
  return Object.hasOwn(config, 'tee') ? { ...masked, tee: config.tee } : masked;
};
