// The blocks of a formatted text (quotes, code blocks, lines), its JSON form and its mentions.
#include "model/rich_text.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <span>
#include <utility>

#include "base/text.hpp"
#include "model/rich_text_inline.hpp"

namespace parley {
namespace {

using lines = std::span<const std::string_view>;
constexpr std::string_view fence = "```";
constexpr std::size_t longest_language = 32;

[[nodiscard]] bool is_language(std::string_view word) {
    return word.size() <= longest_language && std::ranges::all_of(word, [](char c) {
               return is_ascii_word(c) || c == '+' || c == '#' || c == '-' || c == '.' || c == '_';
           });
}

[[nodiscard]] std::string_view without_trailing_spaces(std::string_view line) {
    while (!line.empty() && line.back() == ' ') line.remove_suffix(1);
    return line;
}

/// A line that opens a block; one that closes its code again is for the inline reader.
[[nodiscard]] bool opens_code(std::string_view line) {
    return line.starts_with(fence) && line.find(fence, fence.size()) == std::string_view::npos &&
           line.substr(0, 4) != "````";
}

[[nodiscard]] bool is_quoted(std::string_view line) { return line == ">" || line.starts_with("> "); }

[[nodiscard]] std::string_view unquoted(std::string_view line) {
    return line.substr(std::min<std::size_t>(line.size(), 2));
}

class block_reader {
public:
    explicit block_reader(std::string_view source) : budget_{.source = source} {}

    [[nodiscard]] rich_text read() {
        std::vector<std::string_view> all;
        for (std::string_view rest = budget_.source;;) {
            const std::size_t end = rest.find('\n');
            all.push_back(rest.substr(0, end));
            if (end == std::string_view::npos) break;
            rest.remove_prefix(end + 1);
        }
        budget_.steps += budget_.source.size();
        rich_text out;
        if (!budget_.source.empty()) read_blocks(all, 1, out.nodes);
        out.steps = budget_.steps;
        return out;
    }

private:
    /// `depth` is the level at which the nodes put into `out` stand; the outermost is 1.
    void read_blocks(lines rest, std::size_t depth, std::vector<node>& out) {
        const std::string_view* line_before = nullptr;
        while (!rest.empty()) {
            ++budget_.steps;
            if (opens_code(rest.front()) && budget_.spend(leaf_cost)) {
                rest = rest.subspan(read_code(rest, out));
                line_before = nullptr;
            } else if (is_quoted(rest.front()) && depth < rich_text_max_depth && budget_.spend(container_cost)) {
                rest = rest.subspan(read_quote(rest, depth, out));
                line_before = nullptr;
            } else {
                if (line_before != nullptr) add_break(*line_before, out);
                read_inline(rest.front(), depth, budget_, out);
                line_before = &rest.front();
                rest = rest.subspan(1);
            }
        }
    }

    /// Returns the number of lines that the block takes.
    std::size_t read_code(lines rest, std::vector<node>& out) {
        node block{.kind = node::kind_of::code_block};
        block.begin = budget_.offset(rest.front());
        const std::string_view info = without_trailing_spaces(rest.front().substr(fence.size()));
        std::vector<std::string_view> content;
        if (is_language(info)) {
            block.name = info;
        } else {
            content.push_back(info);
        }
        std::size_t taken = 1;
        bool closed = false;
        while (taken < rest.size() && !closed) {
            std::string_view line = rest[taken++];
            budget_.steps += 1 + line.size();
            if (const std::string_view trimmed = without_trailing_spaces(line); trimmed.ends_with(fence)) {
                closed = true;
                line = trimmed.substr(0, trimmed.size() - fence.size());
                if (line.empty()) break;
            }
            content.push_back(line);
        }
        for (std::size_t i = 0; i < content.size(); ++i) {
            if (i > 0) block.text += '\n';
            block.text += content[i];
        }
        block.end = budget_.offset(rest[taken - 1]) + rest[taken - 1].size();
        out.push_back(std::move(block));
        return taken;
    }

    std::size_t read_quote(lines rest, std::size_t depth, std::vector<node>& out) {
        std::vector<std::string_view> inner;
        for (const std::string_view line : rest) {
            if (!is_quoted(line)) break;
            inner.push_back(unquoted(line));
        }
        budget_.steps += inner.size();
        const std::string_view last = rest[inner.size() - 1];
        node quote{.kind = node::kind_of::quote};
        quote.begin = budget_.offset(rest.front());
        quote.end = budget_.offset(last) + last.size();
        read_blocks(inner, depth + 1, quote.children);
        out.push_back(std::move(quote));
        return inner.size();
    }

    /// The line feed at the end of `line`.
    void add_break(std::string_view line, std::vector<node>& out) {
        const std::size_t at = budget_.offset(line) + line.size();
        if (!budget_.spend(leaf_cost)) return append_text(out, "\n", at);
        out.push_back(node{.kind = node::kind_of::line_break, .text = "\n", .begin = at, .end = at + 1});
    }

    inline_budget budget_;
};

[[nodiscard]] boost::json::array nodes_to_json(const std::vector<node>& nodes);

[[nodiscard]] boost::json::object node_to_json(const node& of) {
    using enum node::kind_of;
    switch (of.kind) {
        case text:
            return {{"type", "text"}, {"text", of.text}};
        case bold:
            return {{"type", "bold"}, {"children", nodes_to_json(of.children)}};
        case italic:
            return {{"type", "italic"}, {"children", nodes_to_json(of.children)}};
        case code:
            return {{"type", "code"}, {"text", of.text}};
        case code_block:
            return {{"type", "code_block"}, {"language", of.name}, {"text", of.text}};
        case quote:
            return {{"type", "quote"}, {"children", nodes_to_json(of.children)}};
        case link:
            return {{"type", "link"}, {"url", of.url}, {"children", nodes_to_json(of.children)}};
        case mention:
            return {{"type", "mention"}, {"username", of.name}, {"text", of.text}};
        case channel:
            return {{"type", "channel"}, {"name", of.name}, {"text", of.text}};
        case line_break:
            break;
    }
    return {{"type", "break"}};
}

boost::json::array nodes_to_json(const std::vector<node>& nodes) {
    boost::json::array out;
    out.reserve(nodes.size());
    for (const node& each : nodes) out.push_back(node_to_json(each));
    return out;
}

void collect_mentions(const std::vector<node>& nodes, std::vector<std::string>& names) {
    for (const node& each : nodes) {
        if (names.size() >= max_mentions) return;
        collect_mentions(each.children, names);
        if (each.kind != node::kind_of::mention) continue;  // which holds no others
        if (std::ranges::find(names, each.name) == names.end()) names.push_back(each.name);
    }
}

}  // namespace

rich_text parse_rich_text(std::string_view source) {
    if (is_utf8(source)) return block_reader(source).read();
    rich_text out;
    append_text(out.nodes, source, 0);
    return out;
}

// All forms begin with one of these, and addresses have a colon.
bool is_surely_plain(std::string_view source) {
    return !source.empty() && std::ranges::none_of(source, [](char c) {
        return c == '*' || c == '_' || c == '`' || c == '[' || c == '>' || c == '@' || c == '#' || c == ':' ||
               c == '\n';
    });
}

boost::json::array to_json(const rich_text& of) { return nodes_to_json(of.nodes); }

std::vector<std::string> mentioned_usernames(std::string_view source) {
    return mentioned_usernames(parse_rich_text(source));
}

std::vector<std::string> mentioned_usernames(const rich_text& of) {
    std::vector<std::string> names;
    collect_mentions(of.nodes, names);
    return names;
}

}  // namespace parley
