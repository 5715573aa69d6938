// A strict reader of JSON that keeps its own stack, so that depth costs memory it has agreed to and never the thread's.
#include "base/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <forward_list>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "base/text.hpp"

namespace parley {
namespace {

constexpr std::size_t depth_ceiling = 100;     // Boost destroys values recursively
constexpr std::size_t longest_number = 100;    // a double needs 24
constexpr std::size_t longest_key_shown = 64;  // of a stranger's key in our answer
constexpr std::size_t few_keys = 12;           // so many are compared with each other, one by one

class reader {
public:
    reader(std::string_view text, const json_limits& limits, boost::json::storage_ptr memory)
        : text_(text), max_depth_(std::min(limits.max_depth, depth_ceiling)), max_members_(limits.max_members) {
        values_.reset(std::move(memory));
    }

    [[nodiscard]] result<boost::json::object> read() {
        skip_space();
        if (peek() != '{') return invalid("json_not_object", fmt::format("Expected a JSON object at byte {}.", at_));
        step next = step::value;
        while (next != step::done) {
            next = take(next);
            if (problem_) return std::unexpected(std::move(*problem_));
        }
        skip_space();
        if (at_ != text_.size()) {
            fail("json_syntax", "Text follows the JSON object", at_);
            return std::unexpected(std::move(*problem_));
        }
        return std::move(values_.release().get_object());
    }

private:
    enum class step : unsigned char { value = 1, value_or_end, key, key_or_end, after_value, done, failed };
    enum class kind : unsigned char { object = 1, array };

    struct frame {
        kind of;
        std::size_t size = 0;
        std::array<std::string_view, few_keys> first_keys{};
        std::set<std::string_view> other_keys{};
    };

