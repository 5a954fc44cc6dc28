import type { InteractionDirection, InteractionType } from '../interactions/interaction-type.js';

export interface DemoInteraction {
  readonly type: InteractionType;
  /** Whether the lead or the team got in touch; absent: unknown. */
  readonly direction?: InteractionDirection;
  /** Days of 86 400 seconds before the time of loading; negative: planned. */
  readonly ageInDays: number;
  readonly notes: string;
}

export interface DemoLead {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly phone: string | null;
  readonly budget: number | null;
  readonly location: string | null;
  readonly company: string | null;
  readonly source: string;
  readonly status: string;
  readonly interactions: readonly DemoInteraction[];
}

/**
 * A realistic sales pipeline. All persons are fictitious. Domains and phone numbers are from ranges reserved
 * for examples, so that messages never arrive.
 */
export const DEMO_LEADS: readonly DemoLead[] = [
  {
    firstName: 'Amara',
    lastName: 'Okafor',
    email: 'amara.okafor@example.com',
    phone: '+44 20 7946 0182',
    budget: 240_000,
    location: 'London, United Kingdom',
    company: 'Tideway Cold Storage',
    source: 'referral',
    status: 'negotiation',
    interactions: [
      { type: 'meeting', ageInDays: -2.2, notes: 'Contract signing planned with Amara and their CFO.' },
      {
        type: 'call',
        ageInDays: 0.21,
        notes: 'Legal accepts our liability clause. Only the payment terms are open.',
      },
      {
        type: 'email',
        direction: 'outbound',
        ageInDays: 0.84,
        notes: 'Sent the redlined contract, version 3.',
      },
      {
        type: 'meeting',
        ageInDays: 2.3,
        notes: 'Price talk. They take the three-year plan if onboarding is free.',
      },
      {
        type: 'email',
        direction: 'outbound',
        ageInDays: 3.6,
        notes: 'Security questionnaire returned, all 112 answers.',
      },
      { type: 'call', ageInDays: 6.4, notes: 'CFO asked for a reference in food logistics.' },
      { type: 'meeting', ageInDays: 9.1, notes: 'On-site demo for the whole operations team, 14 people.' },
      {
        type: 'call',
        ageInDays: 15.2,
        notes: 'First call after the referral. Current contract ends in June.',
      },
    ],
  },
  {
    firstName: 'Łukasz',
    lastName: 'Żółkiewski',
    email: 'lukasz.zolkiewski@example.org',
    phone: null,
    budget: 96_000,
    location: 'Kraków, Polska',
    company: 'Piekarnie Wawelskie',
    source: 'linkedin',
    status: 'proposal',
    interactions: [
      {
        type: 'email',
        direction: 'inbound',
        ageInDays: 1.3,
        notes: 'Asks whether the offer covers all 38 shops or only the bakery.',
      },
      {
        type: 'call',
        ageInDays: 2.7,
        notes: 'Went through the offer line by line. Hesitates about the set-up fee.',
      },
      {
        type: 'meeting',
        ageInDays: 5.5,
        notes: 'Omówiliśmy ofertę; decyzja zapadnie na zarządzie w przyszły czwartek.',
      },
      {
        type: 'email',
        direction: 'outbound',
        ageInDays: 11.4,
        notes: 'Sent the offer and two case studies.',
      },
      { type: 'call', ageInDays: 18.6, notes: 'Needs till integration and a Polish user interface.' },
    ],
  },
  {
    firstName: '美咲',
    lastName: '佐藤',
    email: 'misaki.sato@example.net',
    phone: null,
    budget: 480_000,
    location: '東京',
    company: '青葉精機株式会社',
    source: 'tradeshow',
    status: 'qualified',
    interactions: [
      { type: 'meeting', ageInDays: 1.6, notes: '製品デモを実施。在庫管理との連携に強い関心あり。' },
      {
        type: 'email',
        direction: 'inbound',
        ageInDays: 4.3,
        notes: '見積もりの依頼を受領。来週までに回答する。',
      },
      { type: 'call', ageInDays: 8.5, notes: '予算は承認済み。導入は来年度の上期を希望。' },
      {
        type: 'email',
        direction: 'outbound',
        ageInDays: 13.4,
        notes: 'Thanked her for the talk at the stand and sent the brochure.',
      },
    ],
  },
  {
    firstName: 'Ελένη',
    lastName: 'Παπαδοπούλου',
    email: 'eleni.papadopoulou@example.com',
    phone: null,
    budget: 32_500,
    location: 'Θεσσαλονίκη, Ελλάδα',
    company: 'Ξενοδοχεία Αιγαίο',
    source: 'website',
    status: 'contacted',
    interactions: [
      {
        type: 'call',
        ageInDays: 3.4,
        notes: 'Ενδιαφέρεται για το βασικό πακέτο. Να καλέσουμε ξανά μετά τις διακοπές.',
      },
      {
        type: 'email',
        direction: 'outbound',
        ageInDays: 5.7,
        notes: 'Sent the price list she asked for on the website.',
      },
    ],
  },
  {
    firstName: 'ليلى',
    lastName: 'حدّاد',
    email: 'layla.haddad@example.org',
    phone: null,
    budget: 150_000,
    location: 'عمّان، الأردن',
    company: 'مختبرات الياسمين',
    source: 'webinar',
    status: 'qualified',
    interactions: [
      { type: 'meeting', ageInDays: 12.6, notes: 'اجتماع جيد. تريد عرض سعر لثلاثة فروع قبل نهاية الشهر.' },
      {
        type: 'email',
        direction: 'inbound',
        ageInDays: 16.3,
        notes: 'أرسلت أسئلة حول حماية البيانات ومكان استضافتها.',
      },
      {
        type: 'call',
        ageInDays: 22.5,
        notes: 'Follow-up on the webinar. Decides together with the head of IT.',
      },
    ],
  },
  {
    firstName: 'अर्जुन',
    lastName: 'शर्मा',
    email: 'arjun.sharma@example.net',
    phone: null,
    budget: 18_000,
    location: 'पुणे, भारत',
    company: null,
    source: 'website',
    status: 'new',
    interactions: [
      {
        type: 'email',
        direction: 'inbound',
        ageInDays: 0.13,
        notes: 'वेबसाइट के फ़ॉर्म से पूछताछ: दस लोगों की टीम के लिए कीमत जानना चाहते हैं।',
      },
    ],
  },
  {
    firstName: 'Grace',
    lastName: 'Whitfield',
    email: 'grace.whitfield@example.com',
    phone: '+1 202 555 0143',
    budget: null,
    location: 'Washington, DC, United States',
    company: 'Whitfield & Daughters Veterinary',
    source: 'website',
    status: 'new',
    interactions: [],
  },
  {
    firstName: 'Zoë',
    lastName: 'Müller-Nuñez',
    email: 'zoe.mueller-nunez@example.org',
    phone: '+49 30 23125 017',
    budget: 125_000,
    location: 'Berlin, Deutschland',
    company: 'Spreebogen Verlag',
    source: 'referral',
    status: 'won',
    interactions: [
      { type: 'meeting', ageInDays: 2.4, notes: 'Kick-off. Go-live agreed for the first of next month.' },
      {
        type: 'email',
        direction: 'inbound',
        ageInDays: 7.3,
        notes: 'Vertrag unterschrieben zurück. Rechnung bitte an die Zentrale.',
      },
      { type: 'call', ageInDays: 9.6, notes: 'Verbal yes. Wants two hours of training for the editors.' },
      { type: 'meeting', ageInDays: 16.5, notes: 'Final demo with the works council; no objections.' },
      { type: 'email', direction: 'outbound', ageInDays: 20.7, notes: 'Sent the data processing agreement.' },
      { type: 'meeting', ageInDays: 29.3, notes: 'Workshop on their editorial calendar.' },
      { type: 'call', ageInDays: 37.4, notes: 'Budget confirmed by the managing director.' },
      {
        type: 'email',
        direction: 'outbound',
        ageInDays: 44.6,
        notes: 'Introduced by a customer; sent an overview.',
      },
      { type: 'call', ageInDays: 46.2, notes: 'Left a message with her assistant.' },
    ],
  },
  {
    firstName: 'Иван',
    lastName: 'Петров',
    email: 'ivan.petrov@example.com',
    phone: null,
    budget: 64_000,
    location: 'Пловдив, България',
    company: 'Тракия Транс',
    source: 'coldcall',
    status: 'lost',
    interactions: [
      {
        type: 'call',
        ageInDays: 26.4,
        notes: 'Избраха друг доставчик заради цената. Да опитаме пак догодина.',
      },
      {
        type: 'email',
        direction: 'inbound',
        ageInDays: 34.5,
        notes: 'Asked for a lower price; we offered 5 %.',
      },
      { type: 'call', ageInDays: 41.3, notes: 'Cold call. Interested, compares us with two others.' },
    ],
  },
  {
    firstName: 'Mary-Jane',
    lastName: "O'Sullivan",
    email: 'mj.osullivan@example.net',
    phone: '+1 202 555 0178',
    budget: 55_000,
    location: null,
    company: 'Lantern Street Theatre',
    source: 'email',
    status: 'converted',
    interactions: [
      {
        type: 'email',
        direction: 'inbound',
        ageInDays: 33.4,
        notes: 'First invoice paid. Happy so far; check in at the end of the season.',
      },
      { type: 'meeting', ageInDays: 48.2, notes: 'Trained the box office team.' },
      { type: 'call', ageInDays: 55.3, notes: 'Went live without trouble.' },
    ],
  },
  {
    firstName: '서연',
    lastName: '김',
    email: 'seoyeon.kim@example.org',
    phone: null,
    budget: 210_000,
    location: '부산, 대한민국',
    company: '한빛해운',
    source: 'tradeshow',
    status: 'proposal',
    interactions: [
      {
        type: 'email',
        direction: 'inbound',
        ageInDays: 38.5,
        notes: '제안서를 검토 중이며 내부 결재가 늦어지고 있다고 합니다.',
      },
      {
        type: 'meeting',
        ageInDays: 47.6,
        notes: 'Presented the proposal by video; interpreter needed next time.',
      },
      { type: 'call', ageInDays: 60.4, notes: 'Wants the port terminals covered as well.' },
    ],
  },
  {
    firstName: 'נועם',
    lastName: 'בן־דוד',
    email: 'noam.bendavid@example.com',
    phone: null,
    budget: 0,
    location: 'תל אביב',
    company: null,
    source: 'linkedin',
    status: 'contacted',
    interactions: [
      {
        type: 'email',
        direction: 'inbound',
        ageInDays: 27.3,
        notes: 'כתב שאין תקציב השנה, אבל אפשר לחזור אליו ברבעון הבא.',
      },
    ],
  },
  {
    firstName: 'Tom',
    lastName: 'Hargreaves',
    email: 'tom.hargreaves@example.net',
    phone: '+44 20 7946 0311',
    budget: null,
    location: 'Leeds, United Kingdom',
    company: 'Hargreaves Roofing',
    source: 'coldcall',
    status: 'closed_lost',
    interactions: [
      { type: 'call', ageInDays: 140.3, notes: 'Not interested, please do not call again.' },
      { type: 'call', ageInDays: 154.6, notes: 'No answer, left a message.' },
    ],
  },
  {
    firstName: 'Inês',
    lastName: 'Gonçalves',
    email: 'ines.goncalves@example.org',
    phone: null,
    budget: 12_500,
    location: 'Porto, Portugal',
    company: 'Cerâmica do Douro',
    source: 'webinar',
    status: 'contacted',
    interactions: [
      {
        type: 'email',
        direction: 'inbound',
        ageInDays: 71.4,
        notes: 'Agradeceu o material do webinar; sem resposta desde então.',
      },
      { type: 'call', ageInDays: 82.5, notes: 'Curious, but the timing is bad: they move their workshop.' },
    ],
  },
  {
    firstName: 'Marcus',
    lastName: 'Lindqvist',
    email: 'marcus.lindqvist@example.com',
    phone: '+1 202 555 0109',
    budget: 75_000,
    location: 'Stockholm, Sverige',
    company: 'Nordljus Energi',
    source: 'email',
    status: 'qualified',
    interactions: [
      { type: 'meeting', ageInDays: -6.7, notes: 'Workshop planned with their engineers.' },
      { type: 'call', ageInDays: 7.2, notes: 'Good fit. Wants to see how we handle meter readings.' },
      {
        type: 'email',
        direction: 'inbound',
        ageInDays: 10.6,
        notes: 'Svarade på nyhetsbrevet och bad om ett samtal.',
      },
    ],
  },
];
