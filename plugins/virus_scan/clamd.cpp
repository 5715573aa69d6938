// Only words that clamd is known to say count; whatever else comes is no verdict.
#include "clamd.hpp"

#include <clamav.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <optional>
#include <span>

#include "clamd_line.hpp"
#include "libclamav.hpp"

namespace virus_scan {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t chunk = 64 * 1024;
/// More than one scan may take, for what goes over the socket; a clamd that hangs answers never.
constexpr std::chrono::seconds patience_with_an_answer{15};

/// Fills some of the room; 0: that was all.
using source = std::function<sdk::result<std::size_t>(std::span<char>)>;

std::string big_endian(std::size_t number) {
    std::string made;
    for (int shift = 24; shift >= 0; shift -= 8) made += static_cast<char>((number >> shift) & 0xff);
    return made;
}

/// False when clamd spoke before it had everything.
sdk::result<bool> stream(clamd_line& to, const source& from) {
    std::string buffer(chunk, '\0');
    for (auto well = to.send("zINSTREAM\0"sv);;) {
        if (!well || !*well) return well;
        const auto got = from({buffer.data(), buffer.size()});
        if (!got) return got.error();
        well = to.send(big_endian(*got));
        if (!well || !*well || *got == 0) return well;
        well = to.send({buffer.data(), *got});
    }
}

bool is_printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](unsigned char one) { return one >= 0x20 && one < 0x7f; });
}

bool take_end(std::string_view& of, std::string_view ending) {
    if (!of.ends_with(ending)) return false;
    of.remove_suffix(ending.size());
    return true;
}

finding found(std::string_view name) {
    if (name.starts_with("Heuristics.Limits.Exceeded")) return {outcome::limited, std::string(name)};
    if (name.starts_with("Heuristics.Encrypted.")) return {outcome::encrypted, std::string(name)};
    return {outcome::infected, std::string(name)};
}

/// Those of libclamav that mean that it did not read everything have the same words there.
bool says_over_a_limit(std::string_view words) {
    for (int code = 0; code < CL_ELAST_ERROR; ++code)
        if (is_over_a_limit(code) && words == cl_strerror(static_cast<cl_error_t>(code))) return true;
    return false;
}

sdk::result<finding> finding_of(std::string_view said, bool had_everything) {
    constexpr std::size_t longest_name = 200;
    if (said == "INSTREAM size limit exceeded. ERROR") return finding{outcome::limited, "clamd.StreamMaxLength"};
    if (!had_everything || !said.starts_with("stream: ") || !is_printable(said))
        return engine_lost("answers what is no answer.");
    said.remove_prefix("stream: "sv.size());
    if (said == "OK") return finding{outcome::clean, {}};
    if (take_end(said, " FOUND") && !said.empty() && said.size() <= longest_name) return found(said);
    if (!take_end(said, " ERROR")) return engine_lost("answers what is no answer.");
    if (says_over_a_limit(said)) return finding{outcome::limited, std::string(said)};
    return sdk::unavailable("scan_failed", "clamd failed: " + std::string(said));
}

sdk::result<finding> ask(const std::string& address, const source& from, clamd_line::moment until,
                         const std::atomic<bool>& stopping) {
    auto to = clamd_line::connect(address, until, stopping);
    if (!to) return to.error();
    const auto had_everything = stream(*to, from);
    if (!had_everything) return had_everything.error();
    const auto said = to->answer();
    if (!said) return said.error();
    return finding_of(*said, *had_everything);
}

/// From its beginning, whatever was read of it before.
source reading(int file) {
    return [file, at = off_t{0}](std::span<char> room) mutable -> sdk::result<std::size_t> {
        auto got = ::pread(file, room.data(), room.size(), at);
        while (got < 0 && errno == EINTR) got = ::pread(file, room.data(), room.size(), at);
        if (got < 0) return sdk::unavailable("file_unreadable", "The file cannot be read: " + words_of(errno));
        at += got;
        return static_cast<std::size_t>(got);
    };
}

