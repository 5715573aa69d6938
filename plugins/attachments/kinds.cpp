// The table. What is not in it is application/octet-stream, a download.
#include "kinds.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace attachments {
namespace {

using enum file_category;

constexpr std::array kinds{
    kind{"image/jpeg", image, "jpg jpeg jpe jfif", true},
    kind{"image/png", image, "png", true},
    kind{"image/apng", image, "apng png", true},
    kind{"image/gif", image, "gif", true},
    kind{"image/webp", image, "webp", true},
    kind{"image/avif", image, "avif", true},
    kind{"image/bmp", image, "bmp dib", true},
    kind{"image/heic", image, "heic heif"},
    kind{"image/heif", image, "heif heic"},
    kind{"image/tiff", image, "tif tiff"},
    kind{"image/vnd.microsoft.icon", image, "ico"},
    kind{"image/svg+xml", image, "svg svgz", false, true},
    kind{"image/vnd.adobe.photoshop", image, "psd"},
    kind{"video/mp4", video, "mp4 m4v", true},
    kind{"video/webm", video, "webm weba", true},
    kind{"video/ogg", video, "ogv ogg", true},
    kind{"video/quicktime", video, "mov qt"},
    kind{"video/x-matroska", video, "mkv"},
    kind{"video/x-msvideo", video, "avi"},
    kind{"video/mpeg", video, "mpg mpeg"},
    kind{"video/3gpp", video, "3gp 3gpp"},
    kind{"video/x-ms-asf", video, "wmv wma asf"},
    kind{"audio/mpeg", audio, "mp3 mpga", true},
    kind{"audio/ogg", audio, "ogg oga opus", true},
    kind{"audio/wav", audio, "wav", true},
    kind{"audio/flac", audio, "flac", true},
    kind{"audio/aac", audio, "aac", true},
    kind{"audio/mp4", audio, "m4a mp4", true},
    kind{"audio/webm", audio, "weba webm", true},
    kind{"audio/midi", audio, "mid midi"},
    kind{"audio/amr", audio, "amr"},
    kind{"application/pdf", document, "pdf", true},
    kind{"text/plain", document, "txt text log conf ini cfg"},
    kind{"text/csv", document, "csv"},
    kind{"text/markdown", document, "md markdown"},
    kind{"text/calendar", document, "ics"},
    kind{"text/vcard", document, "vcf"},
    kind{"message/rfc822", document, "eml"},
    kind{"text/rtf", document, "rtf"},
    kind{"application/json", document, "json"},
    kind{"application/yaml", document, "yaml yml"},
    kind{"application/msword", document, "doc dot"},
    kind{"application/vnd.ms-excel", document, "xls"},
    kind{"application/vnd.ms-powerpoint", document, "ppt pps"},
    kind{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", document, "docx"},
    kind{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", document, "xlsx"},
    kind{"application/vnd.openxmlformats-officedocument.presentationml.presentation", document, "pptx"},
    kind{"application/vnd.oasis.opendocument.text", document, "odt"},
    kind{"application/vnd.oasis.opendocument.spreadsheet", document, "ods"},
    kind{"application/vnd.oasis.opendocument.presentation", document, "odp"},
    kind{"application/epub+zip", document, "epub"},
    kind{"application/postscript", document, "ps eps ai"},
    kind{"application/zip", other, "zip"},
    kind{"application/x-tar", other, "tar"},
    kind{"application/gzip", other, "gz tgz"},
    kind{"application/x-bzip2", other, "bz2 tbz2"},
    kind{"application/x-xz", other, "xz txz"},
    kind{"application/zstd", other, "zst"},
    kind{"application/x-7z-compressed", other, "7z"},
    kind{"application/vnd.rar", other, "rar"},
    kind{"application/vnd.ms-cab-compressed", other, "cab"},
    kind{"application/x-iso9660-image", other, "iso"},
    kind{"text/html", other, "html htm xhtml xht shtml mht mhtml hta", false, true},
    kind{"text/xml", other, "xml xsl xslt rss", false, true},
    kind{"text/javascript", other, "js mjs cjs jse", false, true},
    kind{"text/css", other, "css", false, true},
    kind{"application/wasm", other, "wasm", false, true},
    kind{"application/x-shockwave-flash", other, "swf", false, true},
    kind{"application/x-executable", other, "elf so run", false, true},
    kind{"application/vnd.microsoft.portable-executable", other, "exe dll scr com sys cpl ocx", false, true},
    kind{"application/x-mach-binary", other, "dylib", false, true},
    kind{"application/x-msi", other, "msi msp", false, true},
    kind{"application/java-archive", other, "jar war", false, true},
    kind{"application/vnd.android.package-archive", other, "apk", false, true},
    kind{"text/x-shellscript", other, "sh bash zsh", false, true},
    kind{"text/x-msdos-batch", other, "bat cmd ps1 vbs vbe wsf wsh psm1 reg lnk url", false, true},
    kind{"text/x-script", other, "py pl rb php phtml php5 phar lua tcl", false, true},
};

/// libmagic's words for what the table has.
constexpr std::array<std::pair<std::string_view, std::string_view>, 39> aliases{{
    {"image/x-icon", "image/vnd.microsoft.icon"},
    {"image/x-ms-bmp", "image/bmp"},
    {"image/svg", "image/svg+xml"},
    {"video/x-m4v", "video/mp4"},
    {"audio/x-m4a", "audio/mp4"},
    {"audio/x-wav", "audio/wav"},
    {"audio/vnd.wave", "audio/wav"},
    {"audio/x-flac", "audio/flac"},
    {"audio/x-hx-aac-adts", "audio/aac"},
    {"application/ogg", "audio/ogg"},
    {"application/csv", "text/csv"},
    {"text/x-csv", "text/csv"},
    {"application/ndjson", "application/json"},
    {"application/x-ndjson", "application/json"},
    {"application/CDFV2", "application/msword"},
    {"application/x-gzip", "application/gzip"},
    {"application/x-zstd", "application/zstd"},
    {"application/x-rar", "application/vnd.rar"},
    {"application/x-zip-compressed", "application/zip"},
    {"application/xml", "text/xml"},
    {"application/xhtml+xml", "text/html"},
    {"application/javascript", "text/javascript"},
    {"application/x-javascript", "text/javascript"},
    {"application/x-dosexec", "application/vnd.microsoft.portable-executable"},
    {"application/x-ms-dos-executable", "application/vnd.microsoft.portable-executable"},
    {"application/x-pie-executable", "application/x-executable"},
    {"application/x-sharedlib", "application/x-executable"},
    {"application/x-object", "application/x-executable"},
    {"application/x-coredump", "application/x-executable"},
    {"application/x-java-applet", "application/java-archive"},
    {"application/rtf", "text/rtf"},
    {"text/x-python", "text/x-script"},
    {"text/x-script.python", "text/x-script"},
    {"text/x-perl", "text/x-script"},
    {"text/x-php", "text/x-script"},
    {"text/x-ruby", "text/x-script"},
    {"text/x-lua", "text/x-script"},
    {"application/vnd.debian.binary-package", "application/x-executable"},
    {"application/x-rpm", "application/x-executable"},
}};

/// What may be inside of a container, or may be written as a plain text: only its extension tells.
bool may_hold(std::string_view outer, const kind& inner) {
    constexpr std::string_view zipped = "docx xlsx pptx odt ods odp epub jar war apk";
    constexpr std::string_view compound = "doc dot xls ppt pps msi msp";
    constexpr std::string_view fixed_media = "mp4 m4v m4a mov qt heic heif avif ogg ogv oga webm weba mkv wma wmv 3gp";
    const auto is_in = [&](std::string_view list) {
        return (" " + std::string(list) + " ")
                   .find(" " + std::string(inner.extensions.substr(0, inner.extensions.find(' '))) + " ") !=
               std::string::npos;
    };
    if (outer == "application/zip") return is_in(zipped);
    if (outer == "application/msword") return is_in(compound);
    if (outer == "text/plain" || outer == "text/xml" || outer == "text/html" || outer == "text/csv")
        return inner.type.starts_with("text/") || inner.type == "application/json" ||
               inner.type == "application/yaml" || inner.type == "image/svg+xml" || inner.type == "message/rfc822";
    const auto group = outer.substr(0, outer.find('/'));
    return (group == "video" || group == "audio") && is_in(fixed_media) &&
           (inner.category == video || inner.category == audio);
}

}  // namespace

const kind* find_kind(std::string_view type) {
    const auto found = std::ranges::find(kinds, type, &kind::type);
    return found == kinds.end() ? nullptr : &*found;
}

bool has_extension(const kind& of, std::string_view extension) {
    if (extension.empty()) return false;
    return (" " + std::string(of.extensions) + " ").find(" " + std::string(extension) + " ") != std::string::npos;
}

const kind* find_kind_by_extension(std::string_view extension) {
    const auto found = std::ranges::find_if(kinds, [&](const kind& one) { return has_extension(one, extension); });
    return found == kinds.end() ? nullptr : &*found;
}

std::string canonical_type(std::string_view found, std::string_view extension) {
    const auto alias = std::ranges::find(aliases, found, &std::pair<std::string_view, std::string_view>::first);
    const auto type = alias == aliases.end() ? found : alias->second;
    const auto* is = find_kind(type);
    const auto* named = find_kind_by_extension(extension);
    if (is != nullptr && has_extension(*is, extension)) return std::string(type);
    if (named != nullptr && may_hold(is == nullptr && type.starts_with("text/") ? "text/plain" : type, *named)) {
        // Never less dangerous than what the content looks like.
        if (is == nullptr || !is->is_dangerous || named->is_dangerous) return std::string(named->type);
    }
    if (is != nullptr) return std::string(type);
    return type.starts_with("text/") ? "text/plain" : "application/octet-stream";
}

file_category category_of_type(std::string_view type) {
    const auto* is = find_kind(type);
    return is == nullptr ? other : is->category;
}

bool is_shown_in_place(std::string_view type) {
    const auto* is = find_kind(type);
    return is != nullptr && is->shown && !is->is_dangerous;
}

}  // namespace attachments
