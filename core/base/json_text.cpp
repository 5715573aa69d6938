// What Boost.JSON would write of the same value, byte for byte.
#include "base/json_text.hpp"

#include <array>
#include <boost/json/serialize.hpp>
#include <charconv>

namespace parley {
namespace {

constexpr std::size_t usual_bytes = 1024;

bool stands_as_it_is(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; }

void append_escaped(std::string& to, char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    switch (c) {
        case '"':
            to += "\\\"";
            return;
        case '\\':
            to += "\\\\";
            return;
        case '\b':
            to += "\\b";
            return;
        case '\f':
            to += "\\f";
            return;
        case '\n':
            to += "\\n";
            return;
        case '\r':
            to += "\\r";
            return;
        case '\t':
            to += "\\t";
            return;
        default:
            to += "\\u00";
            to += digits[static_cast<unsigned char>(c) >> 4];
            to += digits[static_cast<unsigned char>(c) & 0xf];
    }
}

void append_number(std::string& to, std::int64_t value) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    to.append(digits.data(), end);
}

}  // namespace

void json_text::separate() {
    if (needs_comma_) out_ += ',';
    needs_comma_ = true;
}

json_text& json_text::open(char bracket) {
    if (out_.empty()) out_.reserve(usual_bytes);
    separate();
    out_ += bracket;
    needs_comma_ = false;
    return *this;
}

json_text& json_text::close(char bracket) {
    out_ += bracket;
    needs_comma_ = true;
    return *this;
}

json_text& json_text::word(std::string_view literal) {
    separate();
    out_ += literal;
    return *this;
}

json_text& json_text::key(std::string_view name) {
    separate();
    out_ += '"';
    out_ += name;
    out_ += "\":";
    needs_comma_ = false;
    return *this;
}

json_text& json_text::text(std::string_view value) {
    separate();
    out_ += '"';
    for (std::size_t from = 0; from < value.size();) {
        auto to = from;
        while (to < value.size() && stands_as_it_is(value[to])) ++to;
        out_ += value.substr(from, to - from);
        if (to < value.size()) append_escaped(out_, value[to++]);
        from = to;
    }
    out_ += '"';
    return *this;
}

json_text& json_text::number(std::int64_t value) {
    separate();
    append_number(out_, value);
    return *this;
}

json_text& json_text::id(std::int64_t value) {
    separate();
    out_ += '"';
    append_number(out_, value);
    out_ += '"';
    return *this;
}

json_text& json_text::value(const boost::json::value& of) { return word(boost::json::serialize(of)); }

}  // namespace parley
