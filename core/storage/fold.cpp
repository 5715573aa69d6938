// Case folding by ICU, and patterns in which a stranger's % means a per cent sign.
#include "storage/fold.hpp"

#include <unicode/unistr.h>

namespace parley::storage {
namespace {

std::string escaped(std::string_view text) {
    std::string safe;
    safe.reserve(text.size() + 2);
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') safe += '\\';
        safe += c;
    }
    return safe;
}

}  // namespace

std::string fold(std::string_view text) {
    auto wide = icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
    std::string folded;
    wide.foldCase().toUTF8String(folded);
    return folded;
}

std::string starting_with(std::string_view text) { return escaped(text) + '%'; }

std::string containing(std::string_view text) { return '%' + escaped(text) + '%'; }

}  // namespace parley::storage
