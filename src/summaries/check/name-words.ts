import { plain } from './calendar-words.js';

const set = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).map(plain));

/** Words that are capitalized within a sentence but are not names. */
export const CAPITALISED_WORDS = set(`
  I CRM CEO CTO CFO COO CIO CMO CISO HR IT IP API APIs PDF ROI ERP NDA SLA SLAs VAT GDPR FAQ POC MVP EU US USA UK UN
  B2B B2C SaaS OK AI ID PO VIP EUR USD GBP CHF KPI KPIs R&D RFP RFQ SSO SAML Call Calls Meeting Meetings Email Emails
  E-mail Phone Lead Leads Sales Budget Status Stage New Contacted Qualified Proposal Negotiation Won Converted Lost
  Head Chief Officer Executive Director Managing Manager President Vice VP Senior Junior Marketing Finance Financial
  Procurement Purchasing Operations Operating Engineering Technology Technical Information Board Team Department Legal
  Product Project Mr Mrs Ms Miss Dr Prof Sir Herr Frau Herrn Monsieur Madame Mme Señor Señora Sr Sra
  English German French Spanish Italian Portuguese Dutch Polish Czech Russian Ukrainian Turkish Arabic Hebrew Hindi
  Chinese Japanese Korean Swedish Danish Norwegian Finnish Greek Romanian Hungarian European American British Swiss
  Summary Overview Profile Update Next Step Steps Key Point Points Interest Interested Contact Customer Client Company Offer
  Quote Price Pricing Contract Demo Follow Up Follow-up High Low Medium Hot Warm Cold Priority Potential Active Activity
  Engagement Engaged Recent Last Latest Interaction Interactions Notes Date Opportunity Deal Pipeline Prospect Website
  Referral Tradeshow Webinar Discussion Request Strong Ready Decision Maker Pending Planned Scheduled Open Closed Renewal
  Trial Pilot Evaluation Requirements Timeline Stakeholder Enterprise Business Solution Solutions Software Platform Service
  Services Support Location Source Stage Newest First Second Important Buyer Owner Founder Partner
  Inbound Outbound Austrian Indian Asian African Nordic Christmas Easter Internet Web LinkedIn Sie Ihnen Ihr Ihre Ihrem Ihren`);

/** Titles that precede a name. */
export const TITLES = set(
  'Mr Mrs Ms Miss Dr Prof Herr Herrn Frau Firma M Mme Monsieur Madame Sr Sra Señor Señora Signor Signora',
);

/** Words that may begin a sentence before a verb without being a person. */
export const ORDINARY_SUBJECTS = set(`
  the they she he it this that these those there we you who what which both all none nobody nothing everyone everything
  no one each either any some several many most budget budgets contract offer offers price prices pricing demo decision
  meeting meetings call calls email emails e-mail interest customer customers client clients lead leads company team board
  contact contacts next last first second latest follow-up deal delivery implementation payment quote quotes quotation
  proposal status stage interaction interactions management procurement security legal integration support service
  installation training onboarding migration rollout pilot trial test testing workshop visit tour feedback concerns concern
  questions question negotiations negotiation approval signature sign-off timeline deadline date start launch go-live
  discount terms conditions scope requirements requirement details documentation production maintenance volume order orders
  relationship conversation conversations discussion communication progress engagement activity potential priority need
  needs competition competitor competitors alternative alternatives nothing note notes`);

export const PERSON_VERBS = set(`
  is was has had asked asks wants wanted needs needed said says works worked runs called wrote agreed requested confirmed
  prefers plans planned will would can joined joins leads approved rejected signed mentioned expects decides reported`);

const ENGLISH = set(
  'the and of to is was has with for from at by an be are not on in asked wants his her their',
);
const GERMAN = set(
  'der die das und ist nicht mit von für ein eine einen dem den des im zu auf hat wird bei am um sich als',
);

/** Words that begin a German sentence before a noun without being a name. */
export const GERMAN_BEGINNINGS = set(`
  der die das den dem ein eine einen einem einer mit nach bei im am auf für seit vor zum zur vom beim ihr ihre sein seine
  unser unsere in an um bis ab aus über unter zwischen neue neuer neues nächster nächste nächstes weitere alle beide kein
  keine laut wegen trotz ohne als derzeit aktuell letzter letzte letztes erste erster zwei drei vier fünf`);

export type Language = 'en' | 'de' | 'other';

/** Detects the language as far as the checks need it. German capitalizes every noun. */
export function languageOf(text: string): Language {
  const words = plain(text).match(/\p{L}+/gu) ?? [];
  const count = (known: ReadonlySet<string>) => words.filter((word) => known.has(word)).length;
  const english = count(ENGLISH);
  const german = count(GERMAN);
  if (german >= 2 && german > english) return 'de';
  return english >= 2 ? 'en' : 'other';
}
