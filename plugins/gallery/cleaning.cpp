// Which kind of file it is, by its first bytes.
#include "cleaning.hpp"

#include "containers.hpp"

namespace gallery {
namespace {

using std::string_view_literals::operator""sv;

void clean_tiff(const bytes& from, edit_list& to, read_exif& found) {
    found = parse_exif(from);
    for (const auto& one : found.secret) to.blank(one.at, one.bytes);
}

}  // namespace

cleaned clean(const bytes& from) {
    edit_list edits(from);
    read_exif found;
    const auto head = from.read(0, 16);
    const auto is = [&](std::string_view what, std::size_t at = 0) {
        return head.substr(std::min(at, head.size())).starts_with(what);
    };
    if (is("\xff\xd8\xff"sv)) clean_jpeg(from, edits, found);
    if (is("\x89PNG\r\n\x1a\n"sv)) clean_png(from, edits, found);
    if (is("RIFF"sv) && is("WEBP"sv, 8)) clean_webp(from, edits, found);
    if (is("GIF87a"sv) || is("GIF89a"sv)) clean_gif(from, edits);
    if (is("II*\0"sv) || is("MM\0*"sv)) clean_tiff(from, edits, found);
    for (const auto one : {"ftyp"sv, "JXL "sv, "jP  "sv, "moov"sv, "wide"sv, "mdat"sv, "skip"sv})
        if (is(one, 4)) clean_boxes(from, edits, found);
    return {edits.take(), found.facts};
}

}  // namespace gallery
