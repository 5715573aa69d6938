// Requests as our server reads them, held against a second reader that takes nothing but the strictest form: where that
// one understands a request, ours must have understood the same and nothing else. What two readers of a chain
// understand differently is how requests are smuggled.
#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "fuzz/loop.hpp"
#include "transport/operation_catalogue.hpp"

namespace parley::fuzz {
namespace {

struct understood {
    std::string method;
    std::string target;
    std::string body;
    bool operator==(const understood&) const = default;
};

bool is_visible(char c) { return c > ' ' && c < 0x7f; }

/// What reaches the server's handlers keeps its promises, whatever came.
void check(const transport::http_request& asked) {
    expect(asked.target.starts_with('/') && std::ranges::all_of(asked.target, is_visible), "targets are visible ASCII");
    expect(!asked.method.empty() && std::ranges::all_of(asked.method, is_visible), "methods are visible ASCII");
    bool has_length = false, has_encoding = false;
    for (const auto& [name, value] : asked.headers) {
        expect(!name.empty() && std::ranges::all_of(name, is_visible), "names of headers are visible ASCII");
        expect(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos, "values end where lines end");
        if (transport::same_token(name, "content-length")) {
            expect(!has_length, "there is one length");
            has_length = true;
            std::uint64_t said = 0;
            std::from_chars(value.data(), value.data() + value.size(), said);
            expect(said == asked.body.size(), "a body is as long as is said");
        }
        has_encoding = has_encoding || transport::same_token(name, "transfer-encoding");
    }
    expect(!has_length || !has_encoding, "a body has one way to end");
}

class hearing_handler final : public transport::http_handler {
public:
    void handle(transport::http_request asked, transport::http_answer answer) override {
        check(asked);
        look_up(asked);
        answer({.content_type = "text/plain", .headers = {}, .body = "ok"});
        all.push_back({std::move(asked.method), std::move(asked.target), std::move(asked.body)});
    }
    void on_upgrade(transport::http_request asked, transport::upgrade handshake) override {
        check(asked);
        handshake.refuse({.status = 404, .headers = {}, .body = {}});
        all.push_back({std::move(asked.method), std::move(asked.target), std::move(asked.body)});
    }
    void on_fault(std::string_view what, std::string_view) override { expect(false, "nothing throws:", what); }

    std::vector<understood> all;

private:
    static void look_up(const transport::http_request& asked) {
        static const transport::operation_catalogue catalogue;
        const auto found = catalogue.route(asked.method, asked.path());
        if (found && found->found != nullptr) (void)transport::read_query(*found->found, asked.query());
        (void)catalogue.without_secrets(asked.path());
    }
};

/// The second reader: tokens, one space, no space before colons, digits, chunks without extensions and trailers.
class strict_reader {
public:
    explicit strict_reader(std::string_view all) : rest_(all) {}

    std::optional<understood> next() {
        understood made;
        const auto line = take_line();
        if (!line) return std::nullopt;
        const auto first = line->find(' '), second = line->find(' ', first + 1);
        if (first == 0 || second == std::string_view::npos || line->substr(second) != " HTTP/1.1") return std::nullopt;
        made.method = line->substr(0, first);
        made.target = line->substr(first + 1, second - first - 1);
        if (!is_word(made.method) || !made.target.starts_with('/') || made.target.find('#') != std::string::npos ||
            !std::ranges::all_of(made.target, is_visible) || !read_headers())
            return std::nullopt;
        const bool whole = is_chunked_ ? read_chunks(made.body) : read_sized(made.body);
        return whole ? std::optional(made) : std::nullopt;
    }

private:
    static bool is_word(std::string_view text) {
        return !text.empty() && std::ranges::all_of(text, [](char c) {
            return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-';
        });
    }

    std::optional<std::string_view> take_line() {
        const auto end = rest_.find("\r\n");
        if (end == std::string_view::npos) return std::nullopt;
        const auto line = rest_.substr(0, end);
        rest_.remove_prefix(end + 2);
        return line.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos ? std::optional(line)
                                                                                           : std::nullopt;
    }

