// One step after the other; what may still become a boundary is kept until more is there.
#include "transport/multipart_reader.hpp"

#include <algorithm>

#include "transport/http_message.hpp"

namespace parley::transport {
namespace {

constexpr std::size_t most_head = 8 * 1024;
constexpr std::size_t most_boundary = 70;

std::unexpected<error> malformed(std::string why) { return invalid("multipart_malformed", std::move(why)); }

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// One parameter after the other, out of `; name="value"; other=value`; false when it is none.
bool next_parameter(std::string_view& rest, std::string_view& name, std::string& value) {
    rest = trimmed(rest);
    if (!rest.starts_with(';')) return false;
    rest = trimmed(rest.substr(1));
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos) return false;
    name = trimmed(rest.substr(0, equals));
    rest = trimmed(rest.substr(equals + 1));
    value.clear();
    if (!rest.starts_with('"')) {
        const auto end = std::min(rest.find(';'), rest.size());
        value = trimmed(rest.substr(0, end));
        rest.remove_prefix(end);
        return !value.empty();
    }
    for (std::size_t i = 1; i < rest.size(); ++i) {
        if (rest[i] == '"') {
            rest.remove_prefix(i + 1);
            return true;
        }
        // Browsers write a quotation mark as %22 and everything else as it is, also backslashes; curl escapes both.
        const bool escapes = rest[i] == '\\' && i + 1 < rest.size() && (rest[i + 1] == '"' || rest[i + 1] == '\\');
        if (escapes) ++i;
        value += rest[i];
    }
    return false;
}

std::string without_percents(std::string text) {
    static constexpr std::pair<std::string_view, char> written[]{{"%22", '"'}, {"%0D", '\r'}, {"%0A", '\n'}};
    for (const auto& [as, is] : written)
        for (auto at = text.find(as); at != std::string::npos; at = text.find(as, at + 1)) text.replace(at, 3, 1, is);
    return text;
}

bool read_disposition(std::string_view value, part_head& into) {
    const auto semicolon = std::min(value.find(';'), value.size());
    if (!same_token(trimmed(value.substr(0, semicolon)), "form-data")) return false;
    auto rest = value.substr(semicolon);
    std::string_view name;
    std::string given;
    while (!trimmed(rest).empty()) {
        if (!next_parameter(rest, name, given)) return false;
        if (same_token(name, "name")) into.field = without_percents(given);
        if (same_token(name, "filename")) {
            into.name = without_percents(given);
            into.is_file = true;
        }
    }
    return !into.field.empty();
}

result<part_head> read_part_head(std::string_view lines) {
    part_head made;
    bool disposed = false;
    while (!lines.empty()) {
        const auto end = std::min(lines.find("\r\n"), lines.size());
        const auto line = lines.substr(0, end);
        lines.remove_prefix(std::min(end + 2, lines.size()));
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) return malformed("A part's header has no colon.");
        const auto name = line.substr(0, colon);
        const auto value = trimmed(line.substr(colon + 1));
        if (same_token(name, "Content-Disposition")) {
            if (disposed || !read_disposition(value, made)) return malformed("A part does not say what it is.");
            disposed = true;
        }
        if (same_token(name, "Content-Type")) made.type = value;
    }
    if (!disposed) return malformed("A part does not say what it is.");
    return made;
}

}  // namespace

multipart_reader::multipart_reader(std::string_view boundary, part_taker& to)
    : between_("\r\n--" + std::string(boundary)), to_(to) {}

std::optional<std::string> multipart_reader::boundary_in(std::string_view content_type) {
    const auto semicolon = std::min(content_type.find(';'), content_type.size());
    if (!same_token(trimmed(content_type.substr(0, semicolon)), "multipart/form-data")) return std::nullopt;
    auto rest = content_type.substr(semicolon);
    std::string_view name;
    std::string value;
    while (next_parameter(rest, name, value)) {
        if (!same_token(name, "boundary")) continue;
        const bool visible = std::ranges::all_of(value, [](char c) { return c >= ' ' && c < 0x7f; });
        if (value.empty() || value.size() > most_boundary || !visible || value.back() == ' ') return std::nullopt;
        return value;
    }
    return std::nullopt;
}

result<void> multipart_reader::feed(std::string_view bytes) {
    left_.erase(0, at_);
    at_ = 0;
    left_ += bytes;
    while (true) {
        const auto more = step();
        if (!more) return std::unexpected(more.error());
        if (!*more) return {};
    }
}

result<void> multipart_reader::finish() const {
    if (state_ == state::over) return {};
    return invalid("multipart_incomplete", "The body ends before its last boundary.");
}

result<bool> multipart_reader::step() {
    switch (state_) {
        case state::first:
            return read_first();
        case state::delimiter:
            return read_delimiter();
        case state::head:
            return read_head();
        case state::body:
            return read_body();
        case state::over:
            break;
    }
    at_ = left_.size();  // what follows the last boundary means nothing
    return false;
}

result<bool> multipart_reader::read_first() {
    const auto wanted = std::string_view(between_).substr(2);
    const auto rest = std::string_view(left_).substr(at_);
    const auto compared = std::min(rest.size(), wanted.size());
    if (rest.substr(0, compared) != wanted.substr(0, compared))
        return malformed("The body does not begin with its boundary.");
    if (compared < wanted.size()) return false;
    at_ += wanted.size();
    state_ = state::delimiter;
    return true;
}

result<bool> multipart_reader::read_delimiter() {
    const auto rest = std::string_view(left_).substr(at_);
    if (rest.size() < 2) return false;
    at_ += 2;
    if (rest.starts_with("--")) {
        state_ = state::over;
    } else if (rest.starts_with("\r\n")) {
        state_ = state::head;
    } else {
        return malformed("A boundary's line does not end.");
    }
    return true;
}

result<bool> multipart_reader::read_head() {
    const auto rest = std::string_view(left_).substr(at_);
    if (rest.starts_with("\r\n")) return malformed("A part does not say what it is.");
    const auto end = rest.find("\r\n\r\n");
    if (std::min(end, rest.size()) > most_head)
        return failure(fault::too_large, "multipart_head_too_large", "The headers of a part are too long.");
    if (end == std::string_view::npos) return false;
    auto head = read_part_head(rest.substr(0, end));
    if (!head) return std::unexpected(head.error());
    at_ += end + 4;
    state_ = state::body;
    if (auto begun = to_.begin(std::move(*head)); !begun) return std::unexpected(begun.error());
    return true;
}

result<bool> multipart_reader::read_body() {
    const auto rest = std::string_view(left_).substr(at_);
    const auto found = rest.find(between_);
    const auto sure = found != std::string_view::npos ? found
                      : rest.size() < between_.size() ? 0
                                                      : rest.size() - between_.size() + 1;
    if (sure > 0)
        if (auto taken = to_.data(rest.substr(0, sure)); !taken) return std::unexpected(taken.error());
    at_ += sure;
    if (found == std::string_view::npos) return false;
    at_ += between_.size();
    state_ = state::delimiter;
    if (auto ended = to_.end(); !ended) return std::unexpected(ended.error());
    return true;
}

}  // namespace parley::transport
