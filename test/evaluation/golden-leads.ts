import type { SummaryDraft } from '../../src/summaries/summary-draft.js';
import type { InputInteraction, InputLead, SummaryInput } from '../../src/summaries/summary-input.js';

/** A lead, and honest drafts of its summary: each says only facts of the lead. */
export interface GoldenLead {
  readonly name: string;
  readonly input: SummaryInput;
  /** The first lists the facts stiffly; the second reads like the text of a good model. */
  readonly drafts: readonly SummaryDraft[];
  /** A good summary contains at least one word of each list. */
  readonly mustSay: readonly (readonly string[])[];
  readonly mustNotSay: readonly string[];
  /** Names of people, companies and places in the drafts, each with a wrong name to replace it. */
  readonly names: readonly (readonly [string, string])[];
}

type InteractionRow = [
  type: InputInteraction['type'],
  date: string,
  notes: string | null,
  isPlanned?: boolean,
];

function inputOf(lead: Partial<InputLead>, rows: readonly InteractionRow[]): SummaryInput {
  return {
    lead: {
      name: null,
      company: null,
      location: null,
      source: null,
      status: 'new',
      budget: null,
      interactionCount: rows.length,
      ...lead,
    },
    interactions: rows.map(([type, date, notes, isPlanned = false], index) => ({
      alias: `I${index + 1}`,
      id: index + 1,
      type,
      direction: null,
      date,
      isPlanned,
      notes,
      areNotesWithheld: false,
    })),
    leftOutCount: 0,
  };
}

const draftOf = (
  headline: string,
  summary: string,
  nextStep: string,
  ...keyPoints: [text: string, ...aliases: string[]][]
): SummaryDraft => ({
  headline,
  summary,
  keyPoints: keyPoints.map(([text, ...interactions]) => ({ text, interactions })),
  nextStep,
});

