import { createHash } from 'node:crypto';
import { messageOf } from '../../../base/error.ts';
import { readArmor } from './armor.ts';
import type { SignatureFacts } from './facts.ts';
import { readSshKey } from './ssh-key.ts';
import { SshReader, sshString } from './ssh-wire.ts';

const MAGIC = 'SSHSIG';
/** What git signs under; a signature for a file or a mail is none for a commit. */
const NAMESPACE = 'git';
const HASHES: readonly string[] = ['sha256', 'sha512'];

export const SSH_LABEL = 'SSH SIGNATURE';

/** As `ssh-keygen -l` shows a key: without the one pad that 32 bytes have in base64. */
const fingerprintOf = (blob: Buffer): string =>
  `SHA256:${createHash('sha256').update(blob).digest('base64').replace('=', '')}`;

const read = (armored: string, payload: Buffer): SignatureFacts => {
  const bytes = readArmor(armored, SSH_LABEL);
  if (bytes === undefined) throw new Error('its armor is broken');
  const reader = new SshReader(bytes);
  if (reader.take(MAGIC.length).toString('latin1') !== MAGIC) throw new Error('it does not begin with SSHSIG');
  const version = reader.uint32();
  if (version !== 1) throw new Error(`it is of version ${version}`);
  const blob = reader.string();
  const namespace = reader.string();
  const reserved = reader.string();
  const hash = reader.text();
  const signature = new SshReader(reader.string());
  if (!reader.done) throw new Error('bytes follow it');
  const name = signature.text();
  const value = signature.string();
  const key = readSshKey(blob);
  const facts = { kind: 'ssh', keyType: key.type, fingerprint: fingerprintOf(blob) } as const;
  if (namespace.toString('latin1') !== NAMESPACE) {
    return { ...facts, state: 'bad', why: 'it was made for another purpose than git' };
  }
  if (!HASHES.includes(hash)) return { ...facts, state: 'bad', why: 'it uses a hash that SSHSIG does not allow' };
  if (key.verify === undefined) {
    return { ...facts, state: 'not-verified', why: 'keys of this type are not verified here' };
  }
  if (!signature.done) throw new Error('bytes follow it');
  const signed = Buffer.concat([
    Buffer.from(MAGIC),
    sshString(namespace),
    sshString(reserved),
    sshString(hash),
    sshString(createHash(hash).update(payload).digest()),
  ]);
  const holds = key.verify(name, value, signed);
  if (holds === undefined) return { ...facts, state: 'bad', why: 'its algorithm is not one of the key' };
  return holds
    ? { ...facts, state: 'good', why: undefined }
    : { ...facts, state: 'bad', why: 'it does not fit the commit' };
};

/** An SSH signature over `payload`, held against the key inside it (OpenSSH, PROTOCOL.sshsig). Never throws. */
export const readSshSignature = (armored: string, payload: Buffer): SignatureFacts => {
  try {
    return read(armored, payload);
  } catch (error) {
    return { kind: 'malformed', why: `the SSH signature cannot be read: ${messageOf(error)}` };
  }
};
