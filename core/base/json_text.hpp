// JSON written straight as text, for what is said thousands of times a second.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace parley {

/// Appends to a text, from left to right; commas come by themselves. Whoever writes an object gives each member's key
/// before its value, and texts that are UTF-8.
class json_text {
public:
    json_text& begin_object() { return open('{'); }
    json_text& end_object() { return close('}'); }
    json_text& begin_array() { return open('['); }
    json_text& end_array() { return close(']'); }

    /// Keys are ours, and need no escaping.
    json_text& key(std::string_view name);
    json_text& text(std::string_view value);
    json_text& number(std::int64_t value);
    /// An identifier: a number in quotes.
    json_text& id(std::int64_t value);
    json_text& boolean(bool value) { return word(value ? "true" : "false"); }
    json_text& null() { return word("null"); }
    json_text& value(const boost::json::value&);
    /// JSON that is text already.
    json_text& ready(std::string_view json) { return word(json); }

    [[nodiscard]] std::string take() { return std::move(out_); }
    [[nodiscard]] std::string_view view() const { return out_; }

private:
    json_text& open(char bracket);
    json_text& close(char bracket);
    json_text& word(std::string_view literal);
    void separate();

    std::string out_;
    bool needs_comma_ = false;
};

}  // namespace parley
