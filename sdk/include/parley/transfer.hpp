// Moving files over HTTP: what a body may be, where it went, and what is sent back.
//
// Bytes never come here. A handler says beforehand where a body goes in the plugin's files folder and how much of it
// may come; the server writes it there, and then the plugin hears what came. What is sent is a file's name.
//
//     on.transfer("picture.put", "pictures.put",
//                 {.method = "PUT", .path = "/api/v1/pictures/{name}", .sentence = "Stores a picture.",
//                  .takes = sdk::takes::bytes},
//                 &plugin::admit, &plugin::keep);
//     on.transfer("picture.get", "pictures.see",
//                 {.method = "GET", .path = "/api/v1/pictures/{name}", .sentence = "A picture."}, &plugin::show);
//
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "parley/abi/ext/host.h"
#include "parley/abi/ext/registry.h"
#include "parley/call.hpp"

namespace parley::sdk {

/// What a transfer's request brings. since 1.0
enum class takes : std::uint32_t { nothing = PARLEY_SENDS, bytes = PARLEY_TAKES_BYTES, parts = PARLEY_TAKES_PARTS };

/// The permission of a transfer that anybody may ask for who reaches the tenant. since 1.0
inline constexpr std::string_view anybody = PARLEY_PUBLIC;

/// Where clients reach a transfer. since 1.0
struct transfer {
    std::string method{};  ///< HEAD comes as GET
    std::string path{};    ///< below /api/v1/, below /<plugin>/, or "/" with `web_root: true`
    std::string sentence{};
    std::map<std::string, std::string> fields{};   ///< a sentence about each member of the input
    std::map<std::string, std::string> headers{};  ///< members that are in a header: {"offset", "Upload-Offset"}
    std::string secret{};  ///< the member that logs must not have: the first placeholder of the path; empty: none
    sdk::takes takes = sdk::takes::nothing;
};

/// What a client says of the body that it wants to send; nothing of it is to be believed. since 1.0
struct offered_body {
    std::int64_t length = -1;  ///< bytes; -1: it does not say
    std::string type;          ///< Content-Type
};

/// Who asks, as far as the server knows. since 1.0
struct visitor {
    std::string address;      ///< of the client, also behind proxies that the operator trusts
    std::string method;       ///< "HEAD" also where the transfer is a GET
    std::string range;        ///< the header; the server answers it by itself
    std::string cookie;       ///< the value of this plugin's own, "parley_<plugin>"; empty: none
    std::string languages{};  ///< Accept-Language as it came, cut to 256 bytes
    /// Where browsers get this tenant's files from, "files.example.org:8443"; empty: from the host they ask anyway.
    std::string content_host{};
    /// A file in the reply is not sent now: the browser is sent to content_host, and then this is asked again.
    bool comes_back = false;
    std::string granted{};  ///< the browser came back: what the reply said under `grants`
};
BOOST_DESCRIBE_STRUCT(visitor, (), (address, method, range, cookie, languages, content_host, comes_back, granted))

/// This plugin's own cookie. The server says HttpOnly and SameSite=Strict, and Secure where the client came by TLS.
/// since 1.0
struct cookie {
    std::string value{};       ///< letters, digits, and -_.
    std::string path{};        ///< below /<plugin>/
    std::int64_t seconds = 0;  ///< how long it is kept; 0: forgotten now
};
BOOST_DESCRIBE_STRUCT(cookie, (), (value, path, seconds))

/// What may come in. since 1.0
struct admission {
    std::string folder{};              ///< where in the files folder; made where it is missing
    std::int64_t most_bytes = 0;       ///< of all files together; more is answered 413 and thrown away
    std::int64_t most_part_bytes = 0;  ///< of one file; 0: most_bytes
    std::int64_t most_parts = 1;       ///< files
    std::string append_to{};           ///< takes::bytes: goes on with this file; what came of a broken body stays
    std::int64_t at = 0;               ///< which is so long now; 0: there is none yet
    json::object kept{};               ///< given back with what came
};
BOOST_DESCRIBE_STRUCT(admission, (), (folder, most_bytes, most_part_bytes, most_parts, append_to, at, kept))

/// One file that came. `name` and `type` are what the client says: never to be believed, and control characters in
/// them are escaped. since 1.0
struct received_part {
    std::string field;
    std::string name;
    std::string type;
    std::string file;  ///< in the files folder
    std::int64_t bytes = 0;
};
BOOST_DESCRIBE_STRUCT(received_part, (), (field, name, type, file, bytes))

/// What came of an admitted body. since 1.0
struct received {
    bool complete = false;  ///< all of it is on the disk; otherwise its files are gone, but for append_to
    std::string why{};      ///< it is not: body_broken, body_too_large, timeout, disk_full, …
    std::int64_t bytes = 0;
    json::object kept{};
    std::vector<received_part> parts{};
    std::map<std::string, std::string> fields{};  ///< of a form, that are no files
};
BOOST_DESCRIBE_STRUCT(received, (), (complete, why, bytes, kept, parts, fields))

/// A file that is sent: ranges, tags and HEAD are the server's business. since 1.0
struct sent_file {
    /// In the files folder; "share:x" is x in <id>.share beside the library, "of:attachments/x" is x in the folder of
    /// a plugin that stands under `reads_files_of`.
    std::string path{};
    std::string name{};      ///< under which it is kept; the server encodes it
    std::string type{};      ///< Content-Type; empty: bytes
    bool attachment = true;  ///< to be kept and not to be shown
    std::string etag{};      ///< empty: of size and time
    std::string cache{};     ///< Cache-Control; empty: asked for again each time
    bool sandbox = true;     ///< nothing in it may run
};
BOOST_DESCRIBE_STRUCT(sent_file, (), (path, name, type, attachment, etag, cache, sandbox))

/// What a transfer answers; one of json, text, file and redirect, or none. since 1.0
struct reply {
    std::int64_t status = 200;
    std::map<std::string, std::string> headers{};  ///< Location, Upload-…, Tus-…, Content-Security-Policy, …
    std::optional<json::object> json{};  ///< from status 400 on {"code", "detail"}: a problem like the server's own
    std::optional<std::string> text{};
    std::string type{};  ///< of the text: "text/html; charset=utf-8"
    std::optional<sent_file> file{};
    std::string redirect{};
    std::optional<sdk::cookie> cookie{};  ///< with any of these
    /// With a file, for who comes back without a cookie: letters, digits and -_. that nobody can change; at most 256.
    std::string grants{};

