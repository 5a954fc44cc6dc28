/**
 * Words that people use to give instructions to a machine, grouped by their role in a sentence. Verbs match
 * as whole words, nouns as prefixes. In scripts without spaces, both match anywhere. In order: English,
 * German, French, Spanish, Italian, Portuguese, Dutch, Polish, Czech, Russian, Ukrainian, Turkish, Arabic,
 * Hebrew, Persian, Hindi, Chinese, Japanese, Korean, Vietnamese, Indonesian, Swedish, Danish and Norwegian,
 * Finnish, Greek, Romanian, Hungarian.
 */
const lines = (text: string): string[] =>
  text
    .split(/[,\n]/)
    .map((phrase) => phrase.trim())
    .filter((phrase) => phrase !== '');

/** Verbs that demand to ignore previous instructions. */
export const OVERRIDE_VERBS = lines(`
  ignore, ignoring, disregard, forget, override, overrule, bypass, discard, neglect, erase, do not follow, don't follow
  do not obey, stop following, no longer follow, pay no attention to, set aside, abandon, drop all, cancel, skip
  are void, is void, cancelled, canceled, revoked, obsolete, no longer valid, no longer apply, not apply
  sind ungültig, aufgehoben, gelten nicht mehr, annulées, annulés, anuladas, annullate, anuladas, отменены, скасовано
  作废, 作廢, 无效, 無効
  ignoriere, ignorieren sie, ignoriert, missachte, vergiss, vergessen sie, vergesst, überschreibe, umgehe, verwirf
  befolge nicht, beachte nicht, nicht beachten, halte dich nicht an
  ignorez, oublie, oubliez, ne tiens pas compte, ne tenez pas compte, ne tenez aucun compte, fais abstraction
  faites abstraction, contourne, outrepasse, ne suis pas, ne suivez pas
  ignora, olvida, olvide, olvídate, haz caso omiso, haga caso omiso, descarta, no sigas, no hagas caso, pasa por alto
  dimentica, tralascia, trascura, scarta, non seguire, ignorare, ignorate, dimenticate
  esqueça, esquece, desconsidere, desconsidera, descarte, não siga, ignorem
  negeer, vergeet, negeert, volg niet, sla alle
  zignoruj, ignoruj, zapomnij, pomiń, nie przestrzegaj, zlekceważ
  ignorujte, zapomeň, zapomeňte, nedbej, neřiď se
  игнорируй, игнорируйте, проигнорируй, проигнорируйте, забудь, забудьте, не обращай внимания, не следуй, отбрось, отмени
  ігноруй, ігноруйте, проігноруй, забудьте, не зважай, не дотримуйся, відкинь
  yoksay, yok say, görmezden gel, unut, dikkate alma, göz ardı et, uyma
  تجاهل, تجاهلي, انس, انسى, لا تتبع, أهمل, تخطى
  התעלם, התעלמי, התעלמו, שכח, תשכח, אל תציית
  نادیده بگیر, نادیده بگیرید, فراموش کن, فراموش کنید, توجه نکن
  अनदेखा, नज़रअंदाज़, भूल जाओ, भूल जाएं, भूल जाइए, उपेक्षा
  忽略, 无视, 無視, 忘记, 忘記, 忽视, 忽視, 不要理会, 不要遵守, 别管, 忘れて, 従わない, 従うな, 무시, 잊어, 따르지
  bỏ qua, phớt lờ, quên
  abaikan, lupakan, jangan ikuti
  ignorera, glöm, bortse
  ignorer, glem, se bort fra
  jätä huomiotta, unohda, sivuuta, älä välitä, älä noudata
  αγνόησε, αγνοήστε, ξέχνα, ξέχασε, παράβλεψε
  ignoră, ignorați, uită, uitați
  hagyd figyelmen kívül, hagyja figyelmen kívül, felejtsd el, felejtse el`);

