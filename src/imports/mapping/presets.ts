import type { Preset } from './preset.js';
import { GOOGLE_CONTACTS } from './presets/google-contacts.js';
import { HUBSPOT } from './presets/hubspot.js';
import { LINKEDIN } from './presets/linkedin.js';
import { MAUTIC } from './presets/mautic.js';
import { ODOO } from './presets/odoo.js';
import { PIPEDRIVE } from './presets/pipedrive.js';
import { SALESFORCE } from './presets/salesforce.js';
import { ZOHO } from './presets/zoho.js';

/** All tools with a preset. */
export const PRESETS: readonly Preset[] = [
  HUBSPOT,
  SALESFORCE,
  PIPEDRIVE,
  ZOHO,
  ODOO,
  GOOGLE_CONTACTS,
  LINKEDIN,
  MAUTIC,
];

/** Our own exports have a preset of this name, whose cells are read literally. */
export const OWN_PRESET = 'own';

/** No preset: only common headers are known. */
export const GENERIC_PRESET = 'generic';

/** The values of --preset. */
export const PRESET_NAMES: readonly string[] = [
  OWN_PRESET,
  GENERIC_PRESET,
  ...PRESETS.map(({ name }) => name),
];