source reading(std::string_view bytes) {
    return [bytes](std::span<char> room) mutable -> sdk::result<std::size_t> {
        const auto size = bytes.copy(room.data(), room.size());
        bytes.remove_prefix(size);
        return size;
    };
}

void put(std::string& to, std::size_t number, int bytes) {
    for (int i = 0; i < bytes; ++i) to += static_cast<char>((number >> (8 * i)) & 0xff);
}

/// A ZIP of one stored entry, with a password or without.
std::string zip_of(std::string_view bytes, std::uint32_t flags) {
    std::string same;  // in both headers
    put(same, 20, 2);
    put(same, flags, 2);
    same.append(10, '\0');  // method, time, checksum, which nobody looks at
    put(same, bytes.size(), 4);
    put(same, bytes.size(), 4);
    put(same, 1, 4);  // the length of its name, and of more
    std::string made = "PK\3\4" + same + "a" + std::string(bytes);
    const auto start = made.size();
    made += "PK\1\2";
    put(made, 20, 2);
    made += same;
    made.append(14, '\0');
    made += "a";
    const auto size = made.size() - start;
    made += "PK\5\6";
    put(made, 0, 4);
    put(made, 0x10001, 4);
    put(made, size, 4);
    put(made, start, 4);
    put(made, 0, 2);
    return made;
}

/// Deeper than clamd can be told to look.
std::string too_deep() {
    constexpr int deepest = 100;
    std::string made = "a letter";
    for (int i = 0; i <= deepest; ++i) made = zip_of(made, 0);
    return made;
}

}  // namespace

sdk::result<std::shared_ptr<const engine>> clamd::greet(const std::string& address, const limits& most,
                                                        const std::atomic<bool>& stopping,
                                                        std::chrono::milliseconds patience) {
    const std::shared_ptr<clamd> made(new clamd(address, most, stopping));
    auto version = made->ask_version(patience);
    if (!version) return version.error();
    made->version_ = std::move(*version);
    const auto secret = made->scan_bytes(zip_of("0123456789ab not to be read", 1), patience);
    if (!secret) return secret.error();
    const auto deep = made->scan_bytes(too_deep(), patience);
    if (!deep) return deep.error();
    if (secret->is != outcome::encrypted)
        return engine_lost("does not tell of passwords: set `AlertEncrypted yes` in clamd.conf.");
    if (deep->is != outcome::limited)
        return engine_lost("does not tell of what it did not read: set `AlertExceedsMax yes` in clamd.conf.");
    return std::shared_ptr<const engine>(made);
}

sdk::result<std::string> clamd::ask_version(std::chrono::milliseconds patience) const {
    constexpr std::size_t longest = 200;
    auto to = clamd_line::connect(address_, std::chrono::steady_clock::now() + patience, stopping_);
    if (!to) return to.error();
    const auto sent = to->send("zVERSION\0"sv);
    if (!sent) return sent.error();
    auto said = to->answer();
    if (said && (!said->starts_with("ClamAV ") || said->size() > longest || !is_printable(*said)))
        return engine_lost("answers what is no answer.");
    return said;
}

sdk::result<finding> clamd::scan_bytes(std::string_view bytes, std::chrono::milliseconds patience) const {
    return ask(address_, reading(bytes), std::chrono::steady_clock::now() + patience, stopping_);
}

sdk::result<finding> clamd::scan(const std::filesystem::path& folder, const std::string& path) const {
    const auto opened = open_beneath(folder, path);
    if (!opened) return opened.error();
    if (opened->bytes > most_.file_bytes) return finding{outcome::limited, "Heuristics.Limits.Exceeded.MaxFileSize"};
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(most_.seconds) + patience_with_an_answer;
    const auto said = ask(address_, reading(opened->file.get()), until, stopping_);
    if (said && said->is == outcome::clean && is_zip_without_end(*opened))
        return finding{outcome::limited, "Damaged.Zip"};
    // clamd cuts such an entry off at its own limit and does not say so.
    if (said && said->is == outcome::clean && has_longer_entry(*opened, most_.file_bytes))
        return finding{outcome::limited, "Heuristics.Limits.Exceeded.MaxFileSize"};
    return said;
}

}  // namespace virus_scan