    /// NUL stands for the end too: nowhere is NUL allowed.
    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    void skip_space() {
        while (at_ < text_.size() &&
               (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
            ++at_;
        }
    }

    step fail(std::string_view code, std::string_view what, std::size_t where) {
        problem_ = error{fault::invalid, std::string(code), fmt::format("{} at byte {}.", what, where), {}};
        return step::failed;
    }

    [[nodiscard]] bool refuse(std::string_view code, std::string_view what, std::size_t where) {
        fail(code, what, where);
        return false;
    }

    step take(step now) {
        skip_space();
        switch (now) {
            case step::value:
                return take_value();
            case step::value_or_end:
                return peek() == ']' ? close(kind::array) : take_value();
            case step::key:
                return take_key();
            case step::key_or_end:
                return peek() == '}' ? close(kind::object) : take_key();
            case step::after_value:
                return take_separator();
            case step::done:
            case step::failed:
                break;
        }
        return now;
    }

    step take_value() {
        if (!frames_.empty()) ++frames_.back().size;
        switch (peek()) {
            case '{':
                return open(kind::object);
            case '[':
                return open(kind::array);
            case '"':
                return take_text();
            case 't':
                return take_word("true", [this] { values_.push_bool(true); });
            case 'f':
                return take_word("false", [this] { values_.push_bool(false); });
            case 'n':
                return take_word("null", [this] { values_.push_null(); });
            default:
                return take_number();
        }
    }

    step open(kind of) {
        if (frames_.size() >= max_depth_) {
            return fail("json_too_deep", fmt::format("More than {} levels of nesting", max_depth_), at_);
        }
        frames_.push_back(frame{.of = of});
        ++at_;
        return of == kind::object ? step::key_or_end : step::value_or_end;
    }

    step close(kind of) {
        ++at_;
        if (of == kind::object) {
            values_.push_object(frames_.back().size);
        } else {
            values_.push_array(frames_.back().size);
        }
        frames_.pop_back();
        return frames_.empty() ? step::done : step::after_value;
    }

    step take_separator() {
        const kind of = frames_.back().of;
        if (peek() == (of == kind::object ? '}' : ']')) return close(of);
        if (peek() != ',') return fail("json_syntax", "Expected ',' or the end of the object or array", at_);
        ++at_;
        return of == kind::object ? step::key : step::value;
    }

    step take_key() {
        const std::size_t start = at_;
        if (peek() != '"') return fail("json_syntax", "Expected a key in double quotes", at_);
        auto key = take_string();
        if (!key) return step::failed;
        if (!unescaped_.empty()) key = unescaped_keys_.emplace_front(*key);  // lasts longer than that
        frame& object = frames_.back();
        if (object.size >= max_members_) {
            return fail("json_too_many_members", fmt::format("More than {} members in one object", max_members_),
                        start);
        }
        if (!is_new(object, *key)) return fail_duplicate(*key, start);
        values_.push_key(*key);
        skip_space();
        if (peek() != ':') return fail("json_syntax", "Expected ':'", at_);
        ++at_;
        return step::value;
    }

    [[nodiscard]] static bool is_new(frame& in, std::string_view key) {
        const auto known = std::span(in.first_keys).first(std::min(in.size, few_keys));
        if (std::ranges::find(known, key) != known.end()) return false;
        if (in.size >= few_keys) return in.other_keys.insert(key).second;
        in.first_keys[in.size] = key;
        return true;
    }

    step fail_duplicate(std::string_view key, std::size_t start) {
        if (key.size() > longest_key_shown)
            return fail("json_duplicate_key", "A key stands twice in one object", start);
        fail("json_duplicate_key", fmt::format("The key \"{}\" stands twice in one object", escape_controls(key)),
             start);
        problem_->field = escape_controls(key);
        return step::failed;
    }

    step take_text() {
        const auto text = take_string();
        if (!text) return step::failed;
        values_.push_string(*text);
        return step::after_value;
    }

    /// From quote to quote. The view is into the source, or into `unescaped_` until the next call.
    [[nodiscard]] std::optional<std::string_view> take_string() {
        std::size_t run = ++at_;
        unescaped_.clear();
        for (;; ++at_) {
            const auto c = static_cast<unsigned char>(peek());
            if (c >= 0x20 && c != '"' && c != '\\') continue;
            if (c < 0x20) {
                fail("json_syntax", at_ < text_.size() ? "A control character in a string" : "A string without end",
                     at_);
                return std::nullopt;
            }
            const std::string_view plain = text_.substr(run, at_ - run);
            if (c == '"') {
                ++at_;
                if (unescaped_.empty()) return plain;
                return std::string_view(unescaped_.append(plain));
            }
            unescaped_.append(plain);
            if (!take_escape()) return std::nullopt;
            run = at_ + 1;
        }
    }

    /// From the backslash to the last character of the escape.
    [[nodiscard]] bool take_escape() {
        const std::size_t start = at_++;
        switch (peek()) {
            case '"':
                unescaped_ += '"';
                return true;
            case '\\':
                unescaped_ += '\\';
                return true;
            case '/':
                unescaped_ += '/';
                return true;
            case 'b':
                unescaped_ += '\b';
                return true;
            case 'f':
                unescaped_ += '\f';
                return true;
            case 'n':
                unescaped_ += '\n';
                return true;
            case 'r':
                unescaped_ += '\r';
                return true;
            case 't':
                unescaped_ += '\t';
                return true;
            case 'u':
                return take_unicode_escape(start);
            default:
                return refuse("json_syntax", "An unknown escape", start);
        }
    }

    [[nodiscard]] bool take_unicode_escape(std::size_t start) {
        const auto first = hex4(start + 2);
        if (!first) return refuse("json_syntax", "Expected four hexadecimal digits after \\u", start);
        at_ = start + 5;
        if (*first == 0) return refuse("json_bad_text", "NUL is not allowed in a text", start);
        if (*first < 0xD800 || *first > 0xDFFF) {
            append(*first);
            return true;
        }
        const bool pair_follows = *first < 0xDC00 && text_.substr(start + 6, 2) == "\\u";
        const auto second = pair_follows ? hex4(start + 8) : std::nullopt;
        if (!second || *second < 0xDC00 || *second > 0xDFFF) {
            return refuse("json_bad_text", "A surrogate without its other half", start);
        }
        at_ = start + 11;
        append(0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00));
        return true;
    }

