// By GLib, which libvips brings along.
#include "folding.hpp"

#include <glib.h>

#include <memory>

namespace gallery {

std::string folded(std::string_view text) {
    struct let_go {
        void operator()(char* one) const { g_free(one); }
    };
    using owned = std::unique_ptr<char, let_go>;
    const owned valid(g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())));
    const owned lower(g_utf8_casefold(valid.get(), -1));
    const owned made(g_utf8_normalize(lower.get(), -1, G_NORMALIZE_ALL));
    return made == nullptr ? std::string() : std::string(made.get());
}

std::string containing(std::string_view text) {
    std::string made = "%";
    for (const char c : folded(text)) {
        if (c == '%' || c == '_' || c == '\\') made += '\\';
        made += c;
    }
    return made + "%";
}

}  // namespace gallery
