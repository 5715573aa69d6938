// The operations by subject, and the short ways in which their tables are written. Seen by operations_*.cpp and
// operation.cpp only.
#pragma once

#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "transport/operation.hpp"

namespace parley::transport {

[[nodiscard]] std::vector<operation> session_operations();
[[nodiscard]] std::vector<operation> jwt_operations();
[[nodiscard]] std::vector<operation> sign_in_operations();
[[nodiscard]] std::vector<operation> token_operations();
[[nodiscard]] std::vector<operation> password_operations();
[[nodiscard]] std::vector<operation> account_operations();
[[nodiscard]] std::vector<operation> user_operations();
[[nodiscard]] std::vector<operation> conversation_operations();
[[nodiscard]] std::vector<operation> member_operations();
[[nodiscard]] std::vector<operation> ban_operations();
[[nodiscard]] std::vector<operation> message_operations();
[[nodiscard]] std::vector<operation> read_state_operations();
[[nodiscard]] std::vector<operation> log_operations();
[[nodiscard]] std::vector<operation> live_operations();
[[nodiscard]] std::vector<operation> audit_operations();
[[nodiscard]] std::vector<operation> role_operations();
[[nodiscard]] std::vector<operation> office_operations();

/// The entries of a page when the client does not say.
inline constexpr std::int64_t usual_page = 50;

/// A plain function as an operation's `run`.
using read_work = result<answer> (*)(const kernel::environment&, kernel::reading&, const kernel::caller&, const input&);
[[nodiscard]] inline std::function<void(call)> reads(read_work work) {
    return [work](call it) { reply_with_read(std::move(it), work); };
}
using write_work = result<answer> (*)(const kernel::environment&, kernel::writing&, const kernel::caller&,
                                      const input&);
[[nodiscard]] inline std::function<void(call)> writes(write_work work) {
    return [work](call it) { reply_with_write(std::move(it), work); };
}

/// {"<name>": [every entry as `shown` makes it]}, and null or the cursor of the next page under "next".
template <class Entries, class Shown>
[[nodiscard]] boost::json::object listed(std::string_view name, const Entries& entries, Shown shown) {
    boost::json::array all;
    for (const auto& one : entries) all.emplace_back(shown(one));
    boost::json::object body;
    body[name] = std::move(all);
    return body;
}
/// The cursor behind the last entry of a full page, null when there can be no more.
template <class Entries, class Cursor>
[[nodiscard]] boost::json::value next_of(const Entries& entries, std::int64_t limit, Cursor cursor) {
    if (static_cast<std::int64_t>(entries.size()) < limit) return nullptr;
    return boost::json::value(cursor(entries.back()));
}

/// Names with spaces between, as OAuth writes a scope.
[[nodiscard]] std::vector<std::string> words_of(std::string_view text);

// Fields. The name comes first and the sentence last.

[[nodiscard]] inline field path_id(std::string_view name, std::string_view sentence) {
    return {.name = name,
            .type = field_type::id,
            .in = place::path,
            .needed = field::presence::required,
            .sentence = sentence,
            .choices = {}};
}
[[nodiscard]] inline field text_field(std::string_view name, std::int64_t most_bytes, std::string_view sentence) {
    return {.name = name, .sentence = sentence, .most = most_bytes, .choices = {}};
}
[[nodiscard]] inline field field_of(field_type type, std::string_view name, std::string_view sentence) {
    return {.name = name, .type = type, .sentence = sentence, .choices = {}};
}
[[nodiscard]] inline field ids_field(std::string_view name, std::int64_t most, std::string_view sentence) {
    return {.name = name, .type = field_type::ids, .sentence = sentence, .most = most, .choices = {}};
}
[[nodiscard]] inline field choice_field(std::string_view name, std::vector<std::string_view> choices,
                                        std::string_view sentence) {
    return {.name = name, .type = field_type::choice, .sentence = sentence, .choices = std::move(choices)};
}
[[nodiscard]] inline field integer_field(std::string_view name, std::int64_t least, std::int64_t most,
                                         std::string_view sentence) {
    return {
        .name = name, .type = field_type::integer, .sentence = sentence, .least = least, .most = most, .choices = {}};
}
/// A sequence or position from `least` on.
[[nodiscard]] inline field number_field(std::string_view name, std::int64_t least, std::string_view sentence) {
    return integer_field(name, least, std::numeric_limits<std::int64_t>::max(), sentence);
}
[[nodiscard]] inline field in_query(field of) {
    of.in = place::query;
    return of;
}
[[nodiscard]] inline field required(field of) {
    of.needed = field::presence::required;
    return of;
}
[[nodiscard]] inline field page_limit() {
    return in_query(integer_field("limit", 1, 200, "The most entries of the page; 50 when it is not said."));
}

}  // namespace parley::transport