    [[nodiscard]] std::optional<std::uint32_t> hex4(std::size_t start) const {
        if (start + 4 > text_.size()) return std::nullopt;
        std::uint32_t value = 0;
        const char* const begin = text_.data() + start;
        const auto [end, problem] = std::from_chars(begin, begin + 4, value, 16);
        if (problem != std::errc{} || end != begin + 4) return std::nullopt;
        return value;
    }

    void append(std::uint32_t c) {
        const auto put = [this](std::uint32_t byte) { unescaped_ += static_cast<char>(byte); };
        if (c < 0x80) return put(c);
        if (c < 0x800) {
            put(0xC0 | (c >> 6));
        } else if (c < 0x10000) {
            put(0xE0 | (c >> 12));
            put(0x80 | ((c >> 6) & 0x3F));
        } else {
            put(0xF0 | (c >> 18));
            put(0x80 | ((c >> 12) & 0x3F));
            put(0x80 | ((c >> 6) & 0x3F));
        }
        put(0x80 | (c & 0x3F));
    }

    template <class Push>
    step take_word(std::string_view word, Push push) {
        if (text_.substr(at_, word.size()) != word) return fail("json_syntax", "Expected a value", at_);
        at_ += word.size();
        push();
        return step::after_value;
    }

    [[nodiscard]] bool take_digits() {
        const std::size_t start = at_;
        while (peek() >= '0' && peek() <= '9') ++at_;
        return at_ != start;
    }

    step take_number() {
        const std::size_t start = at_;
        if (peek() == '-') ++at_;
        const std::size_t digits = at_;
        if (!take_digits()) return fail("json_syntax", "Expected a value", start);
        if (text_[digits] == '0' && at_ - digits > 1) return fail("json_syntax", "A number with a leading zero", start);
        bool whole = true;
        if (peek() == '.') {
            whole = false;
            ++at_;
            if (!take_digits()) return fail("json_syntax", "Expected digits after the point", at_);
        }
        if (peek() == 'e' || peek() == 'E') {
            whole = false;
            ++at_;
            if (peek() == '+' || peek() == '-') ++at_;
            if (!take_digits()) return fail("json_syntax", "Expected digits in the exponent", at_);
        }
        const std::string_view number = text_.substr(start, at_ - start);
        const bool fits = number.size() <= longest_number && (whole ? push_integer(number) : push_double(number));
        return fits ? step::after_value : fail("json_bad_number", "A number that is too large or too long", start);
    }

    template <class Number>
    [[nodiscard]] static std::optional<Number> read_number(std::string_view digits) {
        Number value = 0;
        const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (problem != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
        return value;
    }

    [[nodiscard]] bool push_integer(std::string_view digits) {
        if (const auto number = read_number<std::int64_t>(digits)) {
            values_.push_int64(*number);
            return true;
        }
        const auto number = read_number<std::uint64_t>(digits);
        if (number) values_.push_uint64(*number);
        return number.has_value();
    }

    [[nodiscard]] bool push_double(std::string_view digits) {
        const auto number = read_number<double>(digits);
        if (!number || !std::isfinite(*number)) return false;
        values_.push_double(*number);
        return true;
    }

    std::string_view text_;
    std::size_t max_depth_;
    std::size_t max_members_;
    std::size_t at_ = 0;
    alignas(boost::json::value) std::array<unsigned char, 1024> room_for_values_;
    boost::json::value_stack values_{{}, room_for_values_.data(), room_for_values_.size()};
    std::vector<frame> frames_;
    std::string unescaped_;
    std::forward_list<std::string> unescaped_keys_;
    std::optional<error> problem_;
};

}  // namespace

result<boost::json::object> parse_object(std::string_view text, const json_limits& limits,
                                         boost::json::storage_ptr memory) {
    if (text.size() > limits.max_bytes) {
        return failure(fault::too_large, "json_too_large",
                       fmt::format("The JSON text is longer than {} bytes.", limits.max_bytes));
    }
    if (const auto bad = find_invalid_utf8(text)) {
        return invalid("json_bad_text", fmt::format("The JSON text is not valid UTF-8 at byte {}.", *bad));
    }
    return reader(text, limits, std::move(memory)).read();
}

std::string to_text(const boost::json::value& of) { return boost::json::serialize(of); }

}  // namespace parley
