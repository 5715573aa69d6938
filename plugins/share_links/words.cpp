// English first: it is what is not known otherwise.
#include "words.hpp"

#include <array>
#include <cctype>
#include <cstddef>
#include <string>

namespace share_links {
namespace {

constexpr std::size_t most_ranges = 30;
constexpr int certain = 1000;  // q=1

const std::array<words, 3> all{{
    {.language = "en",
     .direction = "ltr",
     .decimal = ".",
     .bytes = "% bytes",
     .good_until = "This link is good until %.",
     .shared_files = "Shared files",
     .somebody_shared = "Somebody shared files with you",
     .wrong_password = "This is not the password.",
     .too_often = "There were too many wrong passwords. Try again in % seconds.",
     .password = "Password",
     .open = "Open",
     .download = "Download",
     .download_this = "Download %",
     .not_shown = "cannot be shown here",
     .this_not_shown = "This cannot be shown here.",
     .no_files = "There are no files here now.",
     .more_files = "More files",
     .all_files = "All files",
     .open_document = "Open the document",
     .unknown_title = "There is nothing here",
     .unknown = "This link is not known. Was it copied whole?",
     .over_title = "This link is over",
     .over = "It was used up, withdrawn, or only good for a while, or what it led to is gone.",
     .no_file_title = "There is no such file",
     .no_file = "It is not among what was shared, or not any more.",
     .only_viewing_title = "Only to be looked at",
     .only_viewing = "What this link leads to is shown, and not given away.",
     .later_title = "Not now",
     .later = "Something that is needed is away for a moment. Try again soon."},
    {.language = "de",
     .direction = "ltr",
     .decimal = ",",
     .bytes = "% Bytes",
     .good_until = "Dieser Link gilt bis %.",
     .shared_files = "Geteilte Dateien",
     .somebody_shared = "Jemand hat Dateien mit Ihnen geteilt",
     .wrong_password = "Das ist nicht das Passwort.",
     .too_often = "Es gab zu viele falsche Passwörter. Versuchen Sie es in % Sekunden wieder.",
     .password = "Passwort",
     .open = "Öffnen",
     .download = "Herunterladen",
     .download_this = "% herunterladen",
     .not_shown = "kann hier nicht gezeigt werden",
     .this_not_shown = "Das kann hier nicht gezeigt werden.",
     .no_files = "Hier sind zurzeit keine Dateien.",
     .more_files = "Weitere Dateien",
     .all_files = "Alle Dateien",
     .open_document = "Dokument öffnen",
     .unknown_title = "Hier ist nichts",
     .unknown = "Dieser Link ist nicht bekannt. Wurde er ganz kopiert?",
     .over_title = "Dieser Link gilt nicht mehr",
     .over = "Er wurde aufgebraucht, zurückgezogen oder galt nur eine Zeit lang, oder das, wohin er führte, gibt es "
             "nicht mehr.",
     .no_file_title = "Diese Datei gibt es nicht",
     .no_file = "Sie ist nicht unter dem, was geteilt wurde, oder nicht mehr.",
     .only_viewing_title = "Nur zum Ansehen",
     .only_viewing = "Wohin dieser Link führt, das kann angesehen, aber nicht heruntergeladen werden.",
     .later_title = "Gerade nicht",
     .later = "Etwas, das gebraucht wird, ist für einen Moment nicht da. Versuchen Sie es bald wieder."},
    {.language = "ar",
     .direction = "rtl",
     .decimal = ".",
     .bytes = "% بايت",
     .good_until = "هذا الرابط صالح حتى %.",
     .shared_files = "ملفات مشتركة",
     .somebody_shared = "شارك أحدهم ملفات معك",
     .wrong_password = "كلمة المرور غير صحيحة.",
     .too_often = "أُدخلت كلمات مرور خاطئة كثيرة. حاول مرة أخرى بعد مرور هذا العدد من الثواني: %.",
     .password = "كلمة المرور",
     .open = "فتح",
     .download = "تنزيل",
     .download_this = "تنزيل %",
     .not_shown = "لا يمكن عرضه هنا",
     .this_not_shown = "لا يمكن عرض هذا الملف هنا.",
     .no_files = "لا توجد ملفات هنا الآن.",
     .more_files = "مزيد من الملفات",
     .all_files = "كل الملفات",
     .open_document = "فتح المستند",
     .unknown_title = "لا يوجد شيء هنا",
     .unknown = "هذا الرابط غير معروف. هل نُسخ كاملًا؟",
     .over_title = "انتهت صلاحية هذا الرابط",
     .over = "استُنفد الرابط أو سُحب أو انتهت مدته، أو لم يعد ما يشير إليه موجودًا.",
     .no_file_title = "لا يوجد ملف كهذا",
     .no_file = "ليس من بين ما تمت مشاركته، أو لم يعد كذلك.",
     .only_viewing_title = "للعرض فقط",
     .only_viewing = "ما يشير إليه هذا الرابط يُعرض ولا يُسلَّم.",
     .later_title = "ليس الآن",
     .later = "شيء مطلوب غير متاح للحظة. حاول مرة أخرى بعد قليل."},
}};

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// "q=0.8" in thousandths; 0 for what is no such weight.
int weight_of(std::string_view text) {
    text = trimmed(text);
    if (text.size() < 3 || (text[0] != 'q' && text[0] != 'Q') || text[1] != '=') return 0;
    text.remove_prefix(2);
    if (text[0] != '0' && text[0] != '1') return 0;
    int made = text[0] == '1' ? certain : 0;
    if (text.size() == 1) return made;
    if (text[1] != '.' || text.size() > 5) return 0;
    int place = certain / 10;
    for (const char c : text.substr(2)) {
        if (c < '0' || c > '9') return 0;
        made += (c - '0') * place;
        place /= 10;
    }
    return made > certain ? 0 : made;
}

const words* words_in(std::string_view range) {
    const auto language = range.substr(0, range.find('-'));
    for (const auto& one : all) {
        const std::string_view known = one.language;
        if (known.size() != language.size()) continue;
        bool is_same = true;
        for (std::size_t i = 0; i < known.size(); ++i)
            is_same = is_same && known[i] == std::tolower(static_cast<unsigned char>(language[i]));
        if (is_same) return &one;
    }
    return nullptr;
}

}  // namespace

const words& words_for(std::string_view accept_language) {
    const words* best = &all.front();
    int best_weight = 0;
    for (std::size_t i = 0; i < most_ranges && !accept_language.empty(); ++i) {
        const auto end = accept_language.find(',');
        const auto one = accept_language.substr(0, end);
        accept_language = end == std::string_view::npos ? std::string_view() : accept_language.substr(end + 1);
        const auto semicolon = one.find(';');
        const auto weight = semicolon == std::string_view::npos ? certain : weight_of(one.substr(semicolon + 1));
        const auto* found = words_in(trimmed(one.substr(0, semicolon)));
        if (found == nullptr || weight <= best_weight) continue;
        best = found;
        best_weight = weight;
    }
    return *best;
}

}  // namespace share_links
