// libmagic: no decompression, no recursion without end, a buffer and never a file.
#include "sniff.hpp"

#include <magic.h>

#include <algorithm>

namespace attachments {
namespace {

magic_t open() {
    const magic_t made = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TOKENS | MAGIC_ERROR);
    if (made == nullptr) return nullptr;
    // The file itself first: a plugin in a process of its own may read below /usr/lib and not the link to it.
    for (const char* where : {"/usr/lib/file/magic.mgc", static_cast<const char*>(nullptr)}) {
        if (magic_load(made, where) != 0) continue;
        const auto bound = [&](int which, std::size_t most) { (void)magic_setparam(made, which, &most); };
        bound(MAGIC_PARAM_INDIR_MAX, 8);
        bound(MAGIC_PARAM_NAME_MAX, 40);
        bound(MAGIC_PARAM_ELF_PHNUM_MAX, 128);
        bound(MAGIC_PARAM_ELF_SHNUM_MAX, 128);
        bound(MAGIC_PARAM_ELF_NOTES_MAX, 32);
        bound(MAGIC_PARAM_REGEX_MAX, 4096);
        bound(MAGIC_PARAM_BYTES_MAX, sniffer::most);
        return made;
    }
    magic_close(made);
    return nullptr;
}

/// libmagic does not call a word or two a text.
bool is_plain(std::string_view bytes) {
    return std::all_of(bytes.begin(), bytes.end(),
                       [](char c) { return (c >= ' ' && c <= '~') || c == '\n' || c == '\r' || c == '\t'; });
}

}  // namespace

void sniffer::closing::operator()(void* cookie) const { magic_close(static_cast<magic_t>(cookie)); }

sniffer::sniffer() : cookie_(open()) {}
sniffer::~sniffer() = default;

std::string sniffer::type_of(std::string_view beginning) const {
    const std::string unknown = "application/octet-stream";
    if (cookie_ == nullptr) return unknown;
    beginning = beginning.substr(0, most);
    if (beginning.empty()) return "text/plain";
    const std::scoped_lock held(one_at_a_time_);
    const char* said = magic_buffer(static_cast<magic_t>(cookie_.get()), beginning.data(), beginning.size());
    const auto type = said == nullptr ? unknown : std::string(said);
    return type == unknown && is_plain(beginning) ? "text/plain" : type;
}

}  // namespace attachments
