// Which language pages are in: whatever header somebody sends.
#include "words.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using share_links::words_for;

std::string language(std::string_view header) { return words_for(header).language; }

TEST(words, are_in_the_language_that_is_liked_best_of_those_there_are) {
    EXPECT_EQ(language(""), "en");
    EXPECT_EQ(language("de"), "de");
    EXPECT_EQ(language("DE-at"), "de");
    EXPECT_EQ(language("ar-EG,ar;q=0.9,en;q=0.8"), "ar");
    EXPECT_EQ(language("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5"), "en");
    EXPECT_EQ(language("en;q=0.2, de;q=0.300"), "de");
    EXPECT_EQ(language("en, de"), "en") << "the first of equals";
    EXPECT_EQ(language("ja"), "en");
    EXPECT_EQ(language("*"), "en");
    EXPECT_EQ(language("de;q=0"), "en");
}

TEST(words, are_english_for_what_is_no_such_header) {
    for (const auto* header : {",,,,", ";q=1", "de;q=2", "de;q=1.5", "de;q=0.1234", "de;q=x", "de;q=-1", "de;q",
                               "german", "d", "de_DE", "q=1", "de;;q=1"})
        EXPECT_EQ(language(header), "en") << header;
    std::string many;
    for (int i = 0; i < 1000; ++i) many += "fr,";
    EXPECT_EQ(language(many + "de"), "en") << "no more than the first are read";
}

TEST(words, are_there_in_every_language) {
    for (const auto* which : {"en", "de", "ar"}) {
        const auto& in = words_for(which);
        for (const auto* text : {in.decimal,        in.bytes,           in.good_until,
                                 in.shared_files,   in.somebody_shared, in.wrong_password,
                                 in.too_often,      in.password,        in.open,
                                 in.download,       in.download_this,   in.not_shown,
                                 in.this_not_shown, in.no_files,        in.more_files,
                                 in.all_files,      in.open_document,   in.unknown_title,
                                 in.unknown,        in.over_title,      in.over,
                                 in.no_file_title,  in.no_file,         in.only_viewing_title,
                                 in.only_viewing,   in.later_title,     in.later})
            EXPECT_NE(std::string(text), "") << which;
        for (const auto* filled : {in.bytes, in.good_until, in.too_often, in.download_this})
            EXPECT_NE(std::string(filled).find('%'), std::string::npos) << which << ": " << filled;
        EXPECT_EQ(std::string(in.direction), std::string(which) == "ar" ? "rtl" : "ltr");
    }
}

}  // namespace
