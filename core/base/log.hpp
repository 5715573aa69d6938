// The log: one line an entry, a message and named fields, as JSON or as text.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.hpp"
#include "base/id.hpp"

/// Everything here may be called from any thread at any time, and nothing throws but for memory. An entry that cannot
/// be written (disk full, pipe closed) is dropped and counted; the process must ignore SIGPIPE for the latter.
/// Secrets, message texts and real authors behind a persona never belong into an entry.
namespace parley::log {

enum class level : unsigned char { trace = 1, debug, info, warning, error, off };
enum class format : unsigned char { json = 1, text };

struct settings {
    level least = level::info;  ///< entries below are skipped at the price of one comparison
    format as = format::json;
    std::string file;  ///< appended to, made readable by its owner and group only; empty means standard error
};

/// One named value of an entry; views are read before the call returns. By agreement "request" is the request id.
/// "time", "level" and "message" are taken.
struct field {
    using held = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

    template <class Value>
        requires std::convertible_to<const Value&, std::string_view>
    field(std::string_view key, const Value& text) : key(key), value(std::string_view(text)) {}
    field(std::string_view key, std::same_as<bool> auto yes) : key(key), value(yes) {}
    template <std::signed_integral Number>
    field(std::string_view key, Number number) : key(key), value(std::int64_t{number}) {}
    template <std::unsigned_integral Number>
        requires(!std::same_as<Number, bool>)
    field(std::string_view key, Number number) : key(key), value(std::uint64_t{number}) {}
    template <std::floating_point Number>
    field(std::string_view key, Number number) : key(key), value(static_cast<double>(number)) {}
    /// Quoted, as ids are in every JSON of ours.
    template <class Tag>
    field(std::string_view key, id<Tag> number) : key(key), value(number.value), quoted(true) {}

    std::string_view key;
    held value;
    bool quoted = false;
};

using fields = std::initializer_list<field>;

/// Sends the entries from now on where `how` says; until the first call they go to standard error as JSON from info on.
/// May be called again, for instance after a reload. Error: log_file_unusable.
[[nodiscard]] result<void> start(const settings& how);

void set_level(level least);
[[nodiscard]] bool enabled(level of);

/// "trace", "debug", "info", "warning", "error" or "off". Error: log_level_unknown.
[[nodiscard]] result<level> parse_level(std::string_view word);

void trace(std::string_view message, fields with = {});
void debug(std::string_view message, fields with = {});
void info(std::string_view message, fields with = {});
void warning(std::string_view message, fields with = {});
void error(std::string_view message, fields with = {});

/// Entries lost since the process began because they could not be written.
[[nodiscard]] std::uint64_t dropped();

}  // namespace parley::log