    bool read_headers() {
        length_.reset();
        is_chunked_ = false;
        int hosts = 0;
        for (;;) {
            const auto line = take_line();
            if (!line) return false;
            if (line->empty()) return hosts == 1 && !(length_ && is_chunked_);
            const auto colon = line->find(": ");
            if (colon == std::string_view::npos || !is_word(line->substr(0, colon))) return false;
            const auto name = line->substr(0, colon), value = line->substr(colon + 2);
            if (!std::ranges::all_of(value, [](char c) { return c == ' ' || is_visible(c); })) return false;
            hosts += transport::same_token(name, "host") ? 1 : 0;
            // Those change what follows in other ways.
            for (const auto* other : {"connection", "proxy-connection", "expect", "upgrade"})
                if (transport::same_token(name, other)) return false;
            if (transport::same_token(name, "transfer-encoding")) {
                if (is_chunked_ || value != "chunked") return false;
                is_chunked_ = true;
            }
            if (transport::same_token(name, "content-length")) {
                if (length_) return false;
                length_ = number(value, 10);
                if (!length_) return false;
            }
        }
    }

    static std::optional<std::size_t> number(std::string_view text, int base) {
        std::size_t made = 0;
        const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), made, base);
        if (wrong != std::errc{} || end != text.data() + text.size() || made > 100'000) return std::nullopt;
        return made;
    }

    bool read_sized(std::string& body) {
        const auto size = length_.value_or(0);
        if (rest_.size() < size) return false;
        body = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return true;
    }

    bool read_chunks(std::string& body) {
        for (;;) {
            const auto line = take_line();
            const auto size = line ? number(*line, 16) : std::nullopt;
            if (!size || rest_.size() < *size) return false;
            body += rest_.substr(0, *size);
            rest_.remove_prefix(*size);
            const auto end = take_line();
            if (!end || !end->empty()) return false;
            if (*size == 0) return true;
        }
    }

    std::string_view rest_;
    std::optional<std::size_t> length_;
    bool is_chunked_ = false;
};

/// Whole answers one after the other, and none behind one that ends the connection.
void check_answers(std::string_view said, const std::vector<understood>& heard) {
    std::size_t answers = 0;
    bool over = false;
    while (!said.empty()) {
        expect(!over, "the answer that closes is the last one");
        expect(said.starts_with("HTTP/1.1 "), "answers stand one behind the other");
        const auto end = said.find("\r\n\r\n");
        expect(end != std::string_view::npos, "heads are whole");
        const auto head = said.substr(0, end + 4);
        said.remove_prefix(head.size());
        if (head.starts_with("HTTP/1.1 100 ")) continue;
        over = head.find("\r\nConnection: close\r\n") != std::string_view::npos;
        const auto at = head.find("\r\nContent-Length: ");
        std::size_t size = 0;
        if (at != std::string_view::npos) std::from_chars(head.data() + at + 18, head.data() + head.size(), size);
        const bool is_head = answers < heard.size() ? heard[answers].method == "HEAD" : said.empty();
        if (!is_head) {
            expect(said.size() >= size, "bodies are whole");
            said.remove_prefix(size);
        }
        ++answers;
    }
    expect(answers <= heard.size() + 1, "nobody is answered who did not ask");
}

}  // namespace

/// The first byte says in which pieces the rest comes.
void http(std::string_view input) {
    food from(input);
    const std::size_t at_once = from.byte();
    static const transport::http_options options{.header_bytes = 2048, .body_bytes = 4096, .websocket = {}};
    hearing_handler handler;
    const auto said = converse(from.rest(), at_once == 0 ? 65536 : at_once, options, handler);
    check_answers(said, handler.all);
    strict_reader second(from.rest());
    for (const auto& one : handler.all) {
        const auto expected = second.next();
        if (!expected) return;
        expect(*expected == one, "two readers understand the same:", one.method + " " + one.target + " " + one.body);
    }
    // Within limits, what is written well is answered.
    const auto expected = second.next();
    const bool within = from.rest().size() < 2048 && said.find("Connection: close") == std::string::npos;
    expect(!expected || !within, "what is strictly well-formed is understood");
}

}  // namespace parley::fuzz
