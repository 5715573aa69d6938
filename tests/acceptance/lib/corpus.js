// Messages as people write them: several languages, emoji, formatting, of very different lengths. The same for the
// same seed.

// Mulberry32: small, and the same on every machine.
export function randomness(seed) {
    let state = seed >>> 0;
    const next = () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let t = Math.imul(state ^ (state >>> 15), 1 | state);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
    const below = (n) => Math.floor(next() * n);
    return { next, below, oneOf: (all) => all[below(all.length)], chance: (p) => next() < p };
}

const languages = {
    english: ['Morning! Anyone up for coffee?', 'The build is green again', 'Can you look at the invoice from Tuesday', "I'll be ten minutes late, sorry", 'That makes sense to me', 'Who has the keys?', 'Let us move it to Thursday, three o\'clock', 'lol', 'ok', 'Thanks a lot!'],
    german: ['Guten Morgen zusammen', 'Könnt ihr das bitte prüfen?', 'Die Straßenbahn fällt aus', 'Ich kümmere mich darum', 'Schönes Wochenende!', 'Das Übergabeprotokoll fehlt noch', 'passt', 'Wer übernimmt die Spätschicht?'],
    french: ['Bonjour à tous', 'Ça marche pour moi', "J'arrive dans un quart d'heure", 'Où est-ce que tu as rangé le câble ?', 'Très bonne idée', 'À demain, l’équipe'],
    spanish: ['¡Buenos días!', '¿Alguien ha visto el correo de ayer?', 'Mañana lo reviso', 'El niño está enfermo, trabajo desde casa', 'De acuerdo'],
    turkish: ['Günaydın', 'İyi akşamlar, görüşürüz', 'Şu dosyayı açamıyorum', 'Çok teşekkürler'],
    polish: ['Cześć wszystkim', 'Czy mogę dostać dostęp?', 'Zażółć gęślą jaźń', 'Dziękuję'],
    russian: ['Доброе утро', 'Кто сегодня дежурит?', 'Проверьте, пожалуйста, отчёт', 'Хорошо, спасибо', 'Съешь же ещё этих мягких французских булок'],
    greek: ['Καλημέρα', 'Ευχαριστώ πολύ', 'Πότε είναι η συνάντηση;'],
    arabic: ['صباح الخير', 'هل يمكنك إرسال الملف؟', 'شكراً جزيلاً', 'الاجتماع الساعة ٣:٣٠'],
    hebrew: ['בוקר טוב', 'מי יכול לעזור?', 'תודה רבה'],
    hindi: ['नमस्ते', 'कृपया फ़ाइल भेजें', 'धन्यवाद', 'क्या आप कल आ सकते हैं?'],
    thai: ['สวัสดีครับ', 'ขอบคุณมากค่ะ', 'ประชุมกี่โมง'],
    chinese: ['早上好', '请看一下这个文件', '好的，没问题', '会议改到星期四下午三点', '谢谢！'],
    japanese: ['おはようございます', '確認お願いします', '了解です', 'お疲れ様でした', '少し遅れます、すみません'],
    korean: ['안녕하세요', '확인 부탁드립니다', '감사합니다', '내일 뵙겠습니다'],
    vietnamese: ['Chào buổi sáng', 'Bạn xem giúp mình với', 'Cảm ơn nhiều nhé'],
};
const emoji = ['😀', '😂', '👍', '👍🏽', '🙏', '🎉', '❤️', '👩‍💻', '👨‍👩‍👧‍👦', '🏳️‍🌈', '🇩🇪', '🇯🇵', '☕', '🤷🏿‍♀️', '✅', '🔥', '1️⃣'];
const formatted = ['*important*', '_quietly_', '`npm ci`', '[the plan](https://example.org/plan?x=1&y=2)', 'https://example.com/a_b', '~~no~~ yes', '> as you said\nexactly', '- milk\n- bread\n- 🧀', '```js\nconst x = "<b>";\n```', '#lobby'];

export class Corpus {
    constructor(seed, usernames) {
        this.random = randomness(seed);
        this.usernames = usernames;
        this.tongues = Object.values(languages);
        // Everybody has a language of their own and now and then speaks another.
        this.own = new Map(usernames.map((name) => [name, this.random.oneOf(this.tongues)]));
    }

    text(by) {
        const { random } = this;
        const tongue = random.chance(0.8) ? (this.own.get(by) ?? this.tongues[0]) : random.oneOf(this.tongues);
        const parts = [random.oneOf(tongue)];
        const more = random.chance(0.02) ? 40 : random.chance(0.15) ? 5 : random.below(2);
        for (let i = 0; i < more; ++i) parts.push(random.oneOf(tongue));
        if (random.chance(0.12)) parts.unshift(`@${random.oneOf(this.usernames)}`);
        if (random.chance(0.3)) parts.push(random.oneOf(emoji).repeat(1 + random.below(3)));
        if (random.chance(0.1)) parts.push(random.oneOf(formatted));
        return parts.join(random.chance(0.05) ? '\n' : ' ');
    }
}