/** Nouns for previous instructions. */
export const INSTRUCTION_NOUNS = lines(`
  instruction, rules, rule , prompt, guideline, directive, commands, constraint, restriction, safeguard
  everything above, everything before, all of the above, all the above, what is above, text above, above text
  previous text, prior text, previous context, prior context, everything you, what you were told, what you have been told
  your training, system message, your task, your policies, content policy, guidance, the facts, your earlier, your previous, your prior, your initial, your original
  anweisung, instruktion, regel, vorgaben, befehl, richtlinie, alles obige, alles oben, alles bisherige, alles vorherige
  consigne, règle, ce qui précède, tout ce qui est
  instruccion, regla, directri, indicacion, lo anterior, todo lo
  istruzion, regol, direttiv, indicazion, quanto sopra
  instruç, instruc, regra, diretri, orientaç
  instructie, regels, richtlijn, opdrachten
  instrukcj, polece, zasad, reguł
  pokyn, instrukc, pravid
  инструкц, указани, правил, команд, все выше, всё выше
  інструкц, вказівк, команди
  talimat, kural, yönerge, komut
  تعليمات, التعليمات, قواعد, القواعد, الأوامر, توجيهات
  הוראות, ההוראות, כללים, הכללים, הנחיות, ההנחיות
  دستور, قوانین
  निर्देश, नियम, आदेश
  指令, 指示, 规则, 規則, 提示词, 提示詞, 提示, 命令, 以上内容, 以上所有, 上述, ルール, プロンプト, 지시, 명령, 규칙, 지침, 프롬프트
  hướng dẫn, chỉ dẫn, chỉ thị, quy tắc, lệnh
  instruksi, perintah, aturan, petunjuk
  instruktion, regler, anvisning, instruks
  ohje, sääntö, säännöt, käsky, määräy
  οδηγί, εντολ, κανόν
  instrucțiun, regul
  utasítás, szabály`);

/**
 * Verbs that demand to write something. English verbs are in the rules, because they count only as orders.
 */
export const TELL_VERBS = lines(`
  beschreibe, empfiehl, présente, présentez, recommande, recommandez, décris, décrivez, presenta a, presente, recomienda
  recomiende, describa, descrivi, presenta il, consiglia, descreva, recomende, beschrijf, opisz, poleć, popiš, doporuč
  опиши, опишите, представь, рекомендуй, рекомендуйте, порекомендуй, опишіть, рекомендуй, tanımla, öner, صف, תאר, המלץ
  推荐, 推薦, 描述, 勧めて, 推奨して, 추천
  schreibe, schreib, schreiben sie, antworte, antworten sie, sage, gib, geben sie, nenne, erwähne, behaupte, setze, bewerte
  écris, écrivez, dis, dites, réponds, répondez, affiche, affichez, mentionnez, indiquez, ajoutez, indique que
  escribe, escriba, escribid, di que, diga, responda, mencione, pon, ponga
  scrivi, scriva, scrivete, rispondi, risponda, indichi, aggiungi, indica che
  escreva, inclua, coloque, responda apenas
  schrijf, zeg, antwoord, vermeld, zet
  napisz, powiedz, odpowiedz, wypisz, podaj
  napiš, napište, řekni, odpověz, uveď
  напиши, напишите, скажи, скажите, ответь, ответьте, выведи, выведите, укажи, укажите, добавь
  відповідай, вкажи, виведи, додай
  yaz, yazın, söyle, cevap ver, yanıtla, belirt, ekle
  اكتب, اكتبي, قل, أجب, اذكر, أضف
  כתוב, כתבי, כתבו, אמור, ענה, ציין, הוסף
  بنویس, بنویسید, بگو, بگویید, پاسخ بده
  लिखें, लिखो, लिखिए, कहो, कहें, उत्तर दें, बताओ, बताएं
  写, 寫, 输出, 輸出, 回答, 回复, 回覆, 说明为, 改成, 改为, 改為, 设为, 設為, 标为, に変更, にして, 書いて, 書け, 出力, 答えて, 記述, 記載, と書, 작성, 써 , 쓰세요, 써라, 적어, 출력, 답하, 대답
  viết, trả lời, nói, ghi
  tulis, tuliskan, katakan, jawab
  skriv, svara, säg, svar med, sig at
  kirjoita, vastaa, sano, mainitse
  γράψε, γράψτε, πες, απάντησε
  scrie, scrieți, spune, răspunde
  írd, írj, írja, mondd, válaszolj`);

/** Nouns for the text to write. */
export const ARTEFACT_NOUNS = lines(`
  summary, summaries, headline, key point, bullet point, lead card, activity score, score, json, output
  zusammenfassung, überschrift, kurzfassung, punktzahl, bewertung
  résumé, synthèse
  resumen, titular, puntuación
  riassunto, riepilogo, sommario, punteggio
  resumo, pontuação, sumário
  samenvatting
  podsumowani, streszczeni, nagłów
  shrnutí, souhrn, nadpis
  резюме, сводк, саммари, заголов, итог
  підсум, зведен
  özet, başlık, puan
  ملخص, الملخص, الخلاصة, العنوان
  סיכום, הסיכום, תקציר, התקציר, כותרת
  خلاصه
  सारांश
  摘要, 总结, 總結, 标题, 標題, 概要, 要約, サマリー, 見出し, 요약, 제목
  tóm tắt, tiêu đề
  ringkasan, judul
  sammanfattning, rubrik, resumé, sammendrag, opsummering, oppsummering
  yhteenve, tiivistelmä, otsikko
  περίληψη, σύνοψη
  rezumat, sumar
  összefoglal`);

