// What pages for strangers say, in the languages that they are in.
#pragma once

#include <string_view>

namespace share_links {

/// Plain text: pages escape it. "%" stands for what is put in.
struct words {
    const char* language = "en";    ///< BCP 47
    const char* direction = "ltr";  ///< or "rtl"
    const char* decimal = ".";
    const char* bytes = "% bytes";
    const char* good_until = "";
    const char* shared_files = "";
    const char* somebody_shared = "";
    const char* wrong_password = "";
    const char* too_often = "";  ///< seconds to wait
    const char* password = "";
    const char* open = "";
    const char* download = "";
    const char* download_this = "";  ///< a file's name
    const char* not_shown = "";
    const char* this_not_shown = "";
    const char* no_files = "";
    const char* more_files = "";
    const char* all_files = "";
    const char* open_document = "";
    const char* unknown_title = "";
    const char* unknown = "";
    const char* over_title = "";
    const char* over = "";
    const char* no_file_title = "";
    const char* no_file = "";
    const char* only_viewing_title = "";
    const char* only_viewing = "";
    const char* later_title = "";
    const char* later = "";
};

/// In the language that somebody likes best of those that there are, as Accept-Language says it (RFC 9110); English
/// when that names none of them. Of anything that is no such header, too.
[[nodiscard]] const words& words_for(std::string_view accept_language);

}  // namespace share_links
