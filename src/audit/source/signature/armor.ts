/** The bytes between `-----BEGIN <label>-----` and its end (RFC 7468, RFC 9580 6.2), headers and checksum passed over; undefined where there are none. */
export const readArmor = (text: string, label: string): Buffer | undefined => {
  const lines = text.split('\n').map((line) => line.trimEnd());
  const begin = lines.indexOf(`-----BEGIN ${label}-----`);
  const end = lines.indexOf(`-----END ${label}-----`);
  if (begin !== 0 || end < 0 || lines.slice(end + 1).some((line) => line !== '')) return undefined;
  const inside = lines.slice(begin + 1, end);
  const blank = inside.indexOf('');
  const body = inside.slice(blank + 1).filter((line) => !/^=[A-Za-z0-9+/]{4}$/.test(line));
  const base64 = body.join('');
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  return Buffer.from(base64, 'base64');
};
