import { lowerCase, withoutInvisibleCharacters } from './visible-text.js';

/**
 * The form in which e-mail addresses are compared and stored: lower case, without invisible characters. An
 * older row may contain another spelling, which the SQL function `email_key` (migration 0017) finds.
 */
export const emailKey = (email: string): string => lowerCase(withoutInvisibleCharacters(email));
