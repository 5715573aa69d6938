// Pages and pieces of pages that a plugin brings, served from the folder that is installed beside its library.
//
// They are built beforehand: of every text file "x" there are also "x.br" and "x.gz", so that nobody compresses
// anything while somebody waits. The web client asks who has pieces for it, and loads them where their plugin is on:
//
//     class plugin : public sdk::with_web_piece {
//         void setup(sdk::registry<plugin>& on) { offer_web_piece(on, {.plugin = "reactions", .style = true}); … }
//
// and in plugin.yaml `commands: [reactions.web]` and `services: [reactions.web_piece/1]`.
//
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "parley/registry.hpp"

namespace parley::sdk {

/// What a browser asks for: a file's name, without a folder, and the encodings that it takes. since 1.0
struct web_request {
    text<128> file;
    std::optional<text<256>> accepts;
};
BOOST_DESCRIBE_STRUCT(web_request, (), (file, accepts))

namespace detail {

struct web_type {
    std::string_view ending;
    std::string_view type;
    bool compressed;
};
inline constexpr std::array web_types{web_type{".js", "text/javascript; charset=utf-8", true},
                                      web_type{".css", "text/css; charset=utf-8", true},
                                      web_type{".html", "text/html; charset=utf-8", true},
                                      web_type{".svg", "image/svg+xml", true},
                                      web_type{".json", "application/json", true},
                                      web_type{".png", "image/png", false},
                                      web_type{".webmanifest", "application/manifest+json", true},
                                      web_type{".woff2", "font/woff2", false},
                                      web_type{".webp", "image/webp", false}};

/// Nothing for endings that no page has.
[[nodiscard]] inline const web_type* web_type_of(std::string_view name) {
    const auto found = std::find_if(web_types.begin(), web_types.end(), [&](const auto& one) {
        return name.size() > one.ending.size() && name.substr(name.size() - one.ending.size()) == one.ending;
    });
    return found == web_types.end() ? nullptr : &*found;
}

/// Letters, digits, and -_. but not in front: no folder can be left with that.
[[nodiscard]] inline bool is_web_name(std::string_view name) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.';
    };
    return !name.empty() && name.front() != '.' && std::all_of(name.begin(), name.end(), plain);
}

/// Whether Accept-Encoding names it and does not forbid it.
[[nodiscard]] inline bool takes_encoding(std::string_view accepts, std::string_view name) {
    while (!accepts.empty()) {
        const auto comma = std::min(accepts.find(','), accepts.size());
        auto one = accepts.substr(0, comma);
        accepts.remove_prefix(std::min(comma + 1, accepts.size()));
        while (!one.empty() && (one.front() == ' ' || one.front() == '\t')) one.remove_prefix(1);
        if (one.substr(0, name.size()) != name) continue;
        const auto rest = one.substr(name.size());
        if (rest.empty() || rest.front() == ' ') return true;
        if (rest.front() == ';')
            return rest.find("q=0") == std::string_view::npos || rest.find("q=0.") != std::string_view::npos;
    }
    return false;
}

}  // namespace detail

/// What may change at one address, and is asked for again each time. since 1.0
inline constexpr std::string_view web_fresh = "no-cache";
/// What has a hash of its bytes in its name. since 1.0
inline constexpr std::string_view web_forever = "public, max-age=31536000, immutable";

/// Whether there are copies beside each text file. since 1.0
enum class web_copies : std::uint8_t { none, compressed };

/// The file `name` of `folder` in the plugin's share ("" or "web/"), compressed as the browser takes it. since 1.0
[[nodiscard]] inline result<reply> web_file(std::string_view folder, const web_request& asked, std::string_view cache,
                                            web_copies copies = web_copies::compressed) {
    const std::string_view name = asked.file;
    const auto* type = detail::web_type_of(name);
    if (type == nullptr || !detail::is_web_name(name)) return not_found("file_unknown", "There is no such file.");
    const std::string_view accepts = asked.accepts ? std::string_view(*asked.accepts) : std::string_view();
    const bool smaller = type->compressed && copies == web_copies::compressed;
    const bool br = smaller && detail::takes_encoding(accepts, "br");
    const bool gz = smaller && !br && detail::takes_encoding(accepts, "gzip");
    auto path = "share:" + std::string(folder) + std::string(name) + (br ? ".br" : gz ? ".gz" : "");
    auto made = reply::send({.path = std::move(path),
                             .type = std::string(type->type),
                             .attachment = false,
                             .cache = std::string(cache),
                             .sandbox = false});
    if (smaller) made.headers.emplace("Vary", "Accept-Encoding");
    if (br || gz) made.headers.emplace("Content-Encoding", br ? "br" : "gzip");
    return made;
}

/// The Content-Security-Policy of a page that shows and fetches files: where they come from another host, the visitor's
/// `content_host`, it is named in `img-src`, `media-src` and `connect-src`, as far as these are there. since 1.0
[[nodiscard]] inline std::string policy_with_files(std::string policy, std::string_view content_host) {
    if (content_host.empty()) return policy;
    for (const std::string_view directive : {"img-src ", "media-src ", "connect-src "}) {
        const auto at = policy.find(directive);
        if (at == std::string::npos || (at > 0 && policy[at - 1] != ' ')) continue;
        policy.insert(std::min(policy.find(';', at), policy.size()), " " + std::string(content_host));
    }
    return policy;
}

/// Where a plugin's piece of the web client is. since 1.0
struct web_piece {
    std::string module;  ///< an ES module, for instance /reactions/web/piece.js
    std::optional<std::string> style;
};
BOOST_DESCRIBE_STRUCT(web_piece, (), (module, style))

/// How it is offered. since 1.0
struct web_offer {
    std::string plugin;
    bool style = false;      ///< there is a piece.css
    bool compressed = true;  ///< of each file there are .br and .gz
};

/// A plugin with a piece in share/web/: piece.js, and piece.css if it has a style. since 1.0
class with_web_piece {
public:
    [[nodiscard]] result<reply> send_web_file(web_request asked) {
        auto made = web_file("web/", asked, web_fresh, copies_);
        // Also what somebody opens by its address runs nothing.
        if (made) made->headers.emplace("Content-Security-Policy", "default-src 'none'");
        return made;
    }
    [[nodiscard]] web_piece where_web_piece_is() { return piece_; }

protected:
    /// In setup: serves share/web/ at /<plugin>/web/, and says so to the web client.
    template <class Plugin>
    void offer_web_piece(registry<Plugin>& on, const web_offer& what) {
        const auto at = "/" + what.plugin + "/web/";
        copies_ = what.compressed ? web_copies::compressed : web_copies::none;
        piece_ = {at + "piece.js", what.style ? std::optional(at + "piece.css") : std::nullopt};
        on.transfer(what.plugin + ".web", anybody,
                    {.method = "GET",
                     .path = at + "{file}",
                     .sentence = "A file of this plugin's piece of the web client.",
                     .fields = {{"file", "Its name."}, {"accepts", "Encodings that the browser takes."}},
                     .headers = {{"accepts", "Accept-Encoding"}}},
                    &with_web_piece::send_web_file);
        on.service(what.plugin + ".web_piece/1", &with_web_piece::where_web_piece_is);
    }

private:
    web_piece piece_;
    web_copies copies_ = web_copies::compressed;
};

}  // namespace parley::sdk