    /// A described struct as JSON.
    template <class T>
    [[nodiscard]] static reply of(const T& value, std::int64_t status = 200) {
        reply made;
        made.status = status;
        made.json = to_json(value).as_object();
        return made;
    }
    [[nodiscard]] static reply send(sent_file what) {
        reply made;
        made.file = std::move(what);
        return made;
    }
    [[nodiscard]] static reply to(std::string address) {
        reply made;
        made.status = 302;
        made.redirect = std::move(address);
        return made;
    }
};
BOOST_DESCRIBE_STRUCT(reply, (), (status, headers, json, text, type, file, redirect, cookie, grants))

/// What the first handler of a transfer that takes a body gives when it may also answer at once, with a status of its
/// own: then nothing is read, and the second one is not called. since 1.0
using opening = std::variant<admission, reply>;

/// Where files of this plugin are (`files: true` in plugin.yaml), or those of another (`reads_files_of`), which are to
/// be read only. Empty when there is none. Thread: any, from setup on. since 1.0
[[nodiscard]] inline std::filesystem::path files_folder(std::string_view plugin = {}) {
    const auto& home = detail::here();
    const auto* table = home.table<parley_files>(PARLEY_FILES);
    return table == nullptr ? std::filesystem::path()
                            : std::filesystem::path(detail::view(table->folder(home.host, detail::borrow(plugin))));
}

namespace detail {

/// Takes the server's word about a transfer out of its input.
[[nodiscard]] inline json::object take_transfer_word(json::object& input) {
    auto* found = input.if_contains("transfer");
    auto made = found != nullptr && found->is_object() ? std::move(found->get_object()) : json::object();
    input.erase("transfer");
    return made;
}

}  // namespace detail

}  // namespace parley::sdk
