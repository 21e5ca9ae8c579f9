import { MAX_NESTED_VARIABLES } from './limits.ts';

// Go compares without case by Unicode's rules, where two more characters are an S and a K.
const NAME = '[A-Za-z_\u017f\u212a][A-Za-z0-9_\u017f\u212a]*';
const NAME_HERE = new RegExp(NAME, 'y');
const OPERATOR_HERE = /:?[-+?]/y;
const TOKEN = new RegExp(`\\$\\$|\\$\\{?(${NAME})`, 'g');

/** Why a text cannot be interpolated; thrown by {@link interpolate} alone. */
export class InterpolationFault extends Error {}

const matchAt = (pattern: RegExp, text: string, at: number): string => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
};

/** The position of the brace that closes the one at `open`; every opening brace between counts. */
const closingBrace = (text: string, open: number): number => {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  throw new InterpolationFault('a variable that opens with ${ and does not close');
};

/** What `${…}` becomes when the variable is not set. `inner` is the text between the braces. */
const replaceBraced = (inner: string, depth: number): string => {
  const name = matchAt(NAME_HERE, inner, 0);
  if (name === '') throw new InterpolationFault('${ without the name of a variable');
  if (name.length === inner.length) return '';
  const operator = matchAt(OPERATOR_HERE, inner, name.length);
  if (operator === '') throw new InterpolationFault(`what follows ${'${'}${name} is no operator of compose`);
  const rest = replace(inner.slice(name.length + operator.length), depth + 1);
  return operator.endsWith('-') ? rest : '';
};

const replace = (text: string, depth: number): string => {
  if (depth > MAX_NESTED_VARIABLES) {
    throw new InterpolationFault(`more than ${MAX_NESTED_VARIABLES} variables inside of each other`);
  }
  let out = '';
  let from = 0;
  for (let at = text.indexOf('$'); at >= 0; at = text.indexOf('$', from)) {
    out += text.slice(from, at);
    const next = text[at + 1];
    const name = matchAt(NAME_HERE, text, at + 1);
    if (next === '$') {
      out += '$';
      from = at + 2;
    } else if (next === '{') {
      const end = closingBrace(text, at + 1);
      out += replaceBraced(text.slice(at + 2, end), depth);
      from = end + 1;
    } else {
      if (name === '') out += '$';
      from = at + 1 + name.length;
    }
  }
  return out + text.slice(from);
};

/** The names of the variables in a text with their positions, in its order; those inside of others too. `$$` is none. */
export const findVariables = (text: string): { name: string; at: number }[] =>
  [...text.matchAll(TOKEN)].flatMap(({ 1: name, index }) => (name === undefined ? [] : [{ name, at: index }]));

/**
 * A text as compose interpolates it where no variable is set: `$$` is `$`, `$A` and `${A}` are empty, `${A:-b}` and `${A-b}` are
 * `b`, `${A:+b}` and `${A+b}` are empty, and so are `${A:?b}` and `${A?b}`, at which compose itself would stop.
 * @throws InterpolationFault where compose refuses the text
 */
export const interpolate = (text: string): string => replace(text, 0);
