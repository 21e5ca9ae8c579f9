import { escapeText } from '../base/escape.ts';
import { MAX_SHOWN_CHARACTERS } from './limits.ts';

/** Text from outside as it may stand in a message: bounded and escaped. */
export const show = (text: string): string => escapeText(text.slice(0, MAX_SHOWN_CHARACTERS));
