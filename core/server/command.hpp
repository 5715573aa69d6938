// What every command of `parley` is given, and how it ends.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <string_view>

#include "base/error.hpp"
#include "config/environment.hpp"

namespace parley::server {

/// How a command ended; the number is the program's exit code.
enum class outcome : std::uint8_t { done = 0, failed = 1, unusable = 2, changed = 3 };

/// Lists for people or for programs.
enum class listing : std::uint8_t { table = 1, json };

struct command_context {
    std::istream& in;
    std::ostream& out;  ///< the answer, and nothing else
    std::ostream& err;  ///< what went wrong, and hints
    const config::environment& variables;
    std::filesystem::path config;      ///< parley.yaml
    std::filesystem::path migrations;  ///< empty when they were not found
    listing lists = listing::table;

    /// One line of JSON on `out`, without characters that a terminal would obey.
    void print_json(const boost::json::value& what) const;

    /// Says why on `err`, in one line that is safe to print.
    outcome fail(const error& why) const;
    /// The same for a mistake in how the command was given.
    outcome misuse(std::string_view sentence) const;
    /// A line on `err` that changes nothing about the outcome.
    void hint(std::string_view sentence) const;
};

}  // namespace parley::server