/**
 * Nouns for the model itself. Short or common words for a machine are left out, because people sell such
 * products.
 */
export const MACHINE_NOUNS = lines(`
  language model, ai model, ai assistant, chatbot, llm, chatgpt, summarizer, summariser
  sprachmodell, ki-modell, ki-assistent, ki-system
  modèle de langage, assistant ia, intelligence artificielle
  modelo de lenguaje, asistente de ia, inteligencia artificial
  modello linguistico, assistente ai, intelligenza artificiale
  modelo de linguagem, assistente de ia, inteligência artificial
  taalmodel, ai-assistent
  model językow, sztuczn
  jazykový model, umělá inteligence
  языков, искусственн, нейросет
  мовн, штучн
  dil modeli, yapay zeka
  نموذج لغوي, الذكاء الاصطناعي, مساعد ذكي
  מודל שפה, בינה מלאכותית
  مدل زبانی, هوش مصنوعی
  भाषा मॉडल, एआई
  语言模型, 語言模型, 人工智能, 人工智慧, 言語モデル, 人工知能, 언어 모델, 인공지능
  mô hình ngôn ngữ, trí tuệ nhân tạo
  model bahasa, kecerdasan buatan
  språkmodell, sprogmodel
  kielimalli, tekoäly
  γλωσσικό μοντέλο, τεχνητή νοημοσύνη
  model de limbaj, inteligență artificială
  nyelvi modell, mesterséges intelligencia`);

/** Phrases that assign the model another identity. */
export const BECOMING = lines(`
  du bist jetzt, du bist nun, du bist ab sofort, tu es maintenant, tu es désormais, vous êtes maintenant, ahora eres
  a partir de ahora eres, sei ora, ora sei, agora você é, agora és, je bent nu, teraz jesteś, od teraz jesteś, nyní jsi
  теперь ты, отныне ты, ты теперь, тепер ти, відтепер ти, artık sen, sen artık, أنت الآن, من الآن أنت, אתה עכשיו, אתה כעת
  از حالا تو, تو اکنون, अब तुम, अब आप, 你现在是, 你現在是, 从现在起你, 從現在起你, あなたは今から, 今からあなた, あなたは今, 당신은 이제, 이제부터 당신
  bây giờ bạn là, kamu sekarang, anda sekarang adalah, du är nu, du er nå, du er nu, olet nyt, είσαι τώρα, acum ești, most már te`);

/** Phrases that announce new instructions. */
export const NEW_ORDERS = lines(`
  new instruction, new task, new goal, new objective, new directive, new mission, new orders from the system
  neue anweisung, neue aufgabe:, neue instruktion, neuer befehl, nouvelle instruction, nouvelles instructions
  nouvelle consigne, nueva instrucción, nuevas instrucciones, nueva orden del, nuova istruzione, nuove istruzioni
  nova instrução, novas instruções, nieuwe instructie, nowa instrukcja, nowe polecenie, nová instrukce, nový pokyn
  новая инструкция, новые инструкции, новое задание, новий наказ, нова інструкція, yeni talimat, تعليمات جديدة
  הוראות חדשות, הוראה חדשה, دستور جدید, नया निर्देश, नए निर्देश, 新指令, 新的指令, 新任务, 新任務, 新しい指示, 새로운 지시
  새 지시, chỉ thị mới, instruksi baru, perintah baru, ny instruktion, nye instrukser, uusi ohje:, νέα οδηγία
  instrucțiune nouă, új utasítás`);

/**
 * Phrases that address the model. A punctuation mark must follow, since "para la IA tienen presupuesto" is
 * not an address.
 */
export const ADDRESSES = lines(`
  für die ki, an die ki, für das modell, an das modell, an das sprachmodell, für das sprachmodell, liebe ki, achtung ki
  à l'ia, pour l'ia, de l'ia, au modèle, chère ia, cher assistant, a la ia, para la ia, para el modelo, al modelo, querida ia
  per il modello, al modello, per l'ia, all'ia, cara ia, para a ia, para o modelo, à ia, voor de ai, aan de ai, voor het model
  dla ai, do ai, dla modelu, pro ai, pro model, для нейросети, для ии, нейросеть, уважаемая нейросеть, для моделі, для ші
  yapay zekaya, yapay zekâya, yapay zeka için, إلى الذكاء الاصطناعي, للذكاء الاصطناعي, לבינה המלאכותית, به هوش مصنوعی
  एआई के लिए, 给ai的提示, 给ai, 給ai, 致ai, aiへの注意, aiへの指示, aiへ, ai에게, gửi ai, cho ai, untuk ai, till ai, til ai
  tekoälylle, προς την τεχνητή νοημοσύνη, pentru ia, az mi-nek`);