export const GOLDEN_LEADS: readonly GoldenLead[] = [
  {
    name: 'an offer and a planned meeting',
    input: inputOf(
      {
        name: 'Ada Lovelace',
        company: 'Analytical Engines',
        location: 'London',
        status: 'qualified',
        budget: 50_000,
      },
      [
        ['meeting', '2026-03-12', null, true],
        [
          'call',
          '2026-03-07',
          'Asked for an offer for 40 seats. Decision with CFO Mary Somerville by 15 April.',
        ],
        ['email', '2026-02-20', 'Sent the price list 2026. She wants a discount of 10 % from 30 seats on.'],
      ],
    ),
    drafts: [
      draftOf(
        'Ada Lovelace of Analytical Engines is qualified',
        'Ada Lovelace of Analytical Engines is at the stage qualified with a budget of 50,000. The latest meeting is of 2026-03-12.',
        'Call Ada Lovelace.',
        ['Asked for an offer for 40 seats. Decision with CFO Mary Somerville by 15 April.', 'I2'],
        ['Sent the price list 2026. She wants a discount of 10 % from 30 seats on.', 'I3'],
      ),
      draftOf(
        'Analytical Engines weighs an offer for 40 seats',
        'Ada Lovelace of Analytical Engines in London wants forty seats and has a budget of 50k. Mary Somerville, the CFO, decides by April 15; a meeting is planned for 12 March 2026.',
        'Prepare the offer for 40 seats before the meeting on March 12.',
        ['She requested an offer for 40 seats in the call on 7 March.', 'I2'],
        ['The decision lies with Mary Somerville and is due on 15 April.', 'I2'],
        ['From 30 seats she expects a 10% discount.', 'I3'],
      ),
    ],
    mustSay: [
      ['Lovelace', 'Ada'],
      ['40', 'forty'],
    ],
    mustNotSay: ['€', '$'],
    names: [
      ['Ada Lovelace', 'Grace Hopper'],
      ['Mary Somerville', 'Joan Clarke'],
      ['Analytical Engines', 'Difference Works'],
      ['London', 'Dublin'],
    ],
  },
  {
    name: 'a pilot with several amounts',
    input: inputOf(
      {
        name: 'Tom Okafor',
        company: 'Riverside Mills',
        location: 'Leeds',
        source: 'tradeshow',
        status: 'negotiation',
        budget: 120_000,
      },
      [
        [
          'call',
          '2026-05-04',
          'Pilot on line 3 saved 14 hours a week. Wants a quote for all 6 lines, at most 95,000 in the first year.',
        ],
        [
          'email',
          '2026-04-21',
          'Contract draft sent; their lawyer Priya Shah objects to the liability clause.',
        ],
        ['meeting', '2026-03-30', 'Site visit in Leeds with plant manager Owen Price, 2 halls, 6 lines.'],
      ],
    ),
    drafts: [
      draftOf(
        'Tom Okafor of Riverside Mills is in negotiation',
        'Tom Okafor of Riverside Mills is at the stage negotiation with a budget of 120,000. There are 3 interactions on record.',
        'Call Tom Okafor.',
        ['Call on 2026-05-04: Pilot on line 3 saved 14 hours a week.', 'I1'],
        ['Contract draft sent; their lawyer Priya Shah objects to the liability clause.', 'I2'],
        ['Site visit in Leeds with plant manager Owen Price, 2 halls, 6 lines.', 'I3'],
      ),
      draftOf(
        'Riverside Mills: pilot worked, quote for six lines wanted',
        'After a successful pilot, Tom Okafor of Riverside Mills would like a quote for all six lines of no more than 95k in the first year. The liability clause is still open with their lawyer, Priya Shah.',
        'Settle the liability clause with Priya Shah, then send the quote.',
        ['The pilot on line 3 saves 14 hours each week.', 'I1'],
        ['The first year must not cost more than 95,000.', 'I1'],
        ['Priya Shah objects to the liability clause of the contract draft.', 'I2'],
        ['Owen Price showed us both halls in Leeds on 30 March.', 'I3'],
      ),
    ],
    mustSay: [
      ['Riverside', 'Okafor'],
      ['pilot', 'liability', 'quote'],
    ],
    mustNotSay: ['signed'],
    names: [
      ['Tom Okafor', 'Ben Adeyemi'],
      ['Riverside Mills', 'Hilltop Foundry'],
      ['Priya Shah', 'Anita Rao'],
      ['Owen Price', 'Rhys Evans'],
    ],
  },
  {
    name: 'no interactions',
    input: inputOf({ name: 'Lena Park', company: 'Blue Harbor', source: 'website', budget: 8_000 }, []),
    drafts: [
      draftOf(
        'Lena Park of Blue Harbor is new',
        'Lena Park of Blue Harbor is at the stage new with a budget of 8,000.',
        'Call Lena Park.',
      ),
      draftOf(
        'New website lead from Blue Harbor',
        'Lena Park of Blue Harbor came in through the website and has a budget of 8k. There has been no contact yet.',
        'Introduce yourself to Lena and learn what Blue Harbor needs.',
      ),
    ],
    mustSay: [['Park', 'Blue Harbor']],
    mustNotSay: ['meeting on'],
    names: [
      ['Lena Park', 'Mina Choi'],
      ['Blue Harbor', 'Green Valley'],
    ],
  },
  {
    name: 'missing notes',
    input: inputOf({ name: 'Ivy Chen', status: 'contacted' }, [
      ['call', '2026-06-02', null],
      ['email', '2026-05-28', null],
      ['email', '2026-05-20', 'Interested in the S/4HANA connector, version 2.1.'],
    ]),
    drafts: [
      draftOf(
        'Ivy Chen is contacted',
        'Ivy Chen is at the stage contacted. The latest call is of 2026-06-02.',
        'Call Ivy Chen.',
        ['Interested in the S/4HANA connector, version 2.1.', 'I3'],
      ),
      draftOf(
        'Ivy Chen looks at the S/4HANA connector',
        'Ivy Chen has been in touch three times, in two emails and a call on June 2. She is interested in the S/4HANA connector.',
        'Ask Ivy what she needs the connector for.',
        ['She is interested in version 2.1 of the S/4HANA connector.', 'I3'],
        ['The last call was on 2 June 2026.', 'I1'],
      ),
    ],
    mustSay: [['Chen', 'Ivy']],
    mustNotSay: ['budget of'],
    names: [['Ivy Chen', 'Amy Wong']],
  },
  {
    name: 'a quarrel',
    input: inputOf(
      {
        name: 'Sara Lindqvist',
        company: 'Nordhamn Logistics',
        location: 'Gothenburg',
        status: 'lost',
        budget: 30_000,
      },
      [
        [
          'email',
          '2026-01-22',
          'Chose Maersk Solutions because of price: 21,500 against our 27,900. May come back in Q4.',
        ],
        [
          'call',
          '2026-01-10',
          'Angry that nobody called back for 9 days. Apologised, promised a new contact: Erik Dahl.',
        ],
      ],
    ),
    drafts: [
      draftOf(
        'Sara Lindqvist of Nordhamn Logistics is lost',
        'Sara Lindqvist of Nordhamn Logistics is at the stage lost with a budget of 30,000.',
        'Call Sara Lindqvist.',
        ['Chose Maersk Solutions because of price: 21,500 against our 27,900. May come back in Q4.', 'I1'],
        ['Angry that nobody called back for 9 days. Apologised, promised a new contact: Erik Dahl.', 'I2'],
      ),
      draftOf(
        'Lost to Maersk Solutions on price, may return in Q4',
        'Sara Lindqvist of Nordhamn Logistics took the cheaper offer of Maersk Solutions, 21,500 against 27,900. She was also upset that nobody had called back for nine days.',
        'Have Erik Dahl get in touch with Sara before Q4.',
        ['Maersk Solutions won with 21,500.', 'I1'],
        ['She may come back in Q4.', 'I1'],
        ['After nine days without a call she was promised Erik Dahl as her new contact.', 'I2'],
      ),
    ],
    mustSay: [['Lindqvist', 'Nordhamn']],
    mustNotSay: ['delighted'],
    names: [
      ['Sara Lindqvist', 'Maja Nyström'],
      ['Nordhamn Logistics', 'Sydhamn Freight'],
      ['Maersk Solutions', 'Hapag Systems'],
      ['Erik Dahl', 'Lars Holm'],
    ],
  },
  {
    name: 'German',
    input: inputOf(
      {
        name: 'Karin Vogel',
        company: 'Stahlbau Reuter',
        location: 'Kassel',
        status: 'proposal',
        budget: 75_000,
      },
      [
        [
          'meeting',
          '2026-02-18',
          'Termin mit Herrn Brandt (Einkauf). Sie brauchen 25 Lizenzen, Entscheidung bis 31. März.',
        ],
        ['call', '2026-02-03', 'Angebot über 68.500 Euro besprochen, Frau Vogel will 5 Prozent Rabatt.'],
      ],
    ),
    drafts: [
      draftOf(
        'Karin Vogel von Stahlbau Reuter: proposal',
        'Karin Vogel von Stahlbau Reuter ist in der Phase proposal mit einem Budget von 75.000.',
        'Karin Vogel anrufen.',
        ['Termin mit Herrn Brandt (Einkauf). Sie brauchen 25 Lizenzen, Entscheidung bis 31. März.', 'I1'],
        ['Angebot über 68.500 Euro besprochen, Frau Vogel will 5 Prozent Rabatt.', 'I2'],
      ),
      draftOf(
        'Stahlbau Reuter entscheidet bis Ende März',
        'Karin Vogel von Stahlbau Reuter aus Kassel verhandelt über 25 Lizenzen und wünscht fünf Prozent Nachlass auf das Angebot von 68.500 Euro. Die Entscheidung fällt bis zum 31. März.',
        'Mit Herrn Brandt den Rabatt klären und vor dem 31. März nachfassen.',
        ['Der Bedarf liegt bei 25 Lizenzen.', 'I1'],
        ['Herr Brandt aus dem Einkauf war beim Termin am 18. Februar dabei.', 'I1'],
        ['Frau Vogel möchte 5 % Rabatt auf 68.500 Euro.', 'I2'],
      ),
    ],
    mustSay: [['Vogel', 'Reuter']],
    mustNotSay: ['unterschrieben'],
    names: [
      ['Karin Vogel', 'Petra Simon'],
      ['Stahlbau Reuter', 'Maschinen Krause'],
      ['Herrn Brandt', 'Herrn Keller'],
      ['Herr Brandt', 'Herr Keller'],
      ['Frau Vogel', 'Frau Simon'],
    ],
  },
  {
    name: 'French',
    input: inputOf(
      { name: 'Claire Dubois', company: 'Ateliers Morel', location: 'Lyon', status: 'qualified' },
      [
        [
          'call',
          '2026-09-14',
          'Souhaite une démonstration le 22 septembre avec Paul Girard. Environ 60 postes.',
        ],
        ['email', '2026-09-01', 'Devis de 18 400 euros envoyé, jugé trop élevé.'],
      ],
    ),
    drafts: [
      draftOf(
        'Claire Dubois, Ateliers Morel',
        'Claire Dubois de Ateliers Morel est au stade qualified.',
        'Appeler Claire Dubois.',
        ['Souhaite une démonstration le 22 septembre avec Paul Girard. Environ 60 postes.', 'I1'],
        ['Devis de 18 400 euros envoyé, jugé trop élevé.', 'I2'],
      ),
      draftOf(
        'Ateliers Morel attend une démonstration',
        'Claire Dubois, des Ateliers Morel à Lyon, trouve le devis de 18 400 euros trop élevé mais souhaite une démonstration le 22 septembre pour environ 60 postes.',
        'Préparer la démonstration du 22 septembre avec Paul Girard.',
        ['La démonstration est prévue le 22 septembre avec Paul Girard.', 'I1'],
        ['Le devis de 18 400 euros a été jugé trop élevé.', 'I2'],
      ),
    ],
    mustSay: [['Dubois', 'Morel']],
    mustNotSay: ['signé'],
    names: [
      ['Claire Dubois', 'Julie Lambert'],
      ['Ateliers Morel', 'Forges Bertin'],
      ['Paul Girard', 'Luc Fontaine'],
      ['Lyon', 'Nantes'],
    ],
  },
  {
    name: 'Spanish',
    input: inputOf(
      {
        name: 'Lucía Romero',
        company: 'Grupo Almazán',
        location: 'Sevilla',
        status: 'negotiation',
        budget: 45_500,
      },
      [
        ['meeting', '2026-07-08', 'Reunión con Javier Ortega. Piden 3 meses de prueba y pago en 2 plazos.'],
        ['email', '2026-06-25', 'Contrato enviado, duración de 24 meses.'],
      ],
    ),
    drafts: [
      draftOf(
        'Lucía Romero de Grupo Almazán: negotiation',
        'Lucía Romero de Grupo Almazán está en la fase negotiation con un presupuesto de 45.500.',
        'Llamar a Lucía Romero.',
        ['Reunión con Javier Ortega. Piden 3 meses de prueba y pago en 2 plazos.', 'I1'],
        ['Contrato enviado, duración de 24 meses.', 'I2'],
      ),
      draftOf(
        'Grupo Almazán pide una prueba de 3 meses',
        'Lucía Romero, de Grupo Almazán en Sevilla, negocia un contrato de 24 meses. En la reunión del 8 de julio pidieron 3 meses de prueba y pagar en 2 plazos.',
        'Acordar con Javier Ortega los 3 meses de prueba.',
        ['El 8 de julio pidieron 3 meses de prueba.', 'I1'],
        ['El contrato enviado dura 24 meses.', 'I2'],
      ),
    ],
    mustSay: [['Romero', 'Almazán']],
    mustNotSay: ['firmado'],
    names: [
      ['Lucía Romero', 'Carmen Vidal'],
      ['Grupo Almazán', 'Talleres Benítez'],
      ['Javier Ortega', 'Miguel Santos'],
      ['Sevilla', 'Bilbao'],
    ],
  },
  {
    name: 'Italian',
    input: inputOf(
      { name: 'Marco Bellini', company: 'Officine Torre', location: 'Torino', status: 'contacted' },
      [
        ['call', '2026-10-05', 'Vuole 12 licenze entro dicembre, parla con Giulia Rossi prima di decidere.'],
        ['email', '2026-09-28', 'Inviata brochure e prezzi per 10 licenze.'],
      ],
    ),
    drafts: [
      draftOf(
        'Marco Bellini di Officine Torre',
        'Marco Bellini di Officine Torre è nella fase contacted.',
        'Chiamare Marco Bellini.',
        ['Vuole 12 licenze entro dicembre, parla con Giulia Rossi prima di decidere.', 'I1'],
        ['Inviata brochure e prezzi per 10 licenze.', 'I2'],
      ),
      draftOf(
        'Officine Torre valuta 12 licenze',
        'Marco Bellini di Officine Torre a Torino pensa a 12 licenze entro dicembre e ne parla prima con Giulia Rossi.',
        'Inviare un preventivo per 12 licenze.',
        ['Nella chiamata del 5 ottobre ha detto di volere 12 licenze.', 'I1'],
        ['Ha ricevuto i prezzi per 10 licenze e una brochure.', 'I2'],
      ),
    ],
    mustSay: [['Bellini', 'Torre']],
    mustNotSay: ['firmato'],
    names: [
      ['Marco Bellini', 'Luca Ferri'],
      ['Officine Torre', 'Cantieri Monti'],
      ['Giulia Rossi', 'Paola Conti'],
      ['Torino', 'Genova'],
    ],
  },
  {
    name: 'Polish',
    input: inputOf({ name: 'Anna Kowalska', company: 'Drewmax', location: 'Poznań', status: 'qualified' }, [
      ['call', '2026-11-03', 'Chce 15 stanowisk od stycznia, budżet 90 000 zł. Decyduje Piotr Zieliński.'],
      ['email', '2026-10-12', 'Pytała o integrację z programem Optima.'],
    ]),
    drafts: [
      draftOf(
        'Anna Kowalska, Drewmax',
        'Anna Kowalska z Drewmax jest na etapie qualified.',
        'Zadzwonić do Anna Kowalska.',
        ['Chce 15 stanowisk od stycznia, budżet 90 000 zł. Decyduje Piotr Zieliński.', 'I1'],
        ['Pytała o integrację z programem Optima.', 'I2'],
      ),
      draftOf(
        'Drewmax planuje 15 stanowisk',
        'Anna Kowalska z firmy Drewmax w Poznaniu chce 15 stanowisk od stycznia, a decyzję podejmie Piotr Zieliński.',
        'Wysłać ofertę Annie Kowalskiej i Piotrowi Zielińskiemu.',
        ['Budżet wynosi 90 000 zł na 15 stanowisk.', 'I1'],
        ['Pytała o integrację z Optimą.', 'I2'],
      ),
    ],
    mustSay: [['Kowalsk', 'Drewmax']],
    mustNotSay: ['podpisan'],
    names: [
      ['Anna Kowalska', 'Ewa Nowak'],
      ['Piotr Zieliński', 'Jan Wójcik'],
      ['Drewmax', 'Stalbud'],
    ],
  },
  {
    name: 'Russian',
    input: inputOf({ name: 'Ольга Смирнова', company: 'Вектор', location: 'Казань', status: 'proposal' }, [
      ['meeting', '2026-04-16', 'Встреча с Игорем Лебедевым, нужно 35 лицензий, срок до 20 мая.'],
      ['email', '2026-04-02', 'Отправили предложение на 1 200 000 рублей.'],
    ]),
    drafts: [
      draftOf(
        'Ольга Смирнова, Вектор',
        'Ольга Смирнова из компании Вектор находится на стадии proposal.',
        'Позвонить: Ольга Смирнова.',
        ['Встреча с Игорем Лебедевым, нужно 35 лицензий, срок до 20 мая.', 'I1'],
        ['Отправили предложение на 1 200 000 рублей.', 'I2'],
      ),
      draftOf(
        'Вектору нужно 35 лицензий до 20 мая',
        'Ольга Смирнова из компании Вектор в Казани рассматривает предложение на 1,2 млн рублей. На встрече 16 апреля с Игорем Лебедевым речь шла о 35 лицензиях.',
        'Связаться с Ольгой Смирновой до 20 мая.',
        ['Нужно 35 лицензий до 20 мая.', 'I1'],
        ['Предложение составляет 1 200 000 рублей.', 'I2'],
      ),
    ],
    mustSay: [['Смирнов', 'Вектор']],
    mustNotSay: ['подписан'],
    names: [
      ['Ольга Смирнова', 'Анна Кузнецова'],
      ['Игорем Лебедевым', 'Павлом Соколовым'],
    ],
  },
  {
    name: 'Japanese',
    input: inputOf({ name: '佐藤 健', company: '東都製作所', status: 'qualified' }, [
      ['call', '2026-08-06', '見積もりを希望。20台、納期は10月15日まで。田中さんが決裁者。'],
      ['email', '2026-07-29', 'カタログを送付。予算は500万円。'],
    ]),
    drafts: [
      draftOf(
        '東都製作所の佐藤 健',
        '東都製作所の佐藤 健さんは qualified の段階です。',
        '佐藤 健さんに電話する。',
        ['見積もりを希望。20台、納期は10月15日まで。田中さんが決裁者。', 'I1'],
        ['カタログを送付。予算は500万円。', 'I2'],
      ),
      draftOf(
        '東都製作所、20台の見積もり待ち',
        '東都製作所の佐藤さんは20台の見積もりを待っています。8月6日の電話によると納期は10月15日までです。',
        '田中さんと納期を確認する。',
        ['決裁者は田中さん。', 'I1'],
        ['予算は500万円でカタログを送付済み。', 'I2'],
      ),
    ],
    mustSay: [['佐藤', '東都']],
    mustNotSay: ['契約済み'],
    names: [
      ['田中さん', '鈴木さん'],
      ['佐藤さん', '高橋さん'],
    ],
  },
  {
    name: 'a summary in another language than the notes',
    input: inputOf({ name: 'Noor Haddad', company: 'Cedar Trading', status: 'contacted', budget: 22_000 }, [
      [
        'call',
        '2026-03-03',
        'Möchte ein Angebot für 18 Geräte, Lieferung bis 2. Mai. Ansprechpartner: Yusuf Amin.',
      ],
      ['email', '2026-02-24', 'Fragt nach Garantie von 36 Monaten.'],
    ]),
    drafts: [
      draftOf(
        'Noor Haddad of Cedar Trading is contacted',
        'Noor Haddad of Cedar Trading is at the stage contacted with a budget of 22,000. The latest call is of 2026-03-03.',
        'Call Noor Haddad.',
        ['Möchte ein Angebot für 18 Geräte, Lieferung bis 2. Mai. Ansprechpartner: Yusuf Amin.', 'I1'],
      ),
      draftOf(
        'Cedar Trading needs 18 devices by 2 May',
        'Noor Haddad of Cedar Trading would like an offer for 18 devices, delivered by May 2, and asks about a warranty of 36 months.',
        'Send the offer to Noor and copy Yusuf Amin.',
        ['The call on March 3 was about 18 devices, to be delivered by 2 May.', 'I1'],
        ['They want to know about 36 months of warranty.', 'I2'],
      ),
    ],
    mustSay: [['Haddad', 'Cedar']],
    mustNotSay: ['signed'],
    names: [
      ['Noor Haddad', 'Layla Mansour'],
      ['Cedar Trading', 'Olive Imports'],
      ['Yusuf Amin', 'Karim Saleh'],
    ],
  },
];
