// JSON from strangers, read strictly; the values are those of Boost.JSON.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace parley {

struct json_limits {
    std::size_t max_bytes = 256 * 1024;  ///< of the whole text
    std::size_t max_depth = 16;          ///< of nested objects and arrays, the outermost counts; never more than 100
    std::size_t max_members = 1'000;     ///< of one object
};

/// Reads one JSON object (RFC 8259) in time linear in the text, apart from the logarithm of an object's members, and
/// without recursion. Stricter than the RFC where two readers could disagree: refuses a key that stands twice in one
/// object, NUL and lone surrogates in texts, and numbers that fit neither 64 bits nor a finite double.
/// Why not Boost's parser: it keeps the last of two equal keys, rounds integers that do not fit, and does not say
/// where. Errors: json_too_large (too_large), json_too_deep, json_too_many_members, json_duplicate_key, json_bad_text,
/// json_bad_number, json_not_object, json_syntax; the message says at which byte, counted from 0.
/// The values live in `memory`, and so does what is moved out of them.
[[nodiscard]] result<boost::json::object> parse_object(std::string_view text, const json_limits& limits = {},
                                                       boost::json::storage_ptr memory = {});

/// Compact JSON text.
[[nodiscard]] std::string to_text(const boost::json::value& of);

}  // namespace parley
