import { escapeBytes } from '../base/escape.ts';
import { type DerNode, DerReader, TAG } from './der.ts';
import { Asn1Error } from './errors.ts';
import { oidOf } from './values.ts';

const COMMON_NAME = '2.5.4.3';

const textOf = ({ tag, content }: DerNode, what: string): string => {
  if (tag !== TAG.utf8String && tag !== TAG.printableString) {
    throw new Asn1Error('bad-certificate', `${what} has a common name that is neither UTF8String nor PrintableString`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch (cause) {
    throw new Asn1Error('bad-certificate', `${what} has a common name that is not UTF-8: ${escapeBytes(content)}`, {
      cause,
    });
  }
};

/** The common name of a Name (RFC 5280 4.1.2.4), as it stands; undefined where it has none. Two of them are an error. */
export const commonNameOf = (name: DerNode, what: string): string | undefined => {
  const found: string[] = [];
  const relativeNames = DerReader.inside(name, what);
  while (!relativeNames.done) {
    const attributes = DerReader.inside(relativeNames.next(TAG.set, 'a relative name'), what);
    do {
      const attribute = DerReader.inside(attributes.next(TAG.sequence, 'an attribute'), what);
      const type = oidOf(attribute.next(TAG.oid, 'the type of an attribute'), what);
      const value = attribute.any('the value of an attribute');
      attribute.end();
      if (type === COMMON_NAME) found.push(textOf(value, what));
    } while (!attributes.done);
  }
  if (found.length > 1) throw new Asn1Error('bad-certificate', `${what} has ${found.length} common names`);
  return found[0];
};
