// A grant is a text of what it is good for and a hash over it that only the holder of the secret can make.
// `…?parley_grant=<until>.<tenant>.<session>.<note>.<mark>`; the mark is an HMAC of all that and of the target.
#include "transport/content_grant.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/secret.hpp"

namespace parley::transport {
namespace {

constexpr std::string_view parameter = "parley_grant=";
constexpr std::size_t most_note = 256;
constexpr std::size_t longest_port = 6;  // with its colon

std::string mark_of(std::string_view target, const content_grant& of, std::string_view secret) {
    return keyed_digest(secret, fmt::format("parley content grant 1\n{}\n{}\n{}\n{}\n{}", of.tenant, of.session.text(),
                                            of.until, of.note, target));
}

/// What is before the next dot, which is taken away; nothing when there is none.
std::optional<std::string_view> part_of(std::string_view& text) {
    const auto dot = text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const auto part = text.substr(0, dot);
    text.remove_prefix(dot + 1);
    return part;
}

std::optional<std::int64_t> seconds_in(std::string_view text) {
    std::int64_t made = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), made);
    if (text.empty() || wrong != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return made;
}

}  // namespace

bool is_note(std::string_view text) {
    return text.size() <= most_note && std::ranges::all_of(text, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                      c == '_' || c == '.';
           });
}

std::string with_grant(std::string_view target, const content_grant& of, std::string_view secret) {
    return fmt::format("{}{}{}{}.{}.{}.{}.{}", target, target.contains('?') ? '&' : '?', parameter, of.until, of.tenant,
                       of.session.text(), of.note, mark_of(target, of, secret));
}

std::optional<granted_target> read_grant(std::string_view target) {
    const auto at = target.rfind(parameter);
    if (at == std::string_view::npos || at == 0 || (target[at - 1] != '?' && target[at - 1] != '&'))
        return std::nullopt;
    auto rest = target.substr(at + parameter.size());
    const auto until = part_of(rest);
    const auto tenant = part_of(rest);
    const auto session = part_of(rest);
    const auto last = rest.rfind('.');
    const auto seconds = until ? seconds_in(*until) : std::nullopt;
    if (!seconds || !tenant || !session || last == std::string_view::npos) return std::nullopt;
    const auto token = *session == "0" ? token_id{} : token_id::parse(*session);
    if (!token || !is_note(rest.substr(0, last))) return std::nullopt;
    return granted_target{.target = std::string(target.substr(0, at - 1)),
                          .grant = {.tenant = std::string(*tenant),
                                    .session = *token,
                                    .until = *seconds,
                                    .note = std::string(rest.substr(0, last))},
                          .mark = std::string(rest.substr(last + 1))};
}

bool is_good(const granted_target& of, std::string_view secret, moment now) {
    if (secret.empty() || !equal_in_constant_time(of.mark, mark_of(of.target, of.grant, secret))) return false;
    return now < moment(std::chrono::seconds(of.grant.until));
}

std::int64_t grant_ends(moment now, std::int64_t seconds) {
    const auto half = std::max<std::int64_t>(1, seconds / 2);
    const auto since = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    return since - since % half + 2 * half;
}

std::string content_authority(const content_settings& of, const http_request& request) {
    if (of.host.empty()) return {};
    const auto asked = request.header("Host");
    const auto bracket = asked.find(']');
    const auto colon = asked.find(':', bracket == std::string_view::npos ? 0 : bracket);
    auto port = colon == std::string_view::npos ? std::string_view{} : asked.substr(colon);
    const bool is_port = port.size() > 1 && port.size() <= longest_port &&
                         std::ranges::all_of(port.substr(1), [](char c) { return c >= '0' && c <= '9'; });
    if (!is_port) port = {};
    return of.host + std::string(port);
}

}  // namespace parley::transport
