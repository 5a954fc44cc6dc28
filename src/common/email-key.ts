import { lowerCase, withoutInvisibleCharacters } from './visible-text.js';

/**
 * What e-mail addresses are compared by: what they show, in lower case. New addresses are stored in this form. An older
 * row may hold another spelling; the SQL function `email_key` (migration 0017) finds it.
 */
export const emailKey = (email: string): string => lowerCase(withoutInvisibleCharacters(email));
